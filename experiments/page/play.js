// Role play: a person is one body and chooses each year, all else goes on by the model. A game is its choices, which are
// in the address: from them the run is lived through anew each time, with the same luck.

const PLAY = CATALOGUE.play;
const BODY_HELD = { partner: ["is_member", "rank_at", "influence", "free_half_days", "half_days", "pooled_now_gbp_m"], partnership: ["stands"], matrix: [] };
const [BY_ABSENCE, BY_JUNIOR, IN_PERSON] = [0, 1, 2];
const AS_USUAL = "0".repeat(PLAY.choices.length);
/** A dot in the name of a body, where dots stand between years. */
const DOT = "%2E";
const yearsOf = (months) => Math.ceil(months / YEAR);

// ------------------------------------------------------------------ a game in the address

/** Add a game to the words of an address: whose partnership and which run, then a role each. */
function addGame(words, { side, run, players }) {
  words.set("play", `${side}-${run}`);
  for (const { body, years } of players) words.append("role", [body.replaceAll(".", DOT), ...years].join("."));
}

/** The game that an address holds, or null. */
function gameOf(words, wrong) {
  const [, side, run] = (words.get("play") ?? "").match(/^(.+)-(\d+)$/) ?? [];
  const players = words.getAll("role").slice(0, PLAY.most_players).map((role) => roleOf(role, wrong));
  if (!(SIDES.includes(side) || PRESETS.has(side)) || Number(run) >= CATALOGUE.limits.replicates || !players.length) {
    wrong.push(`play = ${words.get("play")} is not allowed: it takes left, right or a scenario, a run below ${CATALOGUE.limits.replicates}, and a role. It was left out.`);
    return null;
  }
  return { side, run: Number(run), players };
}

function roleOf(role, wrong) {
  const [, body, digits] = role.match(/^(.*?)((?:\.\d+)*)$/);
  const isChoice = (year) => year.length === PLAY.choices.length && PLAY.choices.every((choice, k) => Number(year[k]) < choice.options.length);
  const years = digits.split(".").slice(1).map((year) => {
    if (isChoice(year)) return year;
    wrong.push(`role = ${role}: year ${year} is not allowed: ${AS_USUAL}, as usual, is taken.`);
    return AS_USUAL;
  });
  return { body: body.replaceAll(DOT, "."), years };
}

// ------------------------------------------------------------------ choices as the engine takes them

/** The ranks that a role gives, as [month, body, table, rank]. */
function ranksGiven({ years }, body, months) {
  const given = [];
  years.forEach((digits, year) => {
    const options = PLAY.choices.map((choice, k) => choice.options[digits[k]]);
    const [holds] = options.slice(-1);
    const ranks = turned(options.map((option) => option.ranks)).map((of) => Math.max(...of));
    for (const month of holds.months) {
      if (YEAR * year + month >= months) continue;
      ranks.forEach((rank, at) => rank >= 0 && given.push([YEAR * year + month, body, at, rank]));
    }
  });
  return given;
}

/** Live through runs of a side with ranks given, and return `read(run, held)` of each. */
async function playedRuns(side, given, replicates, read) {
  const lived = await Promise.all(blocksOf(replicates, RUNS_A_BLOCK).map(async (block) => {
    const result = await workers.live({ ...side.requestFor(block, { held: BODY_HELD }), given });
    return runsOf(result, side.thresholds).map((run, k) => read(run, readersOf(result.held, BODY_HELD, ["partner", "partnership"], k)));
  }));
  return lived.flat();
}

/** What a run came to for a body, in the order of PLAY.counts: its goal, its say, and what it gave. */
function countsOf(side, run, held, i) {
  const { months } = side.plan;
  const { priorities } = side.plan.seats[i];
  const years = months / YEAR;
  let [influence, last, inPerson, beyond, pooled] = [0, 0, 0, 0, 0];
  for (let month = 0; month < months; month += 1) {
    let free = held.body("free_half_days", month, i);
    for (let at = 0; at < CATALOGUE.tables.length; at += 1) {
      if (held.body("rank_at", month, i, at) !== IN_PERSON) continue;
      inPerson += 1;
      if (free < 1) beyond += 1;
      free = Math.max(0, free - 1);
    }
    pooled += held.body("pooled_now_gbp_m", month, i);
    if (month < months - FINAL_MONTHS) continue;
    last += 1;
    influence += held.whole("stands", month) > 0 && held.body("is_member", month, i) > 0 ? held.body("influence", month, i) : 0;
  }
  const whole = priorities.reduce((sum, weight) => sum + weight, 0);
  const own = PLAY.themes.reduce((sum, theme, k) => sum + (priorities[k] / whole) * run.final(SHOWN_MEASURES.indexOf(`outcome_${theme}`)), 0);
  return [own, influence / last, inPerson / years, beyond / years, (1000 * pooled) / years];
}

