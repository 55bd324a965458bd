// Where answers come from: a server on this machine, or the grid inside this file. Both give the same form.

/** Put a question to the server that sent this page: `answer` or `example`. */
async function askServer(question, request, signal, tries = 2) {
  let response;
  try {
    response = await fetch(question, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The program that computes does not answer. Is “partnerships app” still running?");
  }
  if (response.status === 503 && tries > 1) {
    await new Promise((done) => setTimeout(done, 1000 * Number(response.headers.get("Retry-After") ?? 2)));
    return askServer(question, request, signal, tries - 1);
  }
  const answer = await response.json().catch((error) => {
    if (error.name === "AbortError") throw error;
    return { error: `The answer could not be read (status ${response.status}).` };
  });
  if (!response.ok || answer.error) throw new Error(answer.error ?? `The program answered with status ${response.status}.`);
  return answer;
}

// ------------------------------------------------------------------ the grid in the file

let gridArrays = null;

/** Unpack the grid, once. */
async function openGrid() {
  if (gridArrays) return gridArrays;
  const [replicated, banded, regimes] = await Promise.all([
    unpacked(GRID.replicated.values),
    unpacked(GRID.banded.values),
    unpacked(GRID.regimes),
  ]);
  gridArrays = { replicated, banded, regimes };
  return gridArrays;
}

/** The control path under which an axis is shown: a composite such as the whole duty, or its only path. */
function axisControl(axis) {
  if (axis.paths.length === 1) return axis.paths[0];
  const composite = CATALOGUE.composites.find((one) => one.paths.some((path) => axis.paths.includes(path)));
  return composite ? composite.path : axis.paths[0];
}

/** Both sides when the file is opened: the base, and the base with every lever of the grid at its top. */
function gridStart() {
  if (GRID.start_state) return GRID.start_state;
  const changes = {};
  for (const axis of GRID.axes) for (const path of axis.paths) changes[path] = axis.levels.at(-1);
  return { left: { preset: GRID.base, changes: {} }, right: { preset: GRID.base, changes } };
}

function nearestLevel(axis, value) {
  let best = 0;
  axis.levels.forEach((level, i) => {
    if (Math.abs(level - value) < Math.abs(axis.levels[best] - value)) best = i;
  });
  return best;
}

/** The number of the grid point at which a side lies; throws if it lies on none. */
function pointOf(side) {
  const nGrid = GRID.axes.reduce((product, axis) => product * axis.levels.length, 1);
  if (side.preset !== GRID.base) {
    const place = GRID.presets.indexOf(side.preset);
    if (place < 0) throw new Error(`${PRESETS.get(side.preset).label} is not in this file.`);
    if (Object.keys(side.changes).length) throw new Error(`In this file levers move only from ${PRESETS.get(GRID.base).label}.`);
    return nGrid + place;
  }
  const onAxes = new Set(GRID.axes.flatMap((axis) => axis.paths));
  const off = Object.keys(side.changes).find((path) => !onAxes.has(path));
  if (off) throw new Error(`${CONTROLS.get(off).label} is not in this file; partnerships app has it.`);
  return GRID.axes.reduce((point, axis) => point * axis.levels.length + nearestLevel(axis, effective(side, axis.paths[0])), 0);
}

/** Levels of the grid point, or -1 for a stored preset. */
function levelsOf(point) {
  const nGrid = GRID.axes.reduce((product, axis) => product * axis.levels.length, 1);
  if (point >= nGrid) return null;
  const levels = [];
  for (const axis of [...GRID.axes].reverse()) {
    levels.unshift(point % axis.levels.length);
    point = Math.floor(point / axis.levels.length);
  }
  return levels;
}

/** Put an answer together from the grid. */
async function gridAnswer(request) {
  const arrays = await openGrid();
  const points = { left: pointOf(request.left), right: pointOf(request.right) };
  const examples = await gridExamples(points);
  const answer = {
    start: GRID.start,
    months: GRID.months,
    months_at: GRID.months_at,
    replicates: GRID.replicates,
    seed: GRID.seed,
    place: { left: GRID.place, right: GRID.place },
    difference: gridDifference(arrays, points),
  };
  for (const name of SIDES) answer[name] = gridSide(arrays, request[name], points[name], examples[name]);
  return answer;
}

/** Numbers of all replicates of a measure at a point and month. */
function replicatesAt(array, point, measure, month) {
  const n = array.shape[2];
  const numbers = new Float64Array(n);
  for (let r = 0; r < n; r += 1) numbers[r] = array.at(point, measure, r, month);
  return numbers;
}

const overMonths = (work) => GRID.months_at.map((_, month) => work(month));
const turned = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]));

function gridSide(arrays, side, point, example) {
  const bands = new Map();
  const final = {};
  const last = GRID.months_at.length - 1;
  GRID.replicated.measures.forEach((measure, j) => {
    bands.set(measure, turned(overMonths((month) => band(replicatesAt(arrays.replicated, point, j, month)))));
    final[measure] = meanInterval(replicatesAt(arrays.replicated, point, j, last));
  });
  GRID.banded.measures.forEach((measure, j) => {
    const rows = [0, 1, 2, 3, 4, 5].map((q) => overMonths((month) => arrays.banded.at(point, j, q, month)));
    bands.set(measure, rows);
    final[measure] = { mean: rows[5][last], low: NaN, high: NaN };
  });
  const counts = overMonths((month) => regimeCounts(arrays.regimes, point, month));
  return {
    name: side.preset,
    bands,
    regimes: CATALOGUE.regimes.map((_, r) => counts.map((row) => row[r] / GRID.replicates)),
    final_regimes: CATALOGUE.regimes.map((regime, r) => ({
      regime: regime.name,
      count: counts[last][r],
      share: counts[last][r] / GRID.replicates,
      ...shareInterval(counts[last][r], GRID.replicates),
    })),
    final,
    policy: (GRID.policy ?? {})[side.preset] ?? [],
    ...example,
  };
}

