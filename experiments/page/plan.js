// A side of the page as rows of numbers, as sim/levers.py, sim/population.py and sim/block.py make them of a scenario: the
// same bytes, which tests hold them to.

const MODEL = ENGINE.scenario;
const AT_THE_LAUNCH = 0;
const NOT_KNOWN = -1;

const placeNamed = (name) => ENGINE.places.find((place) => place.name === name);

/** How long the runs of sides are: as was asked, or as long as the shortest of their scenarios. */
const monthsOf = (asked, names = SIDES) => asked.months ?? Math.min(...names.map((name) => MODEL.presets[asked[name].preset].months));

/** What a side asks for: settings by path, a board, a calendar, a place, a start and a length. */
function scenarioOf(side, state) {
  const preset = MODEL.presets[side.preset];
  const boardName = side.changes.board ?? preset.board;
  const board = { ...(typeof boardName === "string" ? MODEL.boards[boardName] : boardName) };
  board.members = { ...board.members };
  const settings = new Map();
  for (const path of CONTROLS.keys()) {
    if (path === "board" || path === "calendar") continue;
    const changed = path in side.changes;
    if (path.startsWith("board.members.")) {
      if (changed) board.members[path.slice("board.members.".length)] = side.changes[path];
    } else if (path.startsWith("board.")) {
      if (changed) board[path.slice("board.".length)] = side.changes[path];
    } else settings.set(path, effective(side, path));
  }
  const months = state.months ?? preset.months;
  return {
    settings,
    changed: new Set(Object.keys(side.changes)),
    board,
    calendar: [...calendarEntries(side), ...datedEntries(side)],
    place: placeNamed(state.place ?? preset.place),
    start: preset.start,
    months,
  };
}

// ------------------------------------------------------------------ the calendar

/** The entries of the calendar that a side has chosen. */
function calendarEntries(side) {
  const chosen = side.changes.calendar ?? MODEL.presets[side.preset].calendar;
  return typeof chosen === "string" ? MODEL.calendars[chosen] : chosen;
}

/** What a side does on dates of its own, as entries of a calendar. */
const datedEntries = (side) => datedPaths(side).map((path) => {
  const { intervention, month } = datedParts(path);
  const dose = side.changes[path];
  return { from: month, note: interventionWords(intervention, dose), ...intervention.doses[dose] };
});

const entriesHere = ({ calendar, place }) => calendar.filter((entry) => Object.entries(entry.where ?? {}).every(([fact, value]) => place[fact] === value));
const stepOf = (scenario, month) => monthNumber(month) - monthNumber(scenario.start);
const councilsOf = (place) => (place.tiers === 1 ? ["unitary_council"] : ["district_council", "county_council"]);
const abolishedBy = (entry, place) => (entry.abolish ?? []).flatMap((name) => (name === "council" ? councilsOf(place) : [name]));

const inOrderOfDate = (entries) => [...entries].sort((one, other) => (one.from < other.from ? -1 : Number(one.from > other.from)));

/** The flexible fund of a place in a month, £m a year. */
function placeFund(place, month) {
  if (place.fund_series.length) return lastStated(place.fund_series, month)?.[1] ?? 0;
  const { england, base } = MODEL.fund;
  const years = Object.keys(england).map(Number);
  const year = Math.min(Math.max(Math.floor((month - 3) / 12), Math.min(...years)), Math.max(...years));
  return (place.fund_2003_04_gbp_m * england[year]) / england[base];
}

/** The fund as it was: the first until March 2008, then what followed. */
function recordedFund(place, month) {
  const { last_month, successor } = MODEL.fund;
  if (place.fund_series.length || month <= last_month) return placeFund(place, month);
  const year = successor[Math.floor((month - 3) / 12)];
  if (!year || place.successor === "none") return 0;
  const [share, ofBase] = year;
  return place.successor === "transition" ? share * placeFund(place, last_month) : ofBase * place.fund_2003_04_gbp_m;
}

function lastStated(series, month) {
  let last = null;
  for (const stated of series) if (monthNumber(stated[0]) <= month && (!last || stated[0] > last[0])) last = stated;
  return last;
}

function fundAsked(place, month, asked) {
  if (asked === "record") return recordedFund(place, month);
  return asked === "place" ? placeFund(place, month) : Number(asked);
}