// ------------------------------------------------------------------ the game

class Game {
  constructor(state, changed) {
    this.state = state;
    this.changed = changed;
    this.box = document.getElementById("playing");
    this.text = this.box.querySelector("#playing-text");
    this.charts = this.box.querySelector("#playing-charts");
    document.getElementById("open-play").addEventListener("click", () => (this.state.play ? this.refresh() : this.setUp()));
    this.box.addEventListener("submit", (event) => event.preventDefault());
    this.box.addEventListener("click", ({ target }) => target.dataset.do && this[target.dataset.do](target));
    this.refresh(false);
  }

  /** Show what the state says: no game, whose turn it is, or what it came to. */
  async refresh(takesFocus = true) {
    this.stage = (this.stage ?? 0) + 1;
    const { play } = this.state;
    this.show(Boolean(play));
    if (!play) return;
    const { stage } = this;
    try {
      this.side = this.sideOf(play);
      this.lives = null;
      const told = await this.told(play);
      if (stage !== this.stage) return;
      this.put(told, takesFocus);
      if (this.lives) this.draw(this.lives);
    } catch (error) {
      if (stage === this.stage) this.put(`<h2 tabindex="-1">Role play</h2><p role="alert">${escaped(error.message)}</p>${buttons([["leave", "Leave the game"]])}`, takesFocus);
    }
  }

  show(isOpen) {
    this.box.hidden = !isOpen;
    document.body.classList.toggle("at-play", isOpen);
    this.charts.hidden = true;
    if (!isOpen) this.text.replaceChildren();
  }

  put(html, takesFocus) {
    this.text.innerHTML = (page.wrong ? `<p class="wrong">${escaped(page.wrong)}</p>` : "") + html;
    if (takesFocus) {
      this.text.querySelector("h2").focus();
      window.scrollTo(0, 0);
    }
  }

  sideOf({ side, players }) {
    const left = SIDES.includes(side) ? this.state[side] : { preset: side, changes: {} };
    const request = { ...requestOf(this.state), left: { preset: left.preset, changes: { ...left.changes } } };
    const asked = AskedSide.of(request, "left", monthsOf(request, ["left"]));
    this.labels = labelled(asked.plan.bodies).map((body) => body.name);
    this.seats = players.map(({ body }) => asked.plan.bodies.findIndex(({ name }) => name === body));
    const missing = this.seats.indexOf(-1);
    if (missing >= 0) throw new Error(`${players[missing].body} has no seat at this table: leave the game and choose another body.`);
    return asked;
  }

  /** The ranks given by all players, or by all but one. */
  given(except = null) {
    return this.state.play.players.flatMap((player, p) => (p === except ? [] : ranksGiven(player, this.seats[p], this.side.plan.months)));
  }

  told(play) {
    const years = yearsOf(this.side.plan.months);
    const year = Math.min(...play.players.map((player) => player.years.length));
    if (year >= years) return this.results();
    const turn = play.players.findIndex((player) => player.years.length === year);
    if (play.players.length > 1 && this.here !== turn) return this.handOver(turn, year);
    return this.turn(turn, year);
  }

  name(p) {
    const label = escaped(this.labels[this.seats[p]]);
    return this.state.play.players.length > 1 ? `Player ${p + 1}, ${label}` : label;
  }

  // ---------------------------------------------------------------- before it begins

