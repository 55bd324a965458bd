// What is on the screen as files and commands: settings of each side as a scenario, the command line, and Python.

const FOLDER = "partnership";
const OWN_NAME = { left: "side_a", right: "side_b" };

/** A side as a scenario file: what it starts from, and what is set otherwise. YAML. */
function settingsYaml(name, state) {
  const side = state[name];
  const { changes } = side;
  const chosen = ["board", "calendar"].filter((group) => group in changes && !(group === "calendar" && datedPaths(side).length)).map((group) => [group, changes[group]]);
  if (state.place) chosen.push(["place", state.place]);
  const settings = nested(Object.entries(changes).filter(([path]) => path.includes(".") && !isDated(path)));
  if (datedPaths(side).length) settings.calendar = [...calendarEntries(side), ...datedEntries(side)].map(entryOf);
  return [
    "# @package _global_",
    `# Side ${LETTER[name]} of the partnership explorer, ${CATALOGUE.written_by}, engine ${ENGINE.source.slice(0, 12)}.`,
    "defaults:",
    `  - ${side.preset}`,
    ...chosen.map(([group, option]) => `  - override /${group}: ${option}`),
    "  - _self_",
    "",
    `name: ${OWN_NAME[name]}`,
    `months: ${monthsOf(state)}`,
    ...Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`),
    "",
  ].join("\n");
}

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
function entryOf({ levers, leadership, ...others }) {
  return { ...others, ...nested(Object.entries({ ...levers, ...leadership })) };
}

/** Numbers of behaviour that both sides set alike, as the command line takes them. */
const sharedBehaviour = (state) => Object.entries(state.left.changes).filter(([path, value]) => path.startsWith("behaviour.") && state.right.changes[path] === value);

/** Whether a side sets numbers of behaviour that the other has not: with sets in turn, `compare` has no words for that. */
function behavioursPart(state) {
  const own = (side) => JSON.stringify(Object.entries(side.changes).filter(([path]) => path.startsWith("behaviour.")).sort());
  return own(state.left) !== own(state.right);
}

function commandLine(state) {
  return ["partnerships compare", `--config-dir ${FOLDER}`, `"scenarios=[${SIDES.map((name) => OWN_NAME[name]).join(",")}]"`, `reference=${OWN_NAME.left}`,
    `replicates=${state.replicates}`, `seed=${state.seed}`, `behaviour=${state.behaviour}`,
    ...sharedBehaviour(state).map(([path, value]) => `${path}=${value}`)].join(" ");
}

function pythonText(state) {
  const inTurn = state.behaviour === "accepted";
  const overrides = [...(inTurn ? [] : [`behaviour=${state.behaviour}`]), ...sharedBehaviour(state).map(([path, value]) => `${path}=${value}`)];
  const changes = nested(sharedBehaviour(state)).behaviour;
  return [
    "from experiments import load_scenario",
    ...(inTurn ? ["from experiments.behaviours import read_sample, table_named"] : []),
    "from experiments.runs.pairs import run_pairs",
    "",
    ...(inTurn ? [`sets = read_sample(table_named("accepted.csv")${changes ? `, ${JSON.stringify(changes)}` : ""}).sets`] : []),
    `sides = {name: load_scenario(name, ${JSON.stringify(overrides)}, config_dir="${FOLDER}") for name in ("side_a", "side_b")}`,
    `found = run_pairs(sides, seed=${state.seed}, replicates=${state.replicates}${inTurn ? ', turns=[{"behaviour": one} for one in sets]' : ""})`,
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
