// The life of one partnership in six to eight steps, made from its run: each step has the numbers that its sentence tells.

/** The steps of a side's run: month, title, text, the numbers in it (`facts`), and the body it is about, if it is about one. */
function storyOf(answer, side) {
  const { example, start = answer.start, policy } = answer[side];
  const life = { example, policy, when: (month) => monthName(start, month), last: example.months - 1 };
  return [launchStep, decisionStep, peakStep, turnStep, tiesStep, bodyStep, moneyStep, endStep].map((step) => step(life)).filter(Boolean);
}

function launchStep({ example, when }) {
  const members = bodiesOfRun(example).filter((i) => isMember(example, 0, i));
  const bySector = SECTORS.map(({ name }) => members.filter((i) => example.partners[i].sector === name).length);
  const pairs = members.flatMap((i, k) => members.slice(k + 1).map((j) => [i, j]));
  const tied = pairs.filter(([i, j]) => example.tiedBefore(0, i, j)).length;
  const [away, juniors, inPerson] = ranksOf(example, 0);
  const sectors = SECTORS.map(({ label }, s) => `${label.toLowerCase()} ${bySector[s]}`).join(", ");
  return {
    month: 0, title: "A table is set",
    text: `In ${when(0)} ${counted(members.length, "body", "bodies")} ${members.length === 1 ? "has a seat" : "have seats"} (${sectors}). Of ${counted(pairs.length, "pair")} of them ${tied === 0 ? "none is" : `${tied} ${tied === 1 ? "is" : "are"}`} tied before they meet. For the first meeting ${those(inPerson, "comes in person", "come in person")}, ${those(juniors, "sends a junior", "send a junior")}, ${those(away, "stays away", "stay away")}.`,
    facts: { members: members.length, bySector, pairs: pairs.length, tied, inPerson, juniors, away },
  };
}

function decisionStep({ example, when, last }) {
  const items = overMonths(example.months, (month) => example.minutes(month).map((item) => ({ ...item, month }))).flat();
  const adopted = items.filter((item) => item.isAdopted);
  const facts = { raised: items.length, adopted: adopted.length };
  const inAll = `In all ${happens(items.length, "item", "is", "are")} raised over ${counted(example.months, "month")}`;
  if (!adopted.length) return { month: last, title: "Nothing is decided", text: `${inAll}, and none is adopted.`, facts };
  const [first] = adopted;
  const mates = first.team.filter((i) => i !== first.proposer);
  return {
    month: first.month, title: "The first decision", partner: example.partners[first.proposer].key,
    text: `In ${when(first.month)} ${namesOf(example, [first.proposer])} proposes a project on ${CATALOGUE.topics[first.theme]}${mates.length ? `; ${namesOf(example, mates)} ${mates.length === 1 ? "joins" : "join"} the team` : ""}; ${ofAll(first.supporters.length, first.voting.length)} who may vote support it, and it is adopted. ${inAll}, ${adopted.length} of them adopted.`,
    facts: { ...facts, month: first.month, theme: CATALOGUE.topics[first.theme], proposer: first.proposer, team: first.team, supporters: first.supporters.length, voting: first.voting.length },
  };
}

function peakStep({ example, when, last }) {
  const first = Math.min(YEAR - 1, last);
  const engagement = (month) => example.measure("engagement", month);
  const months = overMonths(example.months, (month) => month).slice(first);
  const [peak, low] = [1, -1].map((sign) => months.reduce((best, month) => (sign * (engagement(month) - engagement(best)) > 0 ? month : best), first));
  return {
    month: peak, title: "At its best",
    text: `Engagement is highest in ${when(peak)}, at ${plainNumber(engagement(peak))}; lowest in ${when(low)}, at ${plainNumber(engagement(low))}; it ends at ${plainNumber(engagement(last))} (0 to 1, over the last twelve months, from the end of the first year on).`,
    facts: { peak, highest: engagement(peak), low, lowest: engagement(low), ends: engagement(last) },
  };
}