function regimeCounts(regimes, point, month) {
  const counts = new Array(CATALOGUE.regimes.length).fill(0);
  for (let r = 0; r < GRID.replicates; r += 1) counts[regimes.at(point, r, month)] += 1;
  return counts;
}

function gridDifference(arrays, points) {
  const bands = new Map();
  const final = {};
  const last = GRID.months_at.length - 1;
  GRID.replicated.measures.forEach((measure, j) => {
    const pairs = overMonths((month) => {
      const left = replicatesAt(arrays.replicated, points.left, j, month);
      const right = replicatesAt(arrays.replicated, points.right, j, month);
      return right.map((value, r) => value - left[r]);
    });
    bands.set(measure, turned(pairs.map(band)));
    final[measure] = { ...meanInterval(pairs[last]), share_above: pairs[last].filter((d) => d > 0).length / GRID.replicates };
  });
  const moved = CATALOGUE.regimes.map(() => CATALOGUE.regimes.map(() => 0));
  for (let r = 0; r < GRID.replicates; r += 1) {
    moved[arrays.regimes.at(points.left, r, last)][arrays.regimes.at(points.right, r, last)] += 1;
  }
  return { bands, final, moved, final_regimes: regimeDifferences(moved) };
}

function regimeDifferences(moved) {
  return CATALOGUE.regimes.map((regime, r) => {
    const pairs = [];
    moved.forEach((row, a) => row.forEach((count, b) => {
      for (let k = 0; k < count; k += 1) pairs.push((b === r) - (a === r));
    }));
    const { mean, low, high } = meanInterval(pairs);
    return { regime: regime.name, difference: mean, low, high };
  });
}

/** The stored example runs nearest to both points, of one and the same replicate where there is one. */
async function gridExamples(points) {
  const chosen = {};
  for (const name of SIDES) {
    const stored = nearestExample(points[name]);
    if (!stored) {
      chosen[name] = { example: null, example_note: "This file holds no single run." };
      continue;
    }
    const exact = stored.point === points[name];
    chosen[name] = {
      example: await openExample(stored),
      example_note: exact ? "" : `Side ${LETTER[name]} shows the nearest single run in this file: ${pointText(stored.point)}.`,
    };
  }
  return chosen;
}

function nearestExample(point) {
  const levels = levelsOf(point);
  const exact = GRID.examples.find((one) => one.point === point);
  if (exact || !levels) return exact;
  let best = null;
  for (const one of GRID.examples) {
    const other = levelsOf(one.point);
    if (!other) continue;
    const distance = levels.reduce((sum, level, i) => sum + ((level - other[i]) / Math.max(1, GRID.axes[i].levels.length - 1)) ** 2, 0);
    if (!best || distance < best.distance) best = { one, distance };
  }
  return best && best.one;
}

/** Unpack the arrays of a stored run, once. */
async function openExample(stored) {
  if (!stored.open) {
    const { values, terms, trust, ties, ...rest } = stored.example;
    stored.open = { ...rest, values: await unpacked(values), terms: await unpacked(terms), trust: await unpacked(trust), ties: await unpacked(ties) };
  }
  return stored.open;
}

function pointText(point) {
  const levels = levelsOf(point);
  if (!levels) return PRESETS.get(GRID.presets[point - GRID.axes.reduce((n, axis) => n * axis.levels.length, 1)]).label;
  return GRID.axes.map((axis, i) => `${axis.label} ${shown(CONTROLS.get(axis.paths[0]), axis.levels[levels[i]])}`).join(", ");
}

// ------------------------------------------------------------------ one form for both

/** Turn an answer of the server into arrays that can be read at once. */
function opened(answer) {
  for (const part of ["left", "right", "difference"]) answer[part].bands = openedBands(answer[part].bands);
  for (const name of SIDES) {
    const side = answer[name];
    if (!Array.isArray(side.regimes)) {
      const regimes = unpackedNow(side.regimes);
      side.regimes = CATALOGUE.regimes.map((_, r) => answer.months_at.map((__, month) => regimes.at(r, month)));
    }
    const example = side.example;
    if (example) openedExample(example);
  }
  return answer;
}

function openedExample(example) {
  keyPartners(example.partners);
  if (example.values instanceof PackedArray) return example;
  example.values = unpackedNow(example.values);
  example.terms = unpackedNow(example.terms);
  example.trust = unpackedNow(example.trust);
  example.ties = unpackedNow(example.ties);
  return example;
}

/** Give each partner a key that holds on both sides: its kind, and the how manieth of that kind it is. */
function keyPartners(partners) {
  const seen = {};
  for (const partner of partners) {
    seen[partner.archetype] = (seen[partner.archetype] ?? 0) + 1;
    partner.key = `${partner.archetype}_${seen[partner.archetype]}`;
  }
}

function openedBands(bands) {
  if (bands instanceof Map) return bands;
  const values = unpackedNow(bands.values);
  const months = values.shape[2];
  const row = (measure, q) => Array.from({ length: months }, (_, month) => values.at(measure, q, month));
  return new Map(bands.measures.map((name, j) => [name, [0, 1, 2, 3, 4, 5].map((q) => row(j, q))]));
}

/** The answer to a request, from whoever answers here. */
async function answerTo(request) {
  return opened(GRID ? await gridAnswer(request) : await askServer("answer", request));
}

/** One run on both sides, body by body; a second question to the server, because it takes longer. */
async function examplesTo(request, signal) {
  const { left, right, replicate } = await askServer("example", request, signal);
  return { left: openedExample(left), right: openedExample(right), replicate };
}
