// What would have saved it? Levers at each dose, from one year or another on, are tried on the partnerships of side A with the
// same luck: many on few runs, the better ones on more. Then the last year in which each still helps, and pairs of the best.

const RESCUE = {
  runs: [16, 32, 100], // a block takes as long for 10 runs as for 16
  kept: [12, 8], // attempts that go on to 32 runs, and to 100
  first_years: [0, 3, 6, 9],
  pairs_of: 5,
  pairs_kept: 4,
};
const MOST_ROWS = 12;
const LEAST_MONEY = 0.01; // £m a month that are worth a word
const LEAST_TIME = 0.05; // half-days a member and month that are
const COST_MEASURES = ["fund_in_gbp_m", "contribution_pooled_gbp_m", "time_meetings", "time_projects", "time_ties"];
const LOSS_MEASURES = CATALOGUE.sectors.map((sector) => `engagement_${sector.name}`);
const RESCUE_MEASURES = [...COST_MEASURES, ...LOSS_MEASURES];

/** Side A with nothing or something done from a year on, and how its runs ended so far. */
class Attempt {
  constructor(request, steps = []) {
    const { left, place, seed, behaviour } = request;
    const months = monthsOf(request, ["left"]);
    const { start } = MODEL.presets[left.preset];
    this.request = request;
    this.steps = steps;
    this.changes = { ...left.changes };
    for (const { intervention, dose, year } of steps) this.changes[datedPath(intervention.name, isoMonth(start, YEAR * year))] = dose;
    this.side = new AskedSide({ preset: left.preset, changes: this.changes }, { place, seed, behaviour, months });
    this.ends = [];
  }

  /** Have runs 0 to `wanted` lived through. */
  async live(wanted, signal) {
    await Promise.all(blocksOf(missingIn(this.ends, wanted), RUNS_A_BLOCK).map((replicates) => rescueLine.take(() => this.liveBlock(replicates, signal))));
    return this;
  }

  async liveBlock(replicates, signal) {
    signal.throwIfAborted();
    const { months } = this.side.plan;
    const keep = {
      measures: RESCUE_MEASURES.map((name) => ENGINE.table.measures.indexOf(name)),
      months: overMonths(months, (month) => month).slice(-FINAL_MONTHS),
    };
    const { measures, regimes } = await workers.live(this.side.requestFor(replicates, keep), signal);
    const [rows, , n] = measures.shape;
    replicates.forEach((replicate, run) => {
      const means = RESCUE_MEASURES.map((_, m) => {
        let sum = 0;
        for (let row = 0; row < rows; row += 1) sum += measures.values[(row * RESCUE_MEASURES.length + m) * n + run];
        return sum / rows;
      });
      this.ends[replicate] = { works: CATALOGUE.regimes[regimeIn(regimes, months - 1, run, this.side.thresholds)].works, means };
    });
  }

  /** What it comes to against side A as it is, over the runs that both have. */
  against(base) {
    const n = Math.min(this.ends.length, base.ends.length);
    const pairs = overMonths(n, (r) => [base.ends[r], this.ends[r]]);
    const count = (test) => pairs.filter(([was, is]) => test(was.works, is.works)).length;
    const change = (name) => {
      const m = RESCUE_MEASURES.indexOf(name);
      return meanInterval(pairs.map(([was, is]) => is.means[m] - was.means[m]));
    };
    return {
      n,
      failing: pairs.filter(([was]) => !was.works).length,
      turned: count((was, is) => !was && is),
      spoiled: count((was, is) => was && !is),
      gain: meanInterval(pairs.map(([was, is]) => Number(is.works) - Number(was.works))),
      change,
    };
  }
}

/** At most as many blocks at once as there are workers, so that who moves a lever waits for no more than one. */
const rescueLine = {
  running: 0,
  waiting: [],
  async take(work) {
    if (this.running >= Math.max(1, workers.size)) await new Promise((go) => this.waiting.push(go));
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  },
};

/**
 * Give rankings that grow, each { stage, rows, base, share }: `share` is how much of the work is done, rows have the attempt,
 * what it comes to (`found`), and `last_year` once it is known: null if no year helps clearly.
 */