  /** Ask whose partnership it is, who plays, and with which luck. */
  setUp() {
    this.stage = (this.stage ?? 0) + 1;
    const sides = [[PLAY.preset, PRESETS.get(PLAY.preset).label], ...SIDES.map((name) => [name, `Side ${LETTER[name]}: ${PRESETS.get(this.state[name].preset).label}`])];
    this.draft = { side: sides[0][0], run: this.state.run ?? 0, players: [{ body: null, years: [] }] };
    this.show(true);
    this.put(`<h2 tabindex="-1">Role play</h2>
      <p>You are one body at the table. Each year you make three choices; all the others go on by the model. At the end you see
      what your choices were worth against what the body does by itself, with the same people, elections and luck.</p>
      <p class="quiet">You choose where you go. What you propose, whom you trust, the promises you keep and the money you pool follow from that, by the rules of the model.</p>
      <form><fieldset><legend>Which partnership?</legend>${sides.map(([value, label], k) => `<label><input type="radio" name="whose" value="${value}"${k ? "" : " checked"}> ${escaped(label)}</label>`).join("")}</fieldset>
      <fieldset><legend>Who plays?</legend><div id="players"></div><button type="button" data-do="addPlayer">Add a player at this screen</button></fieldset>
      <label class="line-up">Luck: run <input type="number" id="play-run" min="0" max="${CATALOGUE.limits.replicates - 1}" step="1" value="${this.draft.run}"></label>
      <p id="play-problem" role="alert"></p>${buttons([["begin", "Begin"], ["leave", "Leave"]])}</form>`, true);
    for (const radio of this.text.querySelectorAll("[name=whose]")) radio.addEventListener("change", () => this.choosePartnership(radio.value));
    this.choosePartnership(this.draft.side);
  }

  choosePartnership(side) {
    this.draft.side = side;
    this.problem("");
    try {
      const asked = this.sideOf({ side, players: [] });
      this.bodies = asked.plan.bodies.map((body, i) => ({ ...body, label: this.labels[i], begins: asked.plan.seats[i].joins_at === 0 })).filter((body) => body.begins);
      this.drawPlayers();
    } catch (error) {
      this.problem(error.message);
    }
  }

  problem(text) {
    this.text.querySelector("#play-problem").textContent = text;
  }

  drawPlayers() {
    const { players } = this.draft;
    const taken = players.map(({ body }) => body);
    players.forEach((player) => {
      if (this.bodies.some(({ name }) => name === player.body)) return;
      const order = ["agency", "business", "voluntary", "council"];
      const free = this.bodies.filter(({ name }) => !taken.includes(name));
      const wanted = order.map((sector) => free.find((body) => body.sector === sector && players.every((other) => this.sectorOf(other.body) !== sector))).find(Boolean);
      player.body = (wanted ?? free[0] ?? this.bodies[0]).name;
    });
    const options = (chosen) => CATALOGUE.sectors.map((sector) => {
      const own = this.bodies.filter((body) => body.sector === sector.name);
      return own.length ? `<optgroup label="${escaped(sector.label)}">${own.map(({ name, label }) => `<option value="${escaped(name)}"${name === chosen ? " selected" : ""}>${escaped(label)}</option>`).join("")}</optgroup>` : "";
    }).join("");
    this.text.querySelector("#players").innerHTML = players.map(({ body }, p) => `<p class="player"><label class="line-up">${players.length > 1 ? `Player ${p + 1} is` : "You are"} <select data-player="${p}">${options(body)}</select></label>
      ${p ? `<button type="button" data-do="removePlayer" data-player="${p}" aria-label="Remove player ${p + 1}">Remove</button>` : ""}</p>`).join("");
    for (const select of this.text.querySelectorAll("select")) select.addEventListener("change", () => { players[select.dataset.player].body = select.value; });
    this.text.querySelector("[data-do=addPlayer]").disabled = players.length >= Math.min(PLAY.most_players, this.bodies.length);
  }

  sectorOf(body) {
    return this.bodies.find(({ name }) => name === body)?.sector;
  }

  addPlayer() {
    this.draft.players.push({ body: null, years: [] });
    this.drawPlayers();
    [...this.text.querySelectorAll("select")].at(-1).focus();
  }

  removePlayer({ dataset }) {
    this.draft.players.splice(Number(dataset.player), 1);
    this.drawPlayers();
    this.text.querySelector("[data-do=addPlayer]").focus();
  }

  begin() {
    const { draft } = this;
    const run = this.text.querySelector("#play-run").valueAsNumber;
    const most = CATALOGUE.limits.replicates - 1;
    if (!(Number.isInteger(run) && run >= 0 && run <= most)) return this.problem(`A run is a whole number from 0 to ${most}.`);
    const bodies = draft.players.map(({ body }) => body);
    if (new Set(bodies).size < bodies.length) return this.problem("Two players are the same body: choose another for one of them.");
    return this.go({ ...draft, run });
  }

  // ---------------------------------------------------------------- a year

