// Bytes that travel as text, and the statistics that the page works out of runs.

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

/** Quantiles of some numbers, as NumPy works them out, and their mean. */
function band(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  return [...QUANTILES.map((share) => d3.quantileSorted(sorted, share)), total / sorted.length];
}

const meanOf = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Mean and its 95 % interval (Student t). */
function meanInterval(numbers) {
  const n = numbers.length;
  const mean = meanOf(numbers);
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = n > 1 ? (ENGINE.statistics.t[n - 2] * Math.sqrt(squares / (n - 1))) / Math.sqrt(n) : NaN;
  return { mean, low: mean - half, high: mean + half };
}

/**
 * Mean and 95 % interval of numbers of runs that took turns with sets, number r with set r mod `sets`, as `compare` has them:
 * the middle 95 % of sets, each with the mean of its runs. With one set it is the interval of chance.
 */
function overSets(numbers, sets) {
  const used = Math.min(sets, numbers.length);
  if (used < 2) return { ...meanInterval(numbers), sets: 1 };
  const means = Float64Array.from({ length: used }, (_, set) => meanOf(numbers.filter((_, r) => r % sets === set))).sort();
  const { tail } = ENGINE.statistics;
  return { mean: meanOf(means), low: d3.quantileSorted(means, tail), high: d3.quantileSorted(means, 1 - tail), sets: used };
}

/** Whether an interval leaves out zero, and is over sets enough to say so. */
const isClear = ({ low, high, sets }) => (low > 0 || high < 0) && (sets === 1 || sets >= ENGINE.statistics.least_sets);

/**
 * Share of the variance of numbers that lies between sets, where number r has set r mod n: 0 all luck, 1 all sets. One-way
 * random effects (Searle, Casella and McCulloch 1992, Variance Components, 3.6). NaN with fewer than two numbers a set.
 */
function shareBetween(numbers, n) {
  if (n < 2 || numbers.length < 2 * n) return NaN;
  const groups = Array.from({ length: n }, (_, set) => numbers.filter((_, r) => r % n === set));
  const squares = (values, middle) => values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const all = meanOf(numbers);
  const within = groups.reduce((sum, group) => sum + squares(group, meanOf(group)), 0) / (numbers.length - n);
  const between = groups.reduce((sum, group) => sum + group.length * (meanOf(group) - all) ** 2, 0) / (n - 1);
  const size = (numbers.length - groups.reduce((sum, group) => sum + group.length ** 2, 0) / numbers.length) / (n - 1);
  const ofSets = Math.max(0, (between - within) / size);
  return ofSets + within > 0 ? ofSets / (ofSets + within) : NaN;
}

/** Wilson's 95 % interval of a share. */
function shareInterval(count, n) {
  const { z } = ENGINE.statistics;
  const p = count / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * In how many of some runs, number r with set r mod `sets`, something is so, and the share with its 95 % interval, as `compare`
 * has them: with runs enough a set, the mean of sets and the middle 95 % of them; otherwise Wilson's, of chance alone.
 */
function shareOfRuns(flags, sets) {
  const count = flags.reduce((sum, flag) => sum + flag, 0);
  const used = Math.min(sets, flags.length);
  if (used < 2 || flags.length < ENGINE.statistics.least_runs * used) {
    return { count, share: count / flags.length, ...shareInterval(count, flags.length), sets: 1 };
  }
  const { mean, ...interval } = overSets(flags, sets);
  return { count, share: mean, ...interval };
}
