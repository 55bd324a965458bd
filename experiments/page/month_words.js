// What happened in one month of a run, in sentences: who came, what was decided, ties, money, and one body.

const MOST_LISTED = 12;

/** "3 come", "1 comes", "nobody comes". */
const those = (n, comes, come) => (n === 0 ? `nobody ${comes}` : `${n} ${n === 1 ? comes : come}`);
/** "3 ties", "1 tie", "no tie". */
const counted = (n, thing, things = `${thing}s`) => (n === 0 ? `no ${thing}` : `${n} ${n === 1 ? thing : things}`);
/** Why an item was not adopted. */
function refusalWords(example, item) {
  if (item.team.length < 2) return "nobody is there in person who would share the work";
  return item.support < example.behaviour.quorum ? `it takes ${percent(example.behaviour.quorum)} of the influence there` : "as many projects run as can";
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1);
const millions = (value) => `£${plainNumber(value)}m`;
const isShown = (value) => value >= 0.0005;
const poundsOrNothing = (value) => (isShown(value) ? millions(value) : "nothing");
/** Names of bodies, the first of many. */
const namesOf = (example, bodies, most = MOST_LISTED) => listed([
  ...bodies.slice(0, most).map((i) => escaped(example.partners[i].name)),
  ...(bodies.length > most ? [counted(bodies.length - most, "other")] : []),
]);
/** "3 ties are made", "1 tie is made", "no tie is made". */
const happens = (n, thing, is, are) => `${counted(n, thing)} ${n < 2 ? is : are}`;
const bodiesOfRun = (example) => example.partners.map((_, i) => i);
/** How many seats of the board are filled in each rank: away, by a junior, in person. */
const ranksOf = (example, month) => RANKS.map((_, rank) => bodiesOfRun(example).filter((i) => example.rank(month, i) === rank).length);
const totalOf = (numbers) => numbers.reduce((all, number) => all + number, 0);

function attendanceWords(example, month) {
  if (!example.stood(month)) return "There is no table.";
  const [away, juniors, inPerson] = ranksOf(example, month);
  return `Of ${counted(away + juniors + inPerson, "body", "bodies")} ${those(inPerson, "comes in person", "come in person")}, ${those(juniors, "sends a junior", "send a junior")}, ${those(away, "stays away", "stay away")}.`;
}

function decisionWords(example, month) {
  if (!example.stood(month)) return "";
  const items = example.minutes(month);
  const adopted = items.filter((item) => item.isAdopted).length;
  if (!items.length) return "Nothing is raised.";
  return `${sentence(happens(items.length, "item", "is", "are"))} raised, ${adopted === 0 ? "none is" : `${adopted} ${adopted === 1 ? "is" : "are"}`} adopted.`;
}

/** One item of the minutes. HTML. */
function itemWords(example, item) {
  const table = CATALOGUE.tables[item.table];
  const where = item.table === 0 ? "at the board" : `in the group for ${table}`;
  const theme = CATALOGUE.topics[item.theme];
  if (item.proposer < 0) return `An item ${where}: nobody proposes anything.`;
  const mates = item.team.filter((i) => i !== item.proposer);
  const pool = item.isAdopted ? item.team.filter((i) => example.body("pools_in", item.month, i, item.project) > 0) : [];
  const parts = [
    `<b>${theme}</b>, ${where}: ${escaped(example.partners[item.proposer].name)} proposes it`,
    mates.length ? `${namesOf(example, mates)} ${mates.length === 1 ? "joins" : "join"} the team` : "nobody joins the team",
    item.supporters.length ? `supported by ${ofAll(item.supporters.length, item.voting.length)} who may vote (${namesOf(example, item.supporters)}), with ${percent(item.support)} of the influence there` : `supported by none of ${item.voting.length} who may vote`,
    item.isAdopted ? `<b>adopted</b>${pool.length ? `; ${namesOf(example, pool)} ${pool.length === 1 ? "commits" : "commit"} own money` : "; nobody commits own money"}` : `<b>not adopted</b>: ${refusalWords(example, item)}`,
  ];
  return `${parts.join("; ")}.`;
}

/** What was made and what lapsed. HTML. */
function tieWords(example, month) {
  const changed = tiesOf(example, month).filter((tie) => tie.change !== "kept");
  const told = (change, is, are) => {
    const ties = changed.filter((tie) => tie.change === change);
    if (!ties.length) return [];
    const names = ties.slice(0, 5).map(({ i, j }) => namesOf(example, [i, j]));
    if (ties.length > 5) names.push(`${ties.length - 5} more`);
    return [`${happens(ties.length, "tie", is, are)}: ${names.join("; ")}.`];
  };
  return [...told("made", "is made", "are made"), ...told("lost", "lapses", "lapse")].join(" ");
}

/** Where the money of some months went, £m, by what it is called. */
function moneyOf(example, months) {
  const add = (name, k) => totalOf(months.map((month) => example.whole(name, month, k)));
  const own = bodiesOfRun(example).map((i) => totalOf(months.map((month) => (isMember(example, month, i) ? seatValue(example, "pooled_gbp_m", month, i) : 0))));
  return {
    received: add("fund_in_gbp_m"), posts: add("posts_paid_gbp_m"), projects: add("fund_spent_gbp_m"), back: add("fund_forfeited_gbp_m"),
    waits: example.whole("fund_held_gbp_m", months.at(-1)), themes: overMonths(THEME_COUNT, (k) => add("spent_on", k)), own,
  };
}