  /** Take another state of the game, and have it in the address. */
  go(play) {
    this.state.play = play;
    this.changed();
    return this.refresh();
  }

  handOver(turn, year) {
    const others = this.state.play.players.length;
    return `<h2 tabindex="-1">Pass the screen to player ${turn + 1}: ${escaped(this.labels[this.seats[turn]])}</h2>
      <p>Year ${year + 1} of ${yearsOf(this.side.plan.months)}. The choices of the others are not shown; the year is lived through once all ${others} have chosen.</p>
      <form>${buttons([["takeSeat", `I am player ${turn + 1}`], ["leave", "Leave the game"]])}</form>`;
  }

  takeSeat() {
    const { players } = this.state.play;
    const year = Math.min(...players.map((player) => player.years.length));
    this.here = players.findIndex((player) => player.years.length === year);
    this.refresh();
  }

  async turn(p, year) {
    const { plan, scenario } = this.side;
    const { run, players } = this.state.play;
    const i = this.seats[p];
    const months = overMonths(Math.min(YEAR, plan.months - YEAR * year), (month) => YEAR * year + month);
    // Nobody sees what others have chosen for this year.
    const before = players.map((player) => ({ ...player, years: player.years.slice(0, year) }));
    const given = before.flatMap((player, k) => ranksGiven(player, this.seats[k], plan.months));
    const [life] = await playedRuns(this.side, given, [run], (lived, held) => ({ lived, held }));
    const last = players[p].years.at(-1) ?? AS_USUAL;
    const names = `${monthName(scenario.start, months[0])} to ${monthName(scenario.start, months.at(-1))}`;
    const fields = PLAY.choices.map((choice, k) => {
      const open = choice.options.map((option, value) => ({ ...option, value, meets: this.meets(life, option, months, i) })).filter((option) => option.meets !== null);
      const wanted = open.find((option) => option.value === Number(last[k])) ?? open[0];
      const options = open.map(({ label, says, value, meets }) => `<label><input type="radio" name="choice-${k}" value="${value}"${value === wanted.value ? " checked" : ""}> ${escaped(label)} <span class="quiet">${escaped(says)}${meets}</span></label>`);
      const none = open.length > 1 ? "" : " <b>You have no seat in a group that meets this year.</b>";
      return `<fieldset><legend>${k + 1}. ${escaped(choice.question)}</legend><p class="quiet">${escaped(choice.says)}${none}</p>${options.join("")}</fieldset>`;
    });
    const left = yearsOf(plan.months) - year;
    const waits = players.some((player, k) => k !== p && player.years.length === year);
    this.turnOf = p;
    return `<h2 tabindex="-1">Year ${year + 1} of ${yearsOf(plan.months)}: ${this.name(p)}</h2><p class="quiet">${names}</p>
      <ul class="known">${this.known(life, i, year, months).map((line) => `<li>${line}</li>`).join("")}</ul>
      <form><div class="grid three">${fields.join("")}</div>${buttons([
        ["choose", waits ? "Choose, and pass the screen on" : "Live through the year"], ...(left > 1 ? [["chooseAll", `The same for all ${left} years left`]] : []), ["leave", "Leave the game"]])}</form>`;
  }

  /** Whom one would meet in the group that an option presses in; null if the body has no seat in the groups it is about. */
  meets({ held }, { ranks }, months, i) {
    const sits = (body, at) => months.some((month) => held.body("rank_at", month, body, at) >= 0);
    const groups = overMonths(CATALOGUE.tables.length, (at) => at).filter((at) => at > 0 && ranks[at] >= 0);
    const pressed = groups.filter((at) => ranks[at] === IN_PERSON);
    const about = pressed.length === 1 ? pressed : groups;
    if (groups.length && !about.some((at) => sits(i, at))) return null;
    if (pressed.length !== 1) return "";
    const meetings = months.filter((month) => held.body("rank_at", month, i, pressed[0]) >= 0).length;
    const others = this.labels.filter((_, body) => body !== i && sits(body, pressed[0]));
    const named = others.slice(0, 4).concat(others.length > 5 ? [`${others.length - 4} more`] : others.slice(4));
    return `It meets ${times(meetings)} this year${others.length ? `, with ${escaped(listed(named))}` : ""}.`;
  }

