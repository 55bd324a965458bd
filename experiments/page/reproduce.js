// What is on the screen as files and commands: settings of each side as a scenario, the command line, and Python.

const FOLDER = "partnership";
const ORDINARY = "baseline_lsp";
const CASE = CATALOGUE.case;
const OWN_NAME = { left: "side_a", right: "side_b" };

/** A side as a scenario file: what it starts from, and what is set otherwise. YAML. */
function settingsYaml(name, state) {
  const side = state[name];
  const { changes } = side;
  const settings = nested(Object.entries(changes).filter(([path]) => path.includes(".") && !isDated(path)));
  // Of a case no calendar can be named: what it states comes after a calendar that is named, and before what is written out.
  const isWritten = datedPaths(side).length || ("calendar" in changes && [side.preset, changes.calendar].includes(CASE?.name));
  if (isWritten) settings.calendar = [...calendarEntries(side), ...datedEntries(side)].map(entryOf);
  const ofCase = side.preset === CASE?.name ? side.preset : null;
  const wanted = { place: state.place ?? ofCase, board: changes.board ?? ofCase, calendar: isWritten ? null : changes.calendar };
  const chosen = Object.entries(wanted).filter(([, option]) => option);
  return [
    "# @package _global_",
    `# Side ${LETTER[name]} of the partnership explorer, ${CATALOGUE.written_by}, engine ${ENGINE.source.slice(0, 12)}.`,
    "defaults:",
    `  - ${ofCase ? ORDINARY : side.preset}`,
    ...(isOfCase(state) ? [`  - /own_case: ${ofCase ? "case" : "none"}`] : []),
    ...chosen.map(([group, option]) => `  - override /${group}: ${option === CASE?.name ? "case" : option}`),
    "  - _self_",
    "",
    `name: ${OWN_NAME[name]}`,
    `months: ${monthsOf(state)}`,
    ...Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`),
    "",
  ].join("\n");
}

/** Whether a side has anything of the case, which a command then has to name. */
const isOfCase = (state) => CASE !== null && [state.place, ...SIDES.flatMap((name) => [state[name].preset, ...Object.values(state[name].changes)])].includes(CASE.name);

/** Values by path as nested objects. */
function nested(entries) {
  const all = {};
  for (const [path, value] of entries) {
    const parts = path.split(".");
    const last = parts.pop();
    parts.reduce((inside, part) => (inside[part] ??= {}), all)[last] = value;
  }
  return all;
}

/** An entry of a calendar as files state it. */
function entryOf({ levers, leadership, own, ...others }) {
  return { ...others, ...nested(Object.entries({ ...levers, ...leadership, ...own })) };
}

/** Numbers of behaviour that both sides set alike, as the command line takes them. */
const sharedBehaviour = (state) => Object.entries(state.left.changes).filter(([path, value]) => path.startsWith("behaviour.") && state.right.changes[path] === value);

/** Whether a side sets numbers of behaviour that the other has not: with sets in turn, `compare` has no words for that. */
function behavioursPart(state) {
  const own = (side) => JSON.stringify(Object.entries(side.changes).filter(([path]) => path.startsWith("behaviour.")).sort());
  return own(state.left) !== own(state.right);
}

/** What a command and Python name of a month of one's own. */
const ofExtension = EXTENSION ? [`extension=${EXTENSION}`] : [];

function commandLine(state) {
  const named = [...(isOfCase(state) ? [`case=${CASE.folder}`] : []), ...ofExtension];
  return ["partnerships compare", ...named.map((one) => (/^[\w./=-]+$/.test(one) ? one : `"${one}"`)), `--config-dir ${FOLDER}`, `"scenarios=[${SIDES.map((name) => OWN_NAME[name]).join(",")}]"`, `reference=${OWN_NAME.left}`,
    `replicates=${state.replicates}`, `seed=${state.seed}`, `behaviour=${state.behaviour}`,
    ...sharedBehaviour(state).map(([path, value]) => `${path}=${value}`)].join(" ");
}

function pythonText(state) {
  const inTurn = state.behaviour === "accepted";
  const overrides = [...ofExtension, ...(inTurn ? [] : [`behaviour=${state.behaviour}`]), ...sharedBehaviour(state).map(([path, value]) => `${path}=${value}`)];
  const changes = nested(sharedBehaviour(state)).behaviour;
  return [
    "from experiments import load_scenario",
    ...(inTurn ? ["from experiments.behaviours import read_sample, table_named"] : []),
    "from experiments.runs.pairs import run_pairs",
    "",
    ...(inTurn ? [`sets = read_sample(table_named("accepted.csv")${changes ? `, ${JSON.stringify(changes)}` : ""}).sets`] : []),
    `sides = {name: load_scenario(name, ${JSON.stringify(overrides)}, ${isOfCase(state) ? `case=${JSON.stringify(CASE.folder)}, ` : ""}config_dir="${FOLDER}") for name in ("side_a", "side_b")}`,
    `found = run_pairs(sides, seed=${state.seed}, replicates=${state.replicates}${inTurn ? ', turns=sets' : ""})`,
    'print(found.runs.groupby("scenario")["regime"].value_counts())',
    "",
  ].join("\n");
}

function fillReproduce(state) {
  at("reproduce-command").textContent = commandLine(state);
  at("reproduce-python").textContent = pythonText(state);
  at("reproduce-note").textContent = behavioursPart(state) && state.behaviour === "accepted"
    ? "The sides differ in numbers of behaviour, and runs take turns with accepted sets: compare gives both sides the same sets, so it cannot run this. Choose the best set, or one number for both sides."
    : "";
}
