// The minutes of a month: who proposed what, who was in the team, who supported it, what was decided.
//
// The engine remembers what is adopted and forgets how. So the meetings of one month are gone through again here, as
// sim/meetings.py has them, with the ranks, views, ties and luck that the run had. A test holds every item to Mesa's.

const MEETING = ENGINE.meeting;
const { themes: THEME_COUNT, saving_time: SAVING_TIME } = MEETING;

/** The items of all meetings of a month in their order, each with its table, theme, proposer, team, supporters, and whether it was adopted. */
function minutesOf(example, month) {
  const room = roomOf(example, month);
  return CATALOGUE.tables.flatMap((_, table) => meetingOf(room, table));
}

/** What a month's meetings begin with: bodies as they come to them, the strategy, projects that run, levers, luck. */
function roomOf(example, month) {
  const { plan, behaviour, luck } = example;
  const row = plan.starts.findLastIndex((start) => start <= month);
  const lever = (path) => plan.levers[row][ENGINE.table.names.levers.indexOf(path)];
  const founders = plan.seats.filter((seat) => seat.joins_at === 0).length;
  const before = (name, i, k, atLaunch) => (month === 0 ? atLaunch : example.body(name, month - 1, i, k));
  const bodies = plan.seats.map((seat, i) => {
    const isNew = seat.joins_at === month;
    const kind = (name) => seat.kind[ENGINE.table.names.kind.indexOf(name)];
    return {
      i,
      sector: seat.sector,
      isChair: seat.is_chair,
      influence: isNew ? 1 / founders : before("influence", i, 0),
      plan: overMonths(THEME_COUNT + 1, (k) => (k === SAVING_TIME ? example.body("plan", month, i, k) : before("plan", i, k, seat.priorities[k]))),
      asOne: example.body("acts_as_one", month, i),
      decides: example.body("on_executive", month, i),
      public: kind("is_publicly_funded"),
      wards: kind("neighbourhood_gain"),
      contracts: kind("contracting_gain"),
      rank: (table) => example.rank(month, i, table),
      draw: (slot) => luck.body("support", month, i, slot),
    };
  });
  return {
    bodies,
    behaviour,
    lever,
    luck: (name, k) => luck.whole(name, month, k),
    whole: (name) => example.whole(name, month),
    tied: (i, j) => example.tiedBefore(month, i, j),
    trust: (i, j) => example.trustBefore(month, i, j),
    aims: overMonths(THEME_COUNT, (k) => (month === 0 ? 1 / THEME_COUNT : example.whole("aims", month - 1, k))),
    left: overMonths(MEETING.projects, (p) => (month === 0 ? 0 : example.whole("months_left", month - 1, p))),
  };
}

/** The items of one table's meeting. */
function meetingOf(room, table) {
  const sitting = room.bodies.filter((body) => body.rank(table) >= 0).map((body) => ({ ...body, inPerson: Number(body.rank(table) === 2), came: Number(body.rank(table) > 0) }));
  const sum = (of) => sitting.reduce((all, body) => all + of(body), 0);
  const at = {
    table,
    sitting,
    present: sum((body) => body.influence * (body.inPerson + MEETING.junior_weight * (body.came - body.inPerson)) * body.decides),
    says: MEETING.brought_by.map((_, whose) => sum((body) => sayIn(body, whose))),
  };
  const [came, speaking] = [sum((body) => body.came), sum((body) => body.came * body.decides)];
  const { meeting_hours, item_hours, speaker_hours } = room.behaviour;
  const hours = table === 0 ? meeting_hours * (1 - 0.5 * room.lever("levers.prescription")) : 0.5 * meeting_hours;
  const enough = came >= Math.min(2, sitting.length) && at.says[0] > 0;
  const most = table === 0 ? MEETING.most_items : 1;
  const time = enough ? Math.min(most, hours / (item_hours + speaker_hours * speaking) + room.luck("agenda", table)) : 0;
  return overMonths(Math.floor(time), (item) => itemOf(room, at, item));
}

/** A body's say in who brings an item of a kind. */
function sayIn(body, whose) {
  const may = [1, body.isChair, 1 - body.public, body.wards][whose];
  return body.influence * body.inPerson * body.decides * may;
}