  /** What a player knows: the last year, the time it has, its say, and how the table stands. */
  known({ lived, held }, i, year, months) {
    const { priorities } = this.side.plan.seats[i];
    const themes = PLAY.themes.map((theme, k) => [priorities[k], theme]).filter(([weight]) => weight >= 0.1).sort((a, b) => b[0] - a[0]);
    const lines = [`Your programmes: ${listed(themes.map(([weight, theme]) => `${theme} ${plainPercent(weight)}\u00a0%`))}.`];
    if (!year) {
      const half = held.body("half_days", 0, i);
      return [...lines, `Your seniors have ${tenths(half)}\u00a0half-days a month, of which ${tenths(held.body("free_half_days", 0, i))} are left for meetings in the first.`];
    }
    const past = overMonths(YEAR, (month) => YEAR * (year - 1) + month);
    const mean = (name) => past.reduce((sum, month) => sum + held.body(name, month, i), 0) / past.length;
    const at = past.at(-1);
    if (!(held.whole("stands", at) > 0)) return [...lines, "<b>The partnership was dissolved.</b> What you choose counts only if it is founded again."];
    if (!(held.body("is_member", at, i) > 0)) return [...lines, "<b>Your body has no seat any more.</b> What you choose counts for nothing."];
    const ranks = past.map((month) => held.body("rank_at", month, i, 0));
    const ways = [["in person", IN_PERSON], ["by a junior", BY_JUNIOR], ["absent", BY_ABSENCE]]
      .map(([way, rank]) => [way, ranks.filter((one) => one === rank).length]).filter(([, count]) => count);
    const here = (measure) => measured(measure, lived.at(SHOWN_MEASURES.indexOf(measure), at));
    const members = lived.at(SHOWN_MEASURES.indexOf("n_members"), at);
    return [
      ...lines,
      `At the board last year: ${listed(ways.map(([way, count]) => `${way} ${times(count)}`))}. Of ${tenths(mean("half_days"))}\u00a0half-days a month of your seniors, ${tenths(mean("free_half_days"))} were left for meetings.`,
      `You have ${plainPercent(held.body("influence", at, i))}\u00a0% of influence; an equal share would be ${plainPercent(1 / members)}\u00a0%.`,
      `The table: engagement ${here("engagement")}, ${here("decision_rate")} decisions a month, trust ${here("trust")}; gap closed ${here("outcome")}.`,
    ];
  }

  chosen() {
    return PLAY.choices.map((_, k) => this.text.querySelector(`[name=choice-${k}]:checked`)?.value ?? "0").join("");
  }

  choose() {
    this.add([this.chosen()]);
  }

  chooseAll() {
    const left = yearsOf(this.side.plan.months) - this.state.play.players[this.turnOf].years.length;
    this.add(new Array(left).fill(this.chosen()));
  }

  add(years) {
    const { play } = this.state;
    this.here = null;
    this.go({ ...play, players: play.players.map((player, p) => (p === this.turnOf ? { ...player, years: [...player.years, ...years] } : player)) });
  }

  // ---------------------------------------------------------------- what it came to

  /** Live through all runs as played, as usual, and with one player after another as usual; then tell what choices were worth. */
  async results() {
    const { side, state } = this;
    const { run, players } = state.play;
    this.put(`<h2 tabindex="-1">The years are over</h2><p role="status">Living through ${state.replicates} runs as you played and as usual …</p>`, false);
    const replicates = overMonths(state.replicates, (r) => r);
    const asked = run < state.replicates ? replicates : [...replicates, run];
    const read = (lived, held) => ({ lived, bodies: this.seats.map((i) => countsOf(side, lived, held, i)) });
    const live = (given) => playedRuns(side, given, asked, read);
    const alone = players.length === 1;
    const [usual, played, ...without] = await Promise.all([live([]), live(this.given()), ...(alone ? [] : players.map((_, p) => live(this.given(p))))]);
    const told = players.map((_, p) => this.worth(p, alone ? usual : without[p], played));
    const place = this.place(usual, played);
    this.lives = [usual, played];
    const byPlayer = players.flatMap(({ body }, p) => this.numbers(body, this.ofBody(p), alone ? usual : without[p], played));
    this.table = [["what", "of", "unit", "run", "as_usual", "as_played"], ...byPlayer, ...this.numbers("place", this.ofPlace(), usual, played)];
    return `<h2 tabindex="-1">What your choices were worth</h2>${told.join("")}${place}
      ${buttons([["again", "Play again"], ["save", "All numbers (CSV)"], ["leave", "Leave the game"]])}
      <p class="quiet">The address holds the game: who opens it in a page of the same version sees this. ${remarkOf(state.behaviour) ?? scopeWords(Math.min(side.sets.length, state.replicates))} Below, as played (B) minus as usual (A). ${BANDS_TOLD}</p>`;
  }