/** The same in a sentence. HTML. */
function moneyWords(example, month) {
  const money = moneyOf(example, [month]);
  const themes = money.themes.map((value, k) => ({ value, name: CATALOGUE.topics[k] })).filter(({ value }) => isShown(value)).sort((a, b) => b.value - a.value);
  const parts = [
    isShown(money.received) ? `${millions(money.received)} comes into the fund` : "nothing comes into the fund",
    isShown(money.posts) ? `${millions(money.posts)} pays posts` : "",
    isShown(money.projects) ? `${millions(money.projects)} goes to projects (${themes.map(({ value, name }) => `${name} ${millions(value)}`).join(", ")})` : "nothing goes to projects",
    isShown(money.back) ? `${millions(money.back)} goes back unspent` : "",
    isShown(money.waits) ? `${millions(money.waits)} waits` : "",
  ].filter(Boolean);
  const givers = bodiesOfRun(example).filter((i) => isShown(money.own[i]));
  const own = givers.length ? ` Of their own ${givers.length === 1 ? "puts" : "put"} in: ${givers.slice(0, MOST_LISTED).map((i) => `${escaped(example.partners[i].name)} ${millions(money.own[i])}`).join(", ")}${givers.length > MOST_LISTED ? `, ${counted(givers.length - MOST_LISTED, "other")}` : ""}.` : "";
  return `${sentence(parts.join("; "))}.${own}`;
}

/** What a month of one side was. HTML. */
function monthWords(answer, side, step) {
  const { example } = answer[side];
  const month = monthOf(example, step);
  const head = `<p><span class="badge ${LETTER[side].toLowerCase()}">${LETTER[side]}</span> <b>${monthName(answer.start, month)}</b>, ${regimeWords(example, month)}. ${attendanceWords(example, month)} ${decisionWords(example, month)}</p>`;
  const befell = example.events.filter((event) => event.month === month).map((event) => eventWords(example, event));
  const rows = [...(befell.length ? [`${befell.map(escaped).join("; ")}.`] : []), tieWords(example, month), moneyWords(example, month)].filter(Boolean);
  const items = example.minutes(month).map((item) => `<li>${itemWords(example, { ...item, month })}</li>`);
  return `${head}${items.length ? `<ol>${items.join("")}</ol>` : ""}${rows.map((row) => `<p>${row}</p>`).join("")}`;
}

/** "talking shop, for 3 months so far". */
function regimeWords(example, month) {
  const { regime, from } = spellsOf(example).find((spell) => spell.from <= month && month <= spell.to);
  return `${CATALOGUE.regimes[regime].name}, for ${counted(month - from + 1, "month")} so far`;
}

// ------------------------------------------------------------------ one body

/** Why a member came this month or did not, what it is committed to, and its partners. HTML. */
function bodyWords(example, partner, month) {
  const rank = example.rank(month, partner);
  if (rank < 0) return "";
  const { inPerson, junior } = chancesOf(example, month, partner);
  const chance = [1 - inPerson - junior, junior, inPerson][rank];
  const does = ["<b>stays away</b>", "<b>sends a junior</b>", "<b>comes in person</b>"][rank];
  const noTime = seatValue(example, "free_half_days", month, partner) < 1 ? " No half-day of its seniors is free." : "";
  const terms = TERMS.map((term, k) => ({ label: term.label, value: example.term(k, month, partner) })).sort((a, b) => b.value - a.value);
  const told = (rows) => listed(rows.map(({ label, value }) => `${label} (${signed(value)})`));
  const draws = terms.filter(({ value }) => value > 0.05).slice(0, 3);
  const pushes = terms.filter(({ value }) => value < -0.05).slice(-2).reverse();
  const reasons = [draws.length ? `what draws it most is ${told(draws)}` : "", pushes.length ? `what pushes it away is ${told(pushes)}` : ""].filter(Boolean);
  const groups = CATALOGUE.tables.map((name, table) => ({ name, rank: table ? example.rank(month, partner, table) : 0 })).filter((one) => one.rank > 0);
  const elsewhere = groups.length ? ` It also goes to the ${groups.length === 1 ? "group" : "groups"} for ${listed(groups.map((one) => `${one.name} (${one.rank === 2 ? "in person" : "a junior"})`))}.` : "";
  return `This month it ${does} at the board, which had a chance of ${percent(chance)}.${noTime} ${reasons.length ? `${sentence(reasons.join("; "))}.` : ""}${elsewhere} ${partnerWords(example, partner, month)}`;
}

/** With whom a body is tied, and what it works on with whom. HTML. */
function partnerWords(example, partner, month) {
  const others = bodiesOfRun(example).filter((i) => i !== partner && isMember(example, month, i));
  const tied = others.filter((i) => example.tied(month, partner, i));
  const ties = tied.length ? `It is tied to ${namesOf(example, tied, 8)}.` : "It is tied to nobody.";
  const projects = overMonths(MEETING.projects, (p) => p).filter((p) => example.body("in_team", month, partner, p) > 0 && example.whole("months_left", month, p) > 0);
  const work = projects.map((p) => {
    const mates = others.filter((i) => example.body("in_team", month, i, p) > 0);
    return `${CATALOGUE.topics[example.whole("theme_of", month, p)]} (${mates.length ? `with ${namesOf(example, mates, 4)}` : "alone"}${example.body("pools_in", month, partner, p) > 0 ? ", own money" : ""})`;
  });
  return `${ties} ${work.length ? `It is committed to ${counted(work.length, "project")}: ${work.join("; ")}.` : "It is committed to no project."}`;
}