/** One item: it is proposed, a team is found, all there in person support it or not, and it is adopted or not. */
function itemOf(room, at, item) {
  const { table, sitting } = at;
  const { behaviour, lever } = room;
  const slot = table === 0 ? item : MEETING.most_items - 1 + table;
  const proposer = whoProposes(room, at, item, slot);
  const theme = proposer ? whatIsProposed(room, table, proposer, slot) : 0;
  const fit = theme < SAVING_TIME && proposer ? fitOf(room, theme) : 0;
  const team = proposer ? teamOf(room, sitting, proposer, theme) : [];
  const isSupporting = (body) => {
    const tied = team.filter((mate) => mate !== body && room.tied(body.i, mate.i)).length / Math.max(1, team.length);
    const trust = proposer && body !== proposer ? room.trust(body.i, proposer.i) : 0;
    const utility = behaviour.support_base + behaviour.support_trust * (trust - 0.5) + behaviour.support_ties * tied
      + 2 * (body.plan[theme] - 1 / THEME_COUNT + fit);
    const chance = 1 / (1 + Math.exp(-utility / (1 - 0.5 * room.whole("information"))));
    const contracted = lever("levers.vcs_as_contractor") * body.contracts * (proposer?.public ?? 0);
    return team.includes(body) || body.draw(slot) < Math.max(chance, contracted);
  };
  const voting = sitting.filter((body) => body.inPerson && body.decides);
  const supporters = voting.filter(isSupporting);
  const votes = supporters.reduce((all, body) => all + body.influence, 0);
  const project = room.left.findIndex((left) => left <= 0);
  const isAdopted = votes >= behaviour.quorum * at.present && team.length >= Math.min(2, sitting.length) && project >= 0;
  if (isAdopted) {
    room.left[project] = 1;
    if (theme < SAVING_TIME) room.aims = room.aims.map((aim, k) => aim + MEETING.memory * (Number(k === theme) - aim));
  }
  const places = (bodies) => bodies.map((body) => body.i);
  return {
    table, theme, proposer: proposer?.i ?? -1, team: places(team), supporters: places(supporters), voting: places(voting),
    support: at.present > 0 ? votes / at.present : 0, isAdopted, project: isAdopted ? project : -1,
  };
}

/** Whose turn it is: those who may bring the item, by their say. */
function whoProposes({ luck, lever, whole }, { table, sitting, says }, item, slot) {
  const drawn = luck("whose", slot);
  let whose = 0;
  if (item === 0 && drawn < whole("direction") * (1 - whole("facilitation"))) whose = 1;
  if (item === 1 && drawn < lever("levers.vcs_capacity_building")) whose = 2;
  if (item === 2 && drawn < lever("levers.neighbourhood_engagement")) whose = 3;
  if (!(says[whose] > 0)) whose = 0;
  const aim = luck("proposer", slot) * says[whose];
  let weighed = 0;
  return sitting.find((body) => {
    weighed += sayIn(body, whose);
    return weighed > aim;
  });
}

/** The theme of a proposal: as the body's plan has it, and at random as far as it works in silos. */
function whatIsProposed({ luck }, table, body, slot) {
  const weights = body.plan.map((share, k) => {
    if (k === SAVING_TIME) return table === 0 ? share : 0;
    return table === 0 || MEETING.block_of[k] === table - 1 ? body.asOne * share + (1 - body.asOne) / THEME_COUNT : 0;
  });
  const drawn = luck("theme", slot) * weights.reduce((all, weight) => all + weight, 0);
  let passed = 0;
  return Math.max(0, weights.findIndex((weight) => {
    passed += weight;
    return passed > drawn;
  }));
}

/** What weight a theme has beyond a fifth in the strategy. */
const fitOf = ({ aims, lever }, theme) => aims[theme] + lever("levers.growth_focus") * (MEETING.growth_priorities[theme] - aims[theme]) - 1 / THEME_COUNT;

/** Whether a project on a theme needs a sector's work. */
const isNeeded = (sector, theme) => MEETING.needed[theme].includes(sector);

/** The team: who proposes, and the best of those it is tied to in every sector that the project needs. */
function teamOf({ tied, trust }, sitting, proposer, theme) {
  const worth = (body) => (body !== proposer && isNeeded(body.sector, theme) && tied(body.i, proposer.i) ? trust(proposer.i, body.i) * body.plan[theme] * body.inPerson : 0);
  const best = new Map();
  for (const body of sitting) best.set(body.sector, Math.max(best.get(body.sector) ?? 0, worth(body)));
  return sitting.filter((body) => body === proposer || (worth(body) > 0 && worth(body) === best.get(body.sector)));
}
