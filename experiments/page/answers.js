// From runs to answers: bands, shares of regimes, paired differences, and one run body by body.

const FINAL_MONTHS = ENGINE.final_months;
/** What is kept of a single run, besides its columns. */
const HELD = {
  partner: ["is_abolished", "is_reorganised", "rank_at", "in_team", "pools_in", "influence", "plan", "acts_as_one", "on_executive"],
  partnership: [
    "stands", "ends_now", "begins_again", "has_new_leader", "months_left", "theme_of", "aims", "direction", "facilitation", "information",
    "fund_in_gbp_m", "posts_paid_gbp_m", "spent_on", "fund_spent_gbp_m", "fund_forfeited_gbp_m", "fund_held_gbp_m",
  ],
  matrix: ["tie", "trust"],
};
/** What is kept of the luck of its meetings. */
const LUCK = { partner: ["support"], partnership: ["agenda", "proposer", "theme", "whose"], matrix: [] };
const TYPICAL_BY = ["engagement", "outcome"];
const SHOWN_MEASURES = CATALOGUE.measures.map((measure) => measure.name);

/** What one run on a side left: `at(measure, month)`, and the regime of every month. */
class Run {
  constructor(values, regimes) {
    this.values = values;
    this.regimes = regimes;
  }

  at(measure, month) {
    return this.values[month * SHOWN_MEASURES.length + measure];
  }

  /** The final value: the mean of the last twelve months, or of what adds up and of what stands, the last. */
  final(measure) {
    const months = this.regimes.length;
    if (MEASURES.get(SHOWN_MEASURES[measure]).final === "last month") return this.at(measure, months - 1);
    let sum = 0;
    const from = Math.max(0, months - FINAL_MONTHS);
    for (let month = from; month < months; month += 1) sum += this.at(measure, month);
    return sum / (months - from);
  }
}

/** The regime of a run of a block in a month. */
function regimeIn({ shape, values }, month, run, thresholds) {
  const [, months, n] = shape;
  const named = {};
  ENGINE.table.regime_measures.forEach((name, m) => { named[name] = values[(m * months + month) * n + run]; });
  return regimeOf(named, thresholds);
}

/** The runs of a block. */
function runsOf({ measures, regimes }, thresholds) {
  const [months, nMeasures, n] = measures.shape;
  return Array.from({ length: n }, (_, run) => {
    const values = new Float64Array(months * nMeasures);
    for (let i = 0; i < values.length; i += 1) values[i] = measures.values[i * n + run];
    return new Run(values, Uint8Array.from({ length: months }, (_, month) => regimeIn(regimes, month, run, thresholds)));
  });
}

/** A list in pieces of at most so many. */
const blocksOf = (list, size) => Array.from({ length: Math.ceil(list.length / size) }, (_, k) => list.slice(k * size, (k + 1) * size));
/** The numbers of the first `wanted` runs that are not among some yet. */
const missingIn = (runs, wanted) => overMonths(wanted, (r) => r).filter((r) => !runs[r]);
const overMonths = (months, work) => Array.from({ length: months }, (_, month) => work(month));
const turned = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]));

/** Quantiles and mean of measures by month, worked out when they are looked at: `numbers(m, month)` are those of all runs. */
class Bands {
  constructor(months, numbers) {
    this.months = months;
    this.numbers = numbers;
    this.known = new Map();
  }

  get(name) {
    if (!this.known.has(name)) {
      const m = SHOWN_MEASURES.indexOf(name);
      this.known.set(name, turned(overMonths(this.months, (month) => band(this.numbers(m, month)))));
    }
    return this.known.get(name);
  }

  * [Symbol.iterator]() {
    for (const name of SHOWN_MEASURES) yield [name, this.get(name)];
  }
}

/** What happened on one side, in runs that took turns with so many sets. */
function sideAnswer(side, scenario, runs, sets) {
  const { months } = scenario;
  const n = runs.length;
  const counts = overMonths(months, (month) => regimeCounts(runs, month));
  return {
    name: side.preset,
    start: scenario.start,
    bands: new Bands(months, (m, month) => runs.map((run) => run.at(m, month))),
    regimes: CATALOGUE.regimes.map((_, r) => counts.map((row) => row[r] / n)),
    final_regimes: CATALOGUE.regimes.map((regime, r) => ({ regime: regime.name, ...shareOfRuns(runs.map((run) => Number(run.regimes[months - 1] === r)), sets) })),
    final: Object.fromEntries(SHOWN_MEASURES.map((name, m) => [name, meanOf(runs.map((run) => run.final(m)))])),
    policy: policyDates(scenario),
    example: null,
  };
}