async function* rescuesOf(request, signal) {
  await workers.ready;
  const base = new Attempt(request);
  const years = Math.floor(base.side.plan.months / YEAR);
  const known = new Map();
  const attempt = (steps) => {
    const key = JSON.stringify(steps.map(({ intervention, dose, year }) => [intervention.name, dose, year]));
    if (!known.has(key)) known.set(key, new Attempt(request, steps));
    return known.get(key);
  };
  const gain = (one) => one.against(base).gain.mean;
  const best = (attempts) => [...attempts].sort((one, other) => gain(other) - gain(one) || one.steps[0].year - other.steps[0].year);
  const lastYears = new Map();
  const ranking = (stage, share, attempts) => ({
    stage,
    share,
    base: base.against(base),
    rows: best(attempts).map((one) => ({ attempt: one, found: one.against(base), last_year: lastYears.get(one) })),
  });
  const levers = CATALOGUE.interventions.filter((one) => one.is_lever);
  const doses = levers.flatMap((intervention) => Object.keys(intervention.doses).map((dose) => ({ intervention, dose })));
  const [few, some, many] = RESCUE.runs;

  await base.live(few, signal);
  const tried = [];
  const firstYears = RESCUE.first_years.filter((year) => year < years);
  const ofYears = firstYears.map((year) => doses.map((one) => attempt([{ ...one, year }])));
  const lived = ofYears.map((now) => now.map((one) => one.live(few, signal)));
  Promise.all(lived.flat()).catch(() => {}); // of those that are stopped the first to fail is told below
  const half = Math.ceil(doses.length / 2); // of a large board a year takes longer than a person waits for a first answer
  yield ranking(`${few} runs each, from year 1 on: ${half} of ${doses.length} tried`, 0.02, await Promise.all(lived[0].slice(0, half)));
  for (const [k, year] of firstYears.entries()) {
    tried.push(await Promise.all(lived[k]));
    yield ranking(`${few} runs each, from year ${year + 1} on`, (0.2 * (k + 1)) / firstYears.length, bestOfEach(tried, best));
  }
  let going = bestOfEach(tried, best);
  for (const [k, runs] of [some, many].entries()) {
    going = best(going).slice(0, RESCUE.kept[k]);
    await Promise.all([base, ...going].map((one) => one.live(runs, signal)));
    yield ranking(`${runs} runs each`, [0.25, 0.4][k], going);
  }

  // The last year that helps, by halves: what is done later helps no more once it helps no longer.
  let done = 0;
  const helps = async (one, year) => {
    const later = await attempt(one.steps.map((step) => ({ ...step, year }))).live(many, signal);
    return later.against(base).gain.low > 0;
  };
  const search = async (one) => {
    let [low, high] = [Math.max(...one.steps.map((step) => step.year)), years];
    if (!(await helps(one, low))) lastYears.set(one, null);
    else {
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (await helps(one, middle)) low = middle;
        else high = middle;
      }
      lastYears.set(one, low);
    }
    done += 1;
  };
  const searches = new Map(going.map((one) => [one, search(one)]));
  for (const one of best(going)) {
    await searches.get(one);
    yield ranking("the last year in which each still helps", 0.4 + (0.45 * done) / going.length, going);
  }

  const firsts = best(going).filter((one, k, all) => all.findIndex((other) => other.steps[0].intervention === one.steps[0].intervention) === k).slice(0, RESCUE.pairs_of);
  let pairs = firsts.flatMap((one, k) => firsts.slice(k + 1).map((other) => attempt([...one.steps, ...other.steps])));
  for (const [k, runs] of [some, many].entries()) {
    if (k > 0) pairs = best(pairs).slice(0, RESCUE.pairs_kept);
    await Promise.all(pairs.map((one) => one.live(runs, signal)));
    yield ranking(`pairs of the best, ${runs} runs each`, [0.89, 0.95][k], [...going, ...pairs]);
  }
  if (pairs.length) await search(best(pairs)[0]);
  yield ranking("", 1, [...going, ...pairs]);
}

/** Of each lever and dose the attempt from the year that saves most. */
const bestOfEach = (tried, best) => tried[0].map((_, k) => best(tried.map((attempts) => attempts[k]))[0]);

// ------------------------------------------------------------------ what is shown

class Rescue {
  /** `open(changes)` is called to show side A with these changes as side B. */
  constructor(state, open) {
    this.state = state;
    this.open = open;
    this.button = at("rescue-start");
    at("rescue-years").textContent = listed(RESCUE.first_years.map((year) => year + 1));
    this.button.addEventListener("click", () => (this.abort ? this.stop("Stopped.") : this.start()));
    at("rescue-open").addEventListener("click", () => {
      at("rescue").scrollIntoView({ block: "start" });
      this.button.focus({ preventScroll: true });
      if (!this.abort) this.start();
    });
    at("rescue-rows").addEventListener("click", (event) => {
      const { row } = event.target.dataset;
      if (row !== undefined) this.open({ ...this.rows[row].attempt.changes });
    });
  }

  /** The question as it was put; another side A is another question. */
  question() {
    const { left, place, seed, behaviour, months } = requestOf(this.state);
    return JSON.stringify([left, place, seed, behaviour, months]);
  }

  /** What was asked has changed: an answer to another question is taken away. */
  refresh() {
    if (!this.put || this.put === this.question()) return;
    this.stop("Side A has changed: ask again.");
    this.put = null;
    for (const id of ["rescue-rows", "rescue-rest", "rescue-stage"]) at(id).replaceChildren();
  }

  stop(said) {
    this.abort?.abort();
    at("rescue-said").textContent = said;
    this.abort = null;
    this.button.textContent = "Find out";
    at("rescue-progress").hidden = true;
  }

  async start() {
    this.put = this.question();
    const abort = new AbortController();
    this.abort = abort;
    this.button.textContent = "Stop";
    at("rescue-said").textContent = "";
    at("rescue-progress").hidden = false;
    at("rescue-progress").value = 0;
    try {
      for await (const ranking of rescuesOf(requestOf(this.state), abort.signal)) this.show(ranking);
      this.stop(rescueVerdict(this.last));
    } catch (error) {
      if (this.abort === abort) this.stop(error.message);
    }
  }