/** Levers in force by row, which row is in force in a month, policy by month, and who is abolished when. */
function calendarOf(scenario) {
  const { place, months } = scenario;
  const start = monthNumber(scenario.start);
  const dated = new Map();
  for (const entry of entriesHere(scenario)) {
    const step = stepOf(scenario, entry.from);
    if (step < 0 || step >= months) continue;
    if (!dated.has(step)) dated.set(step, []);
    dated.get(step).push(entry);
  }
  const inForce = new Map(scenario.settings);
  let publicOnly = scenario.board.executive === "public_only";
  const [levers, starts, policy, abolished] = [[], [], [], []];
  for (let step = 0; step < months; step += 1) {
    let [newLevers, newOthers] = [step === 0, false];
    const gone = [];
    for (const entry of dated.get(step) ?? []) {
      for (const [path, value] of Object.entries({ ...entry.levers, ...entry.leadership, ...entry.own })) inForce.set(path, value);
      newLevers ||= Boolean(entry.levers);
      newOthers ||= Boolean(entry.leadership || entry.own);
      if (entry.executive) publicOnly = entry.executive === "public_only";
      gone.push(...abolishedBy(entry, place));
    }
    if (newLevers || newOthers) {
      levers.push(ENGINE.table.names.levers.map((path) => Number(inForce.get(path))));
      starts.push(step);
    }
    if (gone.length) abolished.push([step, gone]);
    const today = {
      public_only_executive: Number(publicOnly),
      fund_gbp_m_a_year: fundAsked(place, start + step, inForce.get("levers.flexible_fund_gbp_m")),
      purse: ENGINE.table.purses.indexOf(inForce.get("levers.purse")),
      is_new: Number(newLevers),
      abolishes: Number(gone.length > 0),
      date: start + step,
    };
    const need = lastStated(place.need_series, start + step)?.[1] ?? place.need;
    policy.push([...ENGINE.table.names.policy.map((name) => today[name]), ...need]);
  }
  return { levers, starts, policy, abolished };
}

// ------------------------------------------------------------------ the seats

/** Who sits at the table, in the order of the engine. Throws in one line for a board that cannot be. */
function seatsOf(scenario) {
  const seats = [...bodiesOf(scenario), ...countedSeats(scenario)].filter((seat) => seat.joinsAt < scenario.months);
  const chairing = scenario.board.chair === "place" ? scenario.place.chair : scenario.board.chair;
  const founders = seats.filter((seat) => seat.joinsAt === 0);
  if (!founders.length) throw new Error("Nobody sits at the table: give at least one seat.");
  if (seats.length > CATALOGUE.limits.seats) throw new Error(`The board has ${seats.length} seats: at most ${CATALOGUE.limits.seats} are allowed on a page.`);
  const sector = MODEL.sectors.indexOf(chairing);
  if (!seats.some((seat) => seat.isChair)) {
    const chair = founders.find((seat) => seat.kind.sector === sector);
    if (chair) chair.isChair = 1;
    else if (chairing !== "nobody") throw new Error(`Nobody of the chair’s sector (${chairing}) has a seat: give it one, or let nobody chair.`);
  }
  passOnChair(seats, scenario);
  return seats;
}

const isNamed = (seat, names) => names.includes(seat.name) || names.includes(seat.kind.archetype);

/** When the chair's body is abolished, the first of its sector that takes a seat on that date chairs. */
function passOnChair(seats, scenario) {
  let chair = seats.find((seat) => seat.isChair) ?? null;
  for (const entry of inOrderOfDate(entriesHere(scenario))) {
    const gone = abolishedBy(entry, scenario.place);
    if (!chair || !isNamed(chair, gone)) continue;
    const step = stepOf(scenario, entry.from);
    const old = chair;
    chair = seats.find((seat) => seat.joinsAt === step && step > old.joinsAt && !isNamed(seat, gone) && seat.kind.sector === old.kind.sector) ?? null;
    if (chair) chair.isChair = 1;
  }
}


function kindNamed(name, scenario) {
  const kind = scenario.board.types[name] ?? MODEL.archetypes[name];
  if (!kind) throw new Error(`“${readableName(name)}” is a type of the case: choose the board of the case too, or another calendar.`);
  return kind;
}

const kindsNamed = (name, scenario) => (name === "council" ? councilsOf(scenario.place) : [name]).map((kind) => kindNamed(kind, scenario));
const kindNumber = (kind, name) => kind.numbers[ENGINE.table.names.kind.indexOf(name)];
const GROUP_NAMES = ENGINE.groups;

