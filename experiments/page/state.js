// What is asked: two sides and what they share. It lives in the address, so that a link restores it.

const CATALOGUE = JSON.parse(document.getElementById("catalogue").textContent);
const ENGINE = JSON.parse(document.getElementById("engine").textContent);

const by = (rows, key) => new Map(rows.map((row) => [row[key], row]));
const CONTROLS = by(CATALOGUE.controls, "path");
const PRESETS = by(CATALOGUE.presets, "name");
const BOARDS = by(CATALOGUE.boards, "name");
const CALENDARS = by(CATALOGUE.calendars, "name");
const MEASURES = by(CATALOGUE.measures, "name");
const COMPOSITES = by(CATALOGUE.composites, "path");
const INTERVENTIONS = by(CATALOGUE.interventions, "name");
const { quantiles: QUANTILES } = CATALOGUE;
const MEDIAN = QUANTILES.indexOf(0.5);
/** The month of its own that a page lives by, as a command names it; null if it is that of the model. */
const EXTENSION = CATALOGUE.extension;
/** What an address may hold only of the model's own month. */
const OF_THE_MODEL = ["play", "lesson"];
/** What can stand alone in another page: the name of its section, and what it is called. */
const EMBEDDED = [["ends", "How they end"], ["rescue", "What would have saved it?"], ["way", "What happens on the way"], ["who", "Who is engaged"], ["inside", "Inside one partnership"]];
const SIDES = ["left", "right"];
const LETTER = { left: "A", right: "B" };

/** What a newcomer sees first: a partnership that fails, and the same with what would have saved it. */
function firstState() {
  const { start } = CATALOGUE;
  return {
    left: { preset: start.left.preset, changes: { ...start.left.changes } },
    right: { preset: start.right.preset, changes: { ...start.right.changes } },
    place: null,
    seed: 1,
    replicates: CATALOGUE.limits.replicates_first,
    behaviour: CATALOGUE.behaviours[0].name,
    months: null,
    run: null,
    view: "sides",
    month: null,
    partner: null,
    measure: "decision_rate",
    only: null,
    play: null,
    lesson: null,
    who: "",
    ...NO_PREDICTIONS,
  };
}

// A change may have a date: "staff_team@2004-04" is an intervention and the month from which it holds; its value is the dose.
const isDated = (path) => path.includes("@");
const datedPath = (name, month) => `${name}@${month}`;

/** What a dated change is: the intervention and the month. */
function datedParts(path) {
  const [name, month] = path.split("@");
  return { intervention: INTERVENTIONS.get(name), month };
}

/** Dated changes of a side in order of date, then of name. */
const datedPaths = (side) => Object.keys(side.changes).filter(isDated).sort().sort((one, other) => monthNumber(datedParts(one).month) - monthNumber(datedParts(other).month));

/** Value of a control on a side at the start of the run: default, preset, named board, then own changes. */
function effective(side, path) {
  if (path in side.changes) return side.changes[path];
  return unchanged(side, path);
}

/** The same value if this path had not been changed on the side; of what has a date, nothing. */
function unchanged(side, path) {
  if (isDated(path)) return "";
  const preset = PRESETS.get(side.preset);
  if (path === "board" || path === "calendar") return preset[path];
  const board = path.startsWith("board.") ? BOARDS.get(side.changes.board) : null;
  if (board && path in board.settings) return board.settings[path];
  if (path in preset.settings) return preset.settings[path];
  return shownNumbers.get(path) ?? CONTROLS.get(path).default;
}

/** The numbers of behaviour that sliders show: those of the set in force, of several those of the best. */
const shownNumbers = new Map();

function showNumbersOf(behaviour) {
  const [row] = ENGINE.behaviours[behaviour === "accepted" ? "best" : behaviour];
  ENGINE.table.names.behaviour.forEach((path, i) => shownNumbers.set(path, row[i]));
}

/** Set a control on a side; a value that the preset has anyway is no change. */
function setValue(side, path, value) {
  if (path === "board") for (const other of Object.keys(side.changes)) if (other.startsWith("board.")) delete side.changes[other];
  side.changes[path] = value;
  if (value === unchanged(side, path)) delete side.changes[path];
}

/** The paths whose values differ between the two sides. */
function differing(state) {
  const dated = SIDES.flatMap((name) => datedPaths(state[name]));
  const paths = [...new Set(["board", "calendar", ...CONTROLS.keys(), ...dated])];
  const sameBoard = effective(state.left, "board") === effective(state.right, "board") && effective(state.left, "board") !== "";
  return paths.filter((path) => {
    if (path.startsWith("board.") && !sameBoard && !(path in state.left.changes) && !(path in state.right.changes)) return false;
    return effective(state.left, path) !== effective(state.right, path);
  });
}

/** What is sent to whoever answers. */
function requestOf(state) {
  const side = ({ preset, changes }) => ({ preset, changes: { ...changes } });
  const { place, seed, replicates, months, run, behaviour } = state;
  return { left: side(state.left), right: side(state.right), place, seed, replicates, months, run, behaviour };
}

// ------------------------------------------------------------------ the address

/** What a lesson leaves in the state before anything is predicted. */
const NO_PREDICTIONS = { revealed: 0, guess1: null, guess2: null, why1: "", why2: "" };

const itself = (...names) => Object.fromEntries(names.map((name) => [name, name]));
const SHARED = { place: "place", behaviour: "behaviour", seed: "seed", n: "replicates", months: "months", run: "run", view: "view", month: "month", partner: "partner", measure: "measure", ...itself("only", "lesson", "who", ...Object.keys(NO_PREDICTIONS)) };

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
  if (state.play) addGame(words, state.play);
  return words.toString();
}