  show(ranking) {
    this.last = ranking;
    const isLast = ranking.share === 1;
    this.rows = isLast ? ranking.rows.filter(isGain) : ranking.rows.slice(0, MOST_ROWS);
    const rest = isLast ? ranking.rows.filter((row) => !isGain(row)) : [];
    at("rescue-progress").value = ranking.share;
    at("rescue-stage").textContent = ranking.stage ? `Now: ${ranking.stage}.` : "";
    const cells = this.rows.map((row, k) => `<tr><th scope="row">${escaped(stepsWords(row.attempt))}</th>
      <td><span class="bar" style="width:${Math.max(0, row.found.gain.mean * 100).toFixed(1)}%"></span>${turnedWords(row.found)}</td><td>${lastYearWords(row)}</td><td>${costWords(row.found)}</td><td>${loserWords(row.found)}</td>
      <td><button type="button" data-row="${k}" aria-label="Open as side B: ${escaped(stepsWords(row.attempt))}">Open as B</button></td></tr>`);
    at("rescue-rest").textContent = rest.length ? `Tried on ${rest[0].found.n} runs, and not clearly better than nothing: ${rest.map((row) => stepsWords(row.attempt)).join("; ")}.` : "";
    at("rescue-rows").innerHTML = !cells.length ? "" : `<table><thead><tr><th scope="col">What is done</th><th scope="col">Runs that it turns</th>
      <th scope="col">Helps until</th><th scope="col">What it takes</th><th scope="col">Who is less engaged</th><th scope="col"><span class="hidden">Open</span></th></tr></thead><tbody>${cells.join("")}</tbody></table>`;
    document.documentElement.dataset.rescue = String(Number(document.documentElement.dataset.rescue ?? 0) + 1);
  }
}

const isGain = ({ found }) => found.gain.low > 0;

/** "Staff team (ambitious) from year 1 on, and duty to cooperate (realistic) from year 4 on". */
const stepsWords = (attempt) => attempt.steps.map(({ intervention, dose, year }) => `${interventionWords(intervention, dose)} from year ${year + 1} on`).join(", and ");

/** "turns 23 of 61 that fail, spoils 2 of 39 that work (net 14 to 28 of 100)". */
function turnedWords({ n, failing, turned, spoiled, gain }) {
  const parts = [`<b>${turned}</b> of ${failing} that fail`];
  if (spoiled) parts.push(`spoils ${spoiled} of ${n - failing} that work`);
  if (Number.isFinite(gain.low)) parts.push(`net ${percent(gain.mean)} (${plainPercent(gain.low)} to ${plainPercent(gain.high)})`);
  return parts.join("; ");
}

function lastYearWords({ last_year }) {
  if (last_year === undefined) return '<span class="quiet">not tried</span>';
  return last_year === null ? "not clearly in any" : `year ${last_year + 1}`;
}

const keptWhole = (text) => `<span class="whole">${text}</span>`;

/** What changes of money and senior time in the last year, where it is clear. */
function costWords({ n, change }) {
  if (n < RESCUE.runs[1]) return "–";
  const moves = ({ mean, low, high }, least) => Math.abs(mean) >= least && (low > 0 || high < 0);
  const [fund, own] = COST_MEASURES.slice(0, 2).map(change);
  const time = COST_MEASURES.slice(2).map(change).filter((one) => moves(one, 0)).reduce((sum, { mean }) => sum + mean, 0);
  const parts = [];
  if (moves(fund, LEAST_MONEY)) parts.push(`${keptWhole(measured("fund_spent_gbp_m", fund.mean, true))} a month through the table`);
  if (moves(own, LEAST_MONEY)) parts.push(`${keptWhole(measured("fund_spent_gbp_m", own.mean, true))} a month of members’ own`);
  if (Math.abs(time) >= LEAST_TIME) parts.push(`${time > 0 ? "+" : ""}${plainNumber(time)} half-days of senior time a member and month`);
  return parts.length ? parts.join("; ") : "nothing that is clear";
}

/** The sectors that are clearly less engaged. */
function loserWords({ n, change }) {
  if (n < RESCUE.runs[1]) return "–";
  const losers = CATALOGUE.sectors.map((sector, s) => ({ sector, ...change(LOSS_MEASURES[s]) })).filter(({ high }) => high < 0);
  return losers.length ? losers.map(({ sector, mean }) => `${sector.label} (${plainNumber(mean)})`).join(", ") : "nobody, clearly";
}

function rescueVerdict({ base, rows }) {
  if (base.failing === 0) return `All ${base.n} partnerships of side A work at the end: there is nothing to save.`;
  const clear = rows.filter(isGain);
  const failing = `Of ${base.n} partnerships of side A ${base.failing} ${base.failing === 1 ? "does" : "do"} not work at the end`;
  if (!clear.length) return `${failing}. Nothing that was tried turns more of them than chance would.`;
  const [{ attempt, found }] = clear;
  return `${failing}. Most are turned by this: ${stepsWords(attempt)}. It turns ${found.turned} of them.`;
}