function regimeCounts(runs, month) {
  const counts = new Array(CATALOGUE.regimes.length).fill(0);
  for (const run of runs) counts[run.regimes[month]] += 1;
  return counts;
}

/** Right minus left, run by run; runs took turns with so many sets of numbers. */
function differenceAnswer(left, right, months, sets) {
  const moved = CATALOGUE.regimes.map(() => CATALOGUE.regimes.map(() => 0));
  left.forEach((run, r) => { moved[run.regimes.at(-1)][right[r].regimes.at(-1)] += 1; });
  const differences = (value) => left.map((run, r) => value(right[r]) - value(run));
  return {
    bands: new Bands(months, (m, month) => differences((run) => run.at(m, month))),
    final: Object.fromEntries(SHOWN_MEASURES.map((name, m) => [name, overSets(differences((run) => run.final(m)), sets)])),
    works: overSets(differences((run) => Number(CATALOGUE.regimes[run.regimes.at(-1)].works)), sets),
    moved,
  };
}

/**
 * The run that is like most others on both sides: it ends as most do (if none does on both, any will do), and of those it is
 * the one whose engagement and outcome in the last month lie nearest the medians, each set against its spread.
 */
function typicalRun(sides) {
  const columns = sides.flatMap((runs) => TYPICAL_BY.map((name) => {
    const measure = SHOWN_MEASURES.indexOf(name);
    return runs.map((run) => run.at(measure, run.regimes.length - 1));
  }));
  const away = columns.map((values) => {
    const summary = band(values);
    const [middle, mean] = [summary[MEDIAN], summary.at(-1)];
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
    return values.map((value) => ((value - middle) / spread) ** 2);
  });
  const most = sides.map((runs) => {
    const counts = regimeCounts(runs, runs[0].regimes.length - 1);
    return counts.indexOf(Math.max(...counts));
  });
  const numbers = sides[0].map((_, run) => run);
  const fitting = numbers.filter((run) => sides.every((runs, k) => runs[run].regimes.at(-1) === most[k]));
  const distance = (run) => away.reduce((sum, values) => sum + values[run], 0);
  return (fitting.length ? fitting : numbers).reduce((best, run) => (distance(run) < distance(best) ? run : best));
}

/** The dated changes of a run: month, date, note, changes by path, bodies abolished or seated. */
function policyDates(scenario) {
  const rows = entriesHere(scenario).map((entry) => ({
    month: stepOf(scenario, entry.from),
    date: entry.from,
    note: entry.note,
    changes: { ...entry.levers, ...entry.leadership, ...entry.own, ...(entry.executive ? { "board.executive": entry.executive } : {}) },
    abolish: entry.abolish ?? [],
  }));
  const seated = (month, archetype, count) => ({
    month: stepOf(scenario, month),
    date: month,
    note: `new seats: ${count} × ${archetype.replaceAll("_", " ")}`,
    changes: {},
    abolish: [],
  });
  for (const [month, archetype, count] of scenario.board.entries) rows.push(seated(month, archetype, count));
  for (const entry of entriesHere(scenario)) {
    for (const [archetype, count] of Object.entries(entry.creates ?? {})) rows.push(seated(entry.from, archetype, count));
  }
  return rows.filter((row) => row.month >= 0 && row.month < scenario.months).sort((one, other) => one.month - other.month);
}

// ------------------------------------------------------------------ one run, body by body

/** Where the numbers of a kind stand in a row of what is kept: by name the first of them, and how many there are in a row. */
function columnsOf(kind, names) {
  const { fields } = ENGINE.table.kinds.find((one) => one.name === kind);
  const first = {};
  let width = 0;
  for (const name of names) {
    first[name] = width;
    width += fields[name][1] || 1;
  }
  return { first, width };
}

/** What was kept of bodies and of the table in a run of a block: `body(name, month, i, k)` and `whole(name, month, k)`, the k-th of several numbers. */
function readersOf(held, kept, [thing, whole], run = 0) {
  const [ofThing, ofWhole] = [columnsOf(thing, kept.partner), columnsOf(whole, kept.partnership)];
  const [, n, , runs] = held.partner.shape;
  return {
    body: (name, month, i, k = 0) => held.partner.values[((month * n + i) * ofThing.width + ofThing.first[name] + k) * runs + run],
    whole: (name, month, k = 0) => held.partnership.values[(month * ofWhole.width + ofWhole.first[name] + k) * runs + run],
  };
}

/**
 * One run: `value(column, month, body)`, `term(number, month, body)`, `trust` and `tied` (month, one, other) at the end of a
 * month, or as they were before it, `rank(month, body, table)` (−1: not at it), measures, regimes, events, and the minutes of
 * a month. In months without a table nobody is a member, and who is none has no numbers.
 */