/** The dated change or event after which engagement moved most within a year. */
function turnStep({ example, policy, when, last }) {
  const befell = [
    ...policy.map((entry) => ({ month: entry.month, text: entry.note || changesWords(entry.changes) })),
    ...example.events.filter((event) => event.event !== "takes a seat").map((event) => ({ month: event.month, text: eventWords(example, event) })),
  ].filter(({ month }) => month >= YEAR && month < last);
  if (!befell.length) return null;
  const engagement = (month) => example.measure("engagement", month);
  const after = (month) => Math.min(month + YEAR, last);
  const moved = ({ month }) => engagement(after(month)) - engagement(month - 1);
  const most = befell.reduce((best, one) => (Math.abs(moved(one)) > Math.abs(moved(best)) ? one : best));
  const here = befell.filter(({ month }) => month === most.month).map(({ text }) => text);
  const [before, later] = [engagement(most.month - 1), engagement(after(most.month))];
  const told = here.slice(0, 3).join("; ") + (here.length > 3 ? `; and ${here.length - 3} more` : "");
  return {
    month: most.month, title: "A turn",
    text: `${when(most.month)}: ${escaped(told.replace(/[.;\s]+$/, ""))}. Engagement is ${plainNumber(before)} in the month before and ${plainNumber(later)} in ${when(after(most.month))}. What comes after it need not come of it.`,
    facts: { month: most.month, before, later },
  };
}

function tiesStep({ example, when, last }) {
  const byMonth = overMonths(example.months, (month) => tiesOf(example, month));
  const count = (ties, change) => ties.filter((tie) => tie.change === change).length;
  const changes = byMonth.map((ties) => count(ties, "made") + count(ties, "lost"));
  const month = changes.indexOf(Math.max(...changes));
  const [made, lost] = ["made", "lost"].map((change) => totalOf(byMonth.map((ties) => count(ties, change))));
  const [madeThen, lostThen] = ["made", "lost"].map((change) => count(byMonth[month], change));
  const left = byMonth[last].length - count(byMonth[last], "lost");
  return {
    month, title: "Ties come and go",
    text: `In all ${happens(made, "tie", "is made", "are made")} between members and ${happens(lost, "tie", "lapses", "lapse")}; in ${when(last)} ${happens(left, "tie", "is", "are")} there. Most change in ${when(month)}, when ${happens(madeThen, "tie", "is made", "are made")} and ${happens(lostThen, "tie", "lapses", "lapse")}.`,
    facts: { made, lost, left, month, madeThen, lostThen },
  };
}

/** The body that came in person much more, or much less, at the end of its time at the table than at its beginning. */
function bodyStep({ example, when }) {
  const span = Math.min(2 * YEAR, Math.floor(example.months / 2));
  const changes = bodiesOfRun(example).map((i) => {
    const months = overMonths(example.months, (month) => month).filter((month) => example.rank(month, i) >= 0);
    const inPerson = (some) => some.filter((month) => example.rank(month, i) === 2).length;
    return { i, months, early: inPerson(months.slice(0, span)), late: inPerson(months.slice(-span)) };
  }).filter(({ months }) => months.length >= 2 * span);
  if (!changes.length || span === 0) return null;
  const { i, months, early, late } = changes.reduce((best, one) => (Math.abs(one.late - one.early) > Math.abs(best.late - best.early) ? one : best));
  const mean = (k, some) => totalOf(some.map((month) => example.term(k, month, i))) / some.length;
  const gaps = TERMS.map((term, k) => ({ term, gap: mean(k, months.slice(-span)) - mean(k, months.slice(0, span)) }));
  const sign = late < early ? -1 : 1;
  const why = gaps.sort((a, b) => sign * (b.gap - a.gap)).filter(({ gap }) => sign * gap > 0.05).slice(0, 2);
  return {
    month: months.at(-1), title: late < early ? "One that stays away" : "One that comes", partner: example.partners[i].key,
    text: `${namesOf(example, [i])} comes in person to ${early} of its first ${span} meetings of the board and to ${late} of its last ${span}, which end in ${when(months.at(-1))}.${why.length ? ` What changed most that way between the two: ${gapsWords(why, true)}.` : ""}`,
    facts: { body: i, span, early, late, terms: why.map(({ term, gap }) => [term.name, gap]) },
  };
}

function moneyStep({ example, when, last }) {
  const months = overMonths(example.months, (month) => month);
  const money = moneyOf(example, months);
  const spent = months.map((month) => example.whole("fund_spent_gbp_m", month));
  const most = money.themes.indexOf(Math.max(...money.themes));
  const own = totalOf(money.own);
  const added = isShown(own) ? `Members add ${millions(own)} of their own.` : "Members add none of their own.";
  const { received, posts, projects, back, waits } = money;
  const facts = { received, posts, projects, back, waits, own, theme: CATALOGUE.topics[most], toTheme: money.themes[most] };
  const month = spent.indexOf(Math.max(...spent));
  if (!isShown(received)) return { month, title: "The money", text: `No money comes into the fund. ${added}`, facts };
  const first = isShown(projects) ? `, the largest part on ${facts.theme} (${millions(facts.toTheme)})` : "";
  return {
    month, title: "The money",
    text: `${millions(received)} comes into the fund in all: ${poundsOrNothing(posts)} pays posts and ${poundsOrNothing(projects)} goes to projects${first}; ${poundsOrNothing(back)} goes back unspent, and ${poundsOrNothing(waits)} waits in ${when(last)}. ${added}`,
    facts,
  };
}