/** The state that an address holds, and a line for everything in it that cannot be: the nearest that can is taken. */
function stateOf(address) {
  const state = firstState();
  const wrong = [];
  const words = new URLSearchParams(address);
  for (const name of SIDES) {
    if (!words.has(name)) continue;
    if (PRESETS.has(words.get(name))) state[name] = { preset: words.get(name), changes: {} };
    else wrong.push(notKnown(words.get(name)));
  }
  for (const [key, text] of words) {
    const side = { l: state.left, r: state.right }[key[0]];
    if (key[1] === "." && side) {
      const path = key.slice(2);
      if (isDated(path)) takeDated(side.changes, path, text, wrong);
      else if (CONTROLS.has(path)) takeValue(side.changes, path, CONTROLS.get(path), text, wrong);
      else wrong.push(notKnown(path));
    } else if (EXTENSION && OF_THE_MODEL.includes(key)) wrong.push(`${key} is told by the rules of the model, which this page does not live by: it was left out.`);
    else if (key === "play") state.play = gameOf(words, wrong);
    else if (key in SHARED && key !== "month") takeValue(state, SHARED[key], SHARED_CONTROLS[SHARED[key]], text, wrong);
    else if (!SIDES.includes(key) && key !== "role") wrong.push(notKnown(key));
  }
  const lesson = CATALOGUE.lessons.find((one) => one.id === state.lesson);
  if (lesson && !SIDES.some((name) => words.has(name))) takeRound(state, lesson.rounds[Math.max(state.revealed, 1) - 1]);
  if (words.has("month")) takeValue(state, "month", { low: 0, high: monthsOf(state) - 1, whole: true }, words.get("month"), wrong);
  for (const name of SIDES) leaveOutOutside(state[name], monthsOf(state), wrong);
  if (state.run !== null && state.run >= state.replicates) {
    wrong.push(`run = ${state.run} is not allowed: it takes 0 to ${state.replicates - 1}; a typical one is shown.`);
    state.run = null;
  }
  return { state, wrong };
}

/** Put a dated change where it belongs, if there is such an intervention, dose and month. */
function takeDated(into, path, text, wrong) {
  const { intervention, month } = datedParts(path);
  if (!intervention) wrong.push(notKnown(path));
  else if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) wrong.push(`${path} is not allowed: a date is a year and a month, as in 2004-04. It was left out.`);
  else takeValue(into, path, { choices: Object.keys(intervention.doses) }, text, wrong);
}

/** Leave out what a side has on dates outside its run. */
function leaveOutOutside({ preset, changes }, months, wrong) {
  const { start } = PRESETS.get(preset);
  for (const path of Object.keys(changes).filter(isDated)) {
    const step = monthNumber(datedParts(path).month) - monthNumber(start);
    if (step >= 0 && step < months) continue;
    delete changes[path];
    wrong.push(`${path} is not allowed: the run goes from ${monthName(start, 0)} to ${monthName(start, months - 1)}. It was left out.`);
  }
}

/** Put the sides of a lesson's round into a state, in the place and over the time of their scenarios. */
function takeRound(state, round) {
  for (const name of SIDES) state[name] = { preset: round[name].preset, changes: { ...round[name].changes } };
  Object.assign(state, { place: null, months: null, behaviour: firstState().behaviour, view: "sides" }, round.measure ? { measure: round.measure } : {});
}

const notKnown = (name) => `This page does not know ${name}: it was left out.`;

/** What shared parts of the state may be, told as controls are. */
const SHARED_CONTROLS = {
  place: { choices: CATALOGUE.places.map((place) => place.name) },
  behaviour: { choices: CATALOGUE.behaviours.map((behaviour) => behaviour.name) },
  seed: { low: 0, high: 999999999, whole: true },
  replicates: { low: 2, high: CATALOGUE.limits.replicates, whole: true },
  months: { low: CATALOGUE.limits.months_least, high: CATALOGUE.limits.months, whole: true },
  run: { low: 0, high: CATALOGUE.limits.replicates - 1, whole: true },
  view: { choices: ["sides", "difference"] },
  partner: {},
  measure: { choices: CATALOGUE.measures.map((measure) => measure.name) },
  only: { choices: EMBEDDED.map(([section]) => section) },
  lesson: { choices: CATALOGUE.lessons.map((lesson) => lesson.id) },
  revealed: { low: 0, high: 2, whole: true },
  guess1: { low: 1, high: 9, whole: true },
  guess2: { low: 1, high: 9, whole: true },
  why1: {},
  why2: {},
  who: {},
};

/** Put a value that an address states where it belongs, or the nearest that is allowed. */
function takeValue(into, name, control, text, wrong) {
  const number = text.trim() === "" ? NaN : Number(text);
  const hasNumber = typeof control.low === "number";
  if (hasNumber && Number.isFinite(number)) {
    const rounded = control.whole ? Math.round(number) : number;
    into[name] = Math.min(control.high, Math.max(control.low, rounded));
    if (into[name] !== number) wrong.push(`${name} = ${text} is not allowed: it takes ${control.low} to ${control.high}; ${into[name]} is shown.`);
  } else if (!hasNumber && !control.choices?.length) {
    into[name] = text;
  } else if (control.choices?.includes(text)) {
    into[name] = text;
  } else {
    const range = hasNumber ? `${control.low} to ${control.high}` : control.choices.length > 12 ? "a name that is in its list" : control.choices.join(", ");
    wrong.push(`${name} = ${text} is not allowed: it takes ${range}. It was left out.`);
  }
}