function exampleOf(plan, { lived, chance, launch }, replicate, thresholds, numbers) {
  const { columns, held } = lived;
  const { months } = plan;
  const n = plan.bodies.length;
  const { table } = ENGINE;
  const names = table.columns.filter((name) => !name.startsWith("term_"));
  const cell = (k, month, body) => columns.values[(month * n + body) * table.columns.length + k];
  const { body, whole } = readersOf(held, HELD, ["partner", "partnership"]);
  const pair = (name) => (month, i, j) => held.matrix.values[((month * HELD.matrix.length + HELD.matrix.indexOf(name)) * n + i) * n + j];
  const before = (name) => (month, i, j) => (month > 0 ? pair(name)(month - 1, i, j) : launch.values[(HELD.matrix.indexOf(name) * n + i) * n + j]);
  const stood = (month) => month === 0 || whole("stands", month - 1) > 0;
  const isMember = (month, i) => stood(month) && cell(0, month, i) > 0;
  const [run] = runsOf(lived, thresholds);
  const [tie, earlierTie] = [pair("tie"), before("tie")];
  const minutes = new Map();
  const example = {
    replicate,
    plan,
    regimes: run.regimes,
    regime: CATALOGUE.regimes[run.regimes.at(-1)].name,
    months,
    partners: labelled(plan.bodies),
    columns: names,
    behaviour: Object.fromEntries(table.names.behaviour.map((path, k) => [path.slice("behaviour.".length), numbers[k]])),
    luck: readersOf(chance.held, LUCK, ["luck_of_partner", "luck"]),
    value: (k, month, i) => (k === 0 ? Number(isMember(month, i)) : isMember(month, i) ? cell(k, month, i) : NaN),
    term: (k, month, i) => (isMember(month, i) ? cell(names.length + k, month, i) : NaN),
    measure: (name, month) => run.at(SHOWN_MEASURES.indexOf(name), month),
    body,
    whole,
    stood,
    rank: (month, i, table = 0) => (stood(month) ? body("rank_at", month, i, table) : -1),
    trust: pair("trust"),
    tied: (month, i, j) => tie(month, i, j) > 0,
    trustBefore: before("trust"),
    tiedBefore: (month, i, j) => earlierTie(month, i, j) > 0,
    minutes: (month) => minutes.get(month) ?? minutes.set(month, minutesOf(example, month)).get(month),
    events: eventsOf(plan, whole, body),
  };
  return example;
}

const SECTORS = CATALOGUE.sectors;
const TERMS = CATALOGUE.terms;
const column = (example, name) => example.columns.indexOf(name);
const seatValue = (example, name, month, partner) => example.value(column(example, name), month, partner);
const isMember = (example, month, partner) => seatValue(example, "is_member", month, partner) > 0.5;

/** Who sits where, by the name that it has in a case, or by kind, numbered where a kind has several seats; with a key that holds on both sides. */
function labelled(bodies) {
  const seats = {};
  for (const { archetype } of bodies) seats[archetype] = (seats[archetype] ?? 0) + 1;
  const seen = {};
  return bodies.map(({ name, archetype, sector }) => {
    seen[archetype] = (seen[archetype] ?? 0) + 1;
    const label = CATALOGUE.archetypes[archetype] ?? readableName(archetype);
    const isCounted = name.startsWith(archetype) && /^_\d+$/.test(name.slice(archetype.length));
    const counted = seats[archetype] > 1 ? `${label} ${name.split("_").at(-1)}` : label;
    return { name: isCounted ? counted : name, archetype, sector, key: `${archetype}_${seen[archetype]}` };
  });
}

const readableName = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

/** What befell the table and its bodies, month by month. */
function eventsOf(plan, whole, body) {
  const events = [];
  const add = (month, event, partner = null) => events.push({ month, event, partner });
  for (let month = 0; month < plan.months; month += 1) {
    const stood = month === 0 || whole("stands", month - 1) > 0;
    if (stood && whole("has_new_leader", month) > 0) add(month, "new leader");
    for (let i = 0; i < plan.bodies.length; i += 1) {
      if (body("is_abolished", month, i) > 0 && !(month > 0 && body("is_abolished", month - 1, i) > 0)) add(month, "abolished", i);
      if (body("is_reorganised", month, i) > 0) add(month, "reorganised", i);
      if (plan.seats[i].joins_at > 0 && plan.seats[i].joins_at === month && !(body("is_abolished", month, i) > 0)) add(month, "takes a seat", i);
    }
    if (whole("ends_now", month) > 0) add(month, "dissolved");
    if (whole("begins_again", month) > 0) add(month, "founded again");
  }
  return events;
}