function endStep({ example, when, last }) {
  const regime = CATALOGUE.regimes[example.regimes[last]];
  const so = example.regimes.filter((one) => one === example.regimes[last]).length;
  const [outcome, added] = ["outcome", "added_value"].map((name) => example.measure(name, last));
  const closed = (share) => `${percent(Math.abs(share))} of the gap to the national average`;
  const moreOrLess = `the same pounds alone would have closed ${plainNumber(Math.abs(added) * 100)} ${Math.abs(added * 100) === 1 ? "point" : "points"} ${added < 0 ? "more" : "less"}`;
  return {
    month: last, title: "How it ends",
    text: `In ${when(last)} it is called ${regime.name}, as in ${so} of its ${counted(example.months, "month")}. ${regime.says} ${outcome < 0 ? `The gap to the national average has grown by ${percent(-outcome)}` : `It has seen ${closed(outcome)} closed`}; ${moreOrLess}.`,
    facts: { regime: regime.name, so, outcome, added },
  };
}

// ------------------------------------------------------------------ telling it

/** Tells a story step by step beside the table: each step shows its month, and picks its body if it has one. */
class Story {
  constructor(box, show) {
    Object.assign(this, { box, show, side: null, number: 0 });
    box.innerHTML = `<p class="teller">Story of this run, in a few steps: ${SIDES.map((side) => `<button type="button" data-story="${side}" aria-pressed="false" disabled>Side ${LETTER[side]}</button>`).join(" ")}</p>
      <div class="story" hidden><h3 tabindex="-1"></h3><p class="told"></p><p class="buttons"><button type="button" data-go="-1">Back</button>
      <button type="button" data-go="1">Next</button> <button type="button" data-go="close">Close the story</button></p></div>`;
    box.addEventListener("click", ({ target }) => {
      const { story, go } = target.closest("button")?.dataset ?? {};
      if (story) this.open(story);
      if (go) this.go(go);
    });
  }

  open(side) {
    this.side = side;
    this.begin();
    this.tell();
    this.box.querySelector(".story h3").focus({ preventScroll: true });
  }

  go(where) {
    if (where === "close") {
      const { side } = this;
      this.side = null;
      this.tell();
      this.box.querySelector(`[data-story="${side}"]`).focus();
      return;
    }
    this.number += Number(where);
    this.tell();
  }

  /** Which step is told, by side and number. */
  get about() {
    return this.side ? this.side + this.number : "";
  }

  get step() {
    return this.steps[this.number];
  }

  /** What is told of a month, if the story is at it. */
  words(month) {
    return this.side && this.step.month === month ? this.box.querySelector(".told").textContent : null;
  }

  /** The run is another one: its story begins anew. */
  renew(answer) {
    this.answer = answer;
    if (this.side) this.begin();
    for (const button of this.box.querySelectorAll("[data-story]")) button.disabled = false;
    if (this.side) this.tell({ isNew: true });
  }

  begin() {
    this.number = 0;
    this.steps = storyOf(this.answer, this.side);
  }

  tell({ isNew = false } = {}) {
    const panel = this.box.querySelector(".story");
    panel.hidden = !this.side;
    for (const button of this.box.querySelectorAll("[data-story]")) button.setAttribute("aria-pressed", String(button.dataset.story === this.side));
    if (!this.side) return;
    const { step, steps } = this;
    panel.dataset.side = this.side;
    panel.dataset.facts = JSON.stringify(step.facts);
    panel.querySelector("h3").textContent = `${LETTER[this.side]}, step ${this.number + 1} of ${steps.length}: ${step.title}`;
    panel.querySelector(".told").innerHTML = step.text;
    panel.querySelector('[data-go="-1"]').disabled = this.number === 0;
    panel.querySelector('[data-go="1"]').disabled = this.number === steps.length - 1;
    if (!isNew) this.show(step);
  }
}