  /** What is counted for a player's body: a name, a label, a unit, and how it is read off a life. */
  ofBody(p) {
    return PLAY.counts.map((count, k) => ({ ...count, of: (life) => life.bodies[p][k] }));
  }

  ofPlace() {
    return PLAY.of_the_place.map((name) => ({ ...MEASURES.get(name), of: (life) => life.lived.final(SHOWN_MEASURES.indexOf(name)) }));
  }

  numbers(what, rows, without, played) {
    const run = (r) => (r < this.state.replicates ? r : this.state.play.run);
    return rows.flatMap(({ name, unit, of }) => without.map((one, r) => [what, name, unit, run(r), of(one), of(played[r])]));
  }

  save() {
    saveFile("role-play.csv", csv(this.table), "text/csv");
  }

  /** The life that was played, as usual and as played. */
  single(pairs) {
    return pairs[Math.min(this.state.play.run, pairs.length - 1)];
  }

  rows(whose, rows, pairs) {
    const { players } = this.state.play;
    const n = this.state.replicates;
    const head = ["", "As usual", players.length > 1 ? "As played" : "As you played", "Difference, same luck", `Difference over ${n} runs (95\u00a0%)`];
    const cells = rows.map(({ label, unit, of }) => {
      const [before, after] = this.single(pairs).map(of);
      const over = overSets(pairs.slice(0, n).map(([one, other]) => of(other) - of(one)), this.side.sets.length);
      const values = [finely(unit, before), finely(unit, after), finely(unit, after - before, true), `${finely(unit, over.mean, true)} (${bounds(unit, over)})`];
      const told = isShare(unit) || unit.startsWith("£m") || unit.startsWith("index") || unit === "0 to 1" ? label : `${label}, ${unit}`;
      return `<tr><th scope="row">${escaped(told)}</th>${values.map((value) => `<td>${value}</td>`).join("")}</tr>`;
    });
    return `<div class="table" tabindex="0" role="region" aria-label="What it came to: ${whose}"><table><thead><tr>${head.map((one) => (one ? `<th scope="col">${one}</th>` : "<td></td>")).join("")}</tr></thead><tbody>${cells.join("")}</tbody></table></div>
      <details><summary>What is counted</summary><dl>${rows.map(({ label, says }) => `<div><dt>${escaped(label)}</dt><dd>${escaped(says)}</dd></div>`).join("")}</dl></details>`;
  }

  /** What a player's choices were worth to its body: all as they played, against the same with this one body as usual. */
  worth(p, without, played) {
    const pairs = without.map((one, r) => [one, played[r]]);
    const rows = this.ofBody(p);
    const others = this.state.play.players.length > 1 ? " All other players chose as they did." : "";
    return `<section><h3>${this.name(p)}</h3><p>${this.worthWords(rows, pairs)}${others}</p>${this.rows(this.name(p), rows, pairs)}${this.chosenWords(p)}</section>`;
  }

  /** What a body's choices were worth in its goal, the first of its rows, with the same luck and over runs, and what they took. HTML. */
  worthWords(rows, pairs) {
    const [goal, , hours] = rows;
    const { replicates } = this.state;
    if (pairs.every(([one, other]) => rows.every(({ of }) => of(one) === of(other)))) return "Your choices changed nothing that is counted here.";
    const change = ({ of }) => ([one, other]) => of(other) - of(one);
    const [gain, spent] = [goal, hours].map((row) => change(row)(this.single(pairs)));
    const over = overSets(pairs.slice(0, replicates).map(change(goal)), this.side.sets.length);
    const verdict = isClear(over) ? `a clear ${over.mean > 0 ? "gain" : "loss"}` : "too little to be told from none";
    const time = `${plainNumber(Math.abs(spent))}\u00a0${hours.unit}`;
    const took = Math.abs(spent) < 0.005 ? "took as much senior time in meetings" : spent < 0 ? `saved ${time} in meetings` : `took ${time} more in meetings`;
    return `With the same luck your choices were worth <b>${finely(goal.unit, gain, true)}</b> of the gap in your own themes, and ${took}. `
      + `Over ${replicates} runs, each with luck of its own, the same choices are worth ${finely(goal.unit, over.mean, true)} (95\u00a0% interval ${bounds(goal.unit, over)}): <b>${verdict}</b>.`;
  }

