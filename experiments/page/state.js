// What is asked: two sides and what they share. It lives in the address, so that a link restores it.

const CATALOGUE = JSON.parse(document.getElementById("catalogue").textContent);
const GRID = JSON.parse(document.getElementById("grid").textContent);

const by = (rows, key) => new Map(rows.map((row) => [row[key], row]));
const CONTROLS = by(CATALOGUE.controls, "path");
const PRESETS = by(CATALOGUE.presets, "name");
const BOARDS = by(CATALOGUE.boards, "name");
const CALENDARS = by(CATALOGUE.calendars, "name");
const MEASURES = by(CATALOGUE.measures, "name");
const COMPOSITES = by(CATALOGUE.composites, "path");
const SIDES = ["left", "right"];
const LETTER = { left: "A", right: "B" };

/** What a newcomer sees first: a partnership that fails, and the same with what would have saved it. */
function firstState() {
  const start = GRID ? gridStart() : CATALOGUE.start;
  return {
    left: { preset: start.left.preset, changes: { ...start.left.changes } },
    right: { preset: start.right.preset, changes: { ...start.right.changes } },
    place: null,
    seed: 1,
    replicates: GRID ? GRID.replicates : CATALOGUE.limits.replicates_first,
    months: null,
    run: null,
    view: "sides",
    month: null,
    partner: null,
    measure: "decision_rate",
  };
}

/** Value of a control on a side at the start of the run: default, preset, named board, then own changes. */
function effective(side, path) {
  if (path in side.changes) return side.changes[path];
  return unchanged(side, path);
}

/** The same value if this path had not been changed on the side. */
function unchanged(side, path) {
  const preset = PRESETS.get(side.preset);
  if (path === "board" || path === "calendar") return preset[path];
  const board = path.startsWith("board.") ? BOARDS.get(side.changes.board) : null;
  if (board && path in board.settings) return board.settings[path];
  if (path in preset.settings) return preset.settings[path];
  return CONTROLS.get(path).default;
}

/** Set a control on a side; a value that the preset has anyway is no change. */
function setValue(side, path, value) {
  if (path === "board") for (const other of Object.keys(side.changes)) if (other.startsWith("board.")) delete side.changes[other];
  side.changes[path] = value;
  if (value === unchanged(side, path)) delete side.changes[path];
}

/** The paths whose values differ between the two sides. */
function differing(state) {
  const paths = ["board", "calendar", ...CONTROLS.keys()].filter((path, i, all) => all.indexOf(path) === i);
  const sameBoard = effective(state.left, "board") === effective(state.right, "board") && effective(state.left, "board") !== "";
  return paths.filter((path) => {
    if (path.startsWith("board.") && !sameBoard && !(path in state.left.changes) && !(path in state.right.changes)) return false;
    return effective(state.left, path) !== effective(state.right, path);
  });
}

/** What is sent to whoever answers. */
function requestOf(state) {
  const side = ({ preset, changes }) => ({ preset, changes: { ...changes } });
  const { place, seed, replicates, months, run } = state;
  return { left: side(state.left), right: side(state.right), place, seed, replicates, months, run };
}

// ------------------------------------------------------------------ the address

const SHARED = { place: "place", seed: "seed", n: "replicates", months: "months", run: "run", view: "view", month: "month", partner: "partner", measure: "measure" };
const WHOLE = new Set(["seed", "replicates", "months", "run", "month"]);

/** The state as readable text for the address. */
function addressOf(state) {
  const words = new URLSearchParams();
  for (const name of SIDES) {
    words.set(name, state[name].preset);
    for (const [path, value] of Object.entries(state[name].changes)) words.set(`${name[0]}.${path}`, String(value));
  }
  const first = firstState();
  for (const [key, name] of Object.entries(SHARED)) {
    if (state[name] !== null && state[name] !== first[name]) words.set(key, String(state[name]));
  }
  return words.toString();
}

/** The state that an address holds. What it does not say keeps its first value; unknown names are left out and told. */
function stateOf(address) {
  const state = firstState();
  const unknown = [];
  const words = new URLSearchParams(address);
  for (const name of SIDES) {
    if (words.has(name)) {
      if (PRESETS.has(words.get(name))) state[name] = { preset: words.get(name), changes: {} };
      else unknown.push(words.get(name));
    }
  }
  for (const [key, text] of words) {
    const side = { l: state.left, r: state.right }[key[0]];
    if (key[1] === "." && side) {
      const path = key.slice(2);
      if (CONTROLS.has(path)) side.changes[path] = typedValue(CONTROLS.get(path), text);
      else unknown.push(path);
    } else if (key in SHARED) {
      state[SHARED[key]] = WHOLE.has(SHARED[key]) ? Math.round(Number(text)) : text;
    } else if (!SIDES.includes(key)) unknown.push(key);
  }
  return { state, unknown };
}

function typedValue(control, text) {
  const number = Number(text);
  return control.low !== null && text.trim() !== "" && Number.isFinite(number) ? number : text;
}
