// Arrays that travel as base64, and the statistics that the page works out from them.

const BASE64_KINDS = {
  u8: { array: Uint8Array, missing: 255 },
  i16: { array: Int16Array, missing: -32768 },
  f32: { array: Float32Array, missing: NaN },
};

/** Bytes of a base64 text. */
function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Bytes of a gzip stream, by the browser's own decompressor. */
async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A readable array: `at(i, j, …)` gives a number, NaN where it is missing. */
async function unpacked(packed) {
  const bytes = packed.gz ? await unzipped(bytesOf(packed.gz)) : bytesOf(packed.b);
  return new PackedArray(packed, bytes);
}

/** The same for arrays that are not compressed, without waiting. */
function unpackedNow(packed) {
  return new PackedArray(packed, bytesOf(packed.b));
}

class PackedArray {
  constructor(packed, bytes) {
    const kind = BASE64_KINDS[packed.type];
    this.raw = new kind.array(bytes.buffer, bytes.byteOffset, bytes.byteLength / kind.array.BYTES_PER_ELEMENT);
    this.shape = packed.n;
    if (packed.delta) this.addUp();
    this.missing = kind.missing;
    this.along = packed.along ?? -1;
    this.scale = packed.scale ?? 1;
    this.offset = packed.offset ?? 0;
    this.strides = new Array(this.shape.length);
    let stride = 1;
    const stored = packed.stored ?? this.shape.map((_, axis) => axis);
    for (const axis of [...stored].reverse()) {
      this.strides[axis] = stride;
      stride *= this.shape[axis];
    }
  }

  /** Undo differences along the last axis; typed arrays wrap around by themselves. */
  addUp() {
    const n = this.shape.at(-1);
    for (let row = 0; row < this.raw.length; row += n) {
      for (let i = row + 1; i < row + n; i += 1) this.raw[i] += this.raw[i - 1];
    }
  }

  position(...index) {
    let place = 0;
    for (let axis = 0; axis < index.length; axis += 1) place += index[axis] * this.strides[axis];
    return place;
  }

  at(...index) {
    return this.value(this.raw[this.position(...index)], index[this.along]);
  }

  value(raw, group) {
    if (raw === this.missing || Number.isNaN(raw)) return NaN;
    if (this.along < 0) return this.offset + this.scale * raw;
    return this.offset[group] + this.scale[group] * raw;
  }
}

/** Quantile of sorted numbers, by linear interpolation as NumPy does it. */
function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** p05, p25, p50, p75, p95 and mean of some numbers. */
function band(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  return [...QUANTILES.map((share) => quantile(sorted, share)), total / sorted.length];
}

/** Mean and its 95 % interval (normal approximation). */
function meanInterval(numbers) {
  const n = numbers.length;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / n;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = n > 1 ? (1.96 * Math.sqrt(squares / (n - 1))) / Math.sqrt(n) : NaN;
  return { mean, low: mean - half, high: mean + half };
}

/** Wilson's 95 % interval of a share. */
function shareInterval(count, n) {
  const z = 1.96;
  const p = count / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