  /** What a player chose, years alike together. */
  chosenWords(p) {
    const spells = [];
    this.state.play.players[p].years.forEach((digits, year) => {
      if (spells.at(-1)?.digits === digits) spells.at(-1).last = year + 1;
      else spells.push({ digits, first: year + 1, last: year + 1 });
    });
    const lines = spells.map(({ digits, first, last }) => `<li>${first === last ? `Year ${first}` : `Years ${first} to ${last}`}: ${PLAY.choices.map((choice, k) => escaped(choice.options[digits[k]].label)).join(" · ")}</li>`);
    return `<details><summary>What was chosen</summary><ul>${lines.join("")}</ul></details>`;
  }

  place(usual, played) {
    const pairs = usual.map((one, r) => [one, played[r]]);
    const n = this.state.replicates;
    const regime = ({ lived }) => CATALOGUE.regimes[lived.regimes.at(-1)].name;
    const [before, after] = this.single(pairs).map(regime);
    const moved = pairs.slice(0, n).filter(([one, other]) => regime(one) !== regime(other)).length;
    const whose = this.state.play.players.length > 1 ? "the players’" : "your";
    const ends = before === after ? `It ends as <b>${after}</b>, with ${whose} choices as without.` : `It ends as <b>${after}</b>; without ${whose} choices it would have ended as <b>${before}</b>.`;
    return `<section><h3>The place and its partnership</h3><p>${ends} Of ${n} runs, ${moved === 0 ? "none" : moved} ${moved === 1 ? "ends" : "end"} otherwise than without them.</p>${this.rows("the place", this.ofPlace(), pairs)}</section>`;
  }

  draw([usual, played]) {
    const { side } = this;
    const n = this.state.replicates;
    const [left, right] = [usual, played].map((lives) => lives.slice(0, n).map(({ lived }) => lived));
    const { start, months } = side.scenario;
    const sets = side.sets.length;
    const of = (runs) => sideAnswer(side.side, side.scenario, runs, sets);
    this.answer = {
      start, months, replicates: n, left: of(left), right: of(right), difference: differenceAnswer(left, right, months, sets),
    };
    this.figures ??= WAY.map(({ measure, title, says }) => [measure, new Figure(this.charts, { title, says, spec: fanSpec(), file: `played-${measure}`, table: () => fanTable(measure, this.answer) })]);
    this.charts.hidden = false;
    const view = { difference: true, step: months - 1, span: [dateOf(start, 0), dateOf(start, months - 1)] };
    for (const [measure, figure] of this.figures) drawFan(figure, measure, this.answer, view);
  }

  again() {
    const { play } = this.state;
    this.here = null;
    this.go({ ...play, players: play.players.map(({ body }) => ({ body, years: [] })) });
  }

  leave() {
    const wasIn = this.state.play !== null;
    this.state.play = null;
    this.here = null;
    this.stage += 1;
    this.show(false);
    if (wasIn) this.changed();
    document.getElementById("open-play").focus();
  }
}

const times = (count) => (count === 1 ? "once" : count === 2 ? "twice" : `${count}\u00a0times`);
const tenths = (value) => String(Math.round(value * 10) / 10);

/** A value as tables of a game have it: shares by tenths of a per cent, differences by hundredths of a point. */
function finely(unit, value, signed = false) {
  if (!isShare(unit)) return inUnit(unit, value, signed);
  return `${percentPoints(value, signed)}\u00a0${signed ? "points" : "%"}`;
}

function percentPoints(share, signed) {
  const digits = signed ? 2 : 1;
  const rounded = Number((share * 100).toFixed(digits)) || 0;
  return `${signed && rounded > 0 ? "+" : ""}${typographic(rounded.toFixed(digits))}`;
}

const bounds = (unit, { low, high }) => [low, high].map((value) => (isShare(unit) ? percentPoints(value, true) : inUnit(unit, value, true))).join(" to ");

const buttons = (rows) => `<p class="buttons">${rows.map(([action, label], k) => `<button type="button" data-do="${action}"${k ? "" : ' class="primary"'}>${label}</button>`).join(" ")}</p>`;