function bodiesOf(scenario) {
  return scenario.board.bodies.map(({ name, kind, budget_gbp_m, joins, chairs, groups }) => ({
    name,
    kind,
    budget: budget_gbp_m ?? (kindNumber(kind, "budget_gbp_per_head") * scenario.place.population) / 1e6,
    joinsAt: joins ? stepOf(scenario, joins) : 0,
    isChair: chairs,
    sitsAt: groups ? [1, ...GROUP_NAMES.map((group) => Number(groups.includes(group)))] : null,
  }));
}

function countedSeats(scenario) {
  const { board } = scenario;
  const wanted = Object.entries(board.members).map(([name, count]) => [name, count, AT_THE_LAUNCH]);
  for (const [month, name, count] of board.entries) wanted.push([name, count, stepOf(scenario, month)]);
  for (const entry of inOrderOfDate(entriesHere(scenario))) {
    for (const [name, count] of Object.entries(entry.creates ?? {})) {
      for (const kind of kindsNamed(name, scenario)) wanted.push([kind.archetype, count, stepOf(scenario, entry.from)]);
    }
  }
  const sitting = wanted.flatMap(([name, count, joinsAt]) =>
    kindsNamed(name, scenario).flatMap((kind) => Array.from({ length: count }, () => ({ kind, joinsAt }))));
  const founders = {};
  for (const { kind, joinsAt } of sitting) if (joinsAt === 0) founders[kind.archetype] = (founders[kind.archetype] ?? 0) + 1;
  const byName = new Set(board.bodies.map((body) => body.name));
  const taken = {};
  return sitting.map(({ kind, joinsAt }) => {
    do taken[kind.archetype] = (taken[kind.archetype] ?? 0) + 1;
    while (byName.has(`${kind.archetype}_${taken[kind.archetype]}`));
    const sharing = kindNumber(kind, "is_publicly_funded") ? Math.max(1, founders[kind.archetype] ?? 0) : 1;
    return {
      name: `${kind.archetype}_${taken[kind.archetype]}`,
      kind,
      budget: (kindNumber(kind, "budget_gbp_per_head") * scenario.place.population) / 1e6 / sharing,
      joinsAt,
      isChair: 0,
      sitsAt: null,
    };
  });
}

/** What is known of trust and ties before the launch, as [matrix, one, other, -1 - what is known]. */
function knownAtLaunch(board, seats) {
  const at = new Map(seats.map((seat, i) => [seat.name, i]));
  const known = [];
  for (const [giver, receiver, trust] of board.trust) {
    if (at.has(giver) && at.has(receiver)) known.push(["trust", at.get(giver), at.get(receiver), -1 - trust]);
  }
  for (const [one, other, tied] of board.ties) {
    if (!at.has(one) || !at.has(other)) continue;
    known.push(["tie", at.get(one), at.get(other), -1 - tied], ["tie", at.get(other), at.get(one), -1 - tied]);
  }
  return known;
}

// ------------------------------------------------------------------ all of it

/** A scenario as rows of numbers, ready for the engine. */
function planOf(scenario) {
  const seats = seatsOf(scenario);
  const calendar = calendarOf(scenario);
  const ends = seats.map((seat) => {
    const first = calendar.abolished.find(([, names]) => isNamed(seat, names));
    return first ? first[0] : NOT_KNOWN;
  });
  return {
    months: scenario.months,
    firstMonth: monthNumber(scenario.start),
    seats: seats.map((seat, i) => ({
      joins_at: seat.joinsAt,
      is_chair: seat.isChair,
      sector: seat.kind.sector,
      kind: seat.kind.numbers,
      priorities: seat.kind.priorities,
      sits_at: seat.sitsAt ?? new Array(1 + GROUP_NAMES.length).fill(NOT_KNOWN),
      budget: seat.budget,
      abolished_at: ends[i],
    })),
    bodies: seats.map(({ name, kind }) => ({ name, archetype: kind.archetype, sector: MODEL.sectors[kind.sector] })),
    known: knownAtLaunch(scenario.board, seats),
    place: ENGINE.table.names.place.map((name) => Number(scenario.place[name])),
    ...calendar,
  };
}

/** The numbers of behaviour that replicate r has, one row a set: the sets of the page, with what a side changes in all of them. */
function behavioursOf(scenario, name) {
  const paths = ENGINE.table.names.behaviour;
  return ENGINE.behaviours[name].map((row) => row.map((number, i) => (scenario.changed.has(paths[i]) ? Number(scenario.settings.get(paths[i])) : number)));
}

/** The levels at which one regime ends and the next begins. */
const thresholdsOf = (scenario) => Object.fromEntries([...scenario.settings].filter(([path]) => path.startsWith("regimes.")).map(([path, value]) => [path.slice("regimes.".length), Number(value)]));
