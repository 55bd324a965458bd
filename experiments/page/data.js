// Where answers come from: the engine in this page. The first runs are shown at once, the others follow.

const FIRST_RUNS = 16;
const RUNS_A_BLOCK = 16;
const SIDES_REMEMBERED = 12;

const workers = new Workers();
const KEEP_MEASURES = SHOWN_MEASURES.map((name) => ENGINE.table.measures.indexOf(name));

/** A side as the engine takes it, with the runs that are there already. */
class AskedSide {
  static known = new Map();

  /** The side of a request; one that was asked before has its runs still. */
  static of(request, name, months) {
    const shared = { place: request.place, seed: request.seed, behaviour: request.behaviour, months };
    const key = JSON.stringify([request[name], shared]);
    const side = AskedSide.known.get(key) ?? new AskedSide(request[name], shared);
    AskedSide.known.delete(key);
    AskedSide.known.set(key, side);
    if (AskedSide.known.size > SIDES_REMEMBERED) AskedSide.known.delete(AskedSide.known.keys().next().value);
    return side;
  }

  constructor(side, shared) {
    this.side = side;
    this.scenario = scenarioOf(side, shared);
    this.plan = planOf(this.scenario);
    this.seed = shared.seed;
    this.sets = behavioursOf(this.scenario, shared.behaviour);
    this.thresholds = thresholdsOf(this.scenario);
    this.runs = [];
    this.lived = null;
  }

  requestFor(replicates, keep) {
    const months = overMonths(this.plan.months, (month) => month);
    return {
      plan: this.plan,
      seed: this.seed,
      replicates,
      behaviours: replicates.map((replicate) => this.sets[replicate % this.sets.length]),
      keep: { measures: KEEP_MEASURES, months, bodies: false, held: null, ...keep },
    };
  }

  /** Live through the runs that are not there yet, up to `wanted`, in blocks of `size`. */
  async live(wanted, size, signal) {
    await Promise.all(blocksOf(missingIn(this.runs, wanted), size).map(async (replicates) => {
      const result = await workers.live(this.requestFor(replicates, {}), signal);
      runsOf(result, this.thresholds).forEach((run, k) => { this.runs[replicates[k]] = run; });
    }));
  }

  async example(replicate, signal) {
    if (this.lived?.replicate !== replicate) {
      const ask = (keep) => workers.live(this.requestFor([replicate], keep), signal);
      const [lived, chance, { launch }] = await Promise.all([
        ask({ bodies: true, held: HELD }),
        ask({ measures: [], held: LUCK, luck: true }),
        workers.live({ ...this.requestFor([replicate], {}), replicate, matrices: HELD.matrix }, signal),
      ]);
      const numbers = this.sets[replicate % this.sets.length];
      this.lived = exampleOf(this.plan, { lived, chance, launch }, replicate, this.thresholds, numbers);
    }
    return this.lived;
  }
}

/** Both sides of a request, cut to the shorter one. */
function askedSides(request) {
  const months = monthsOf(request);
  return SIDES.map((name) => {
    try {
      return AskedSide.of(request, name, months);
    } catch (error) {
      throw new Error(`Side ${LETTER[name]}: ${error.message}`);
    }
  });
}

/** Give answers to a request: one of the first runs, then one of all. What has not begun when `signal` is aborted is left out. */
async function* answersTo(request, signal) {
  await workers.ready;
  const sides = askedSides(request);
  const stages = [...new Set([Math.min(FIRST_RUNS, request.replicates), request.replicates])];
  for (const [stage, wanted] of stages.entries()) {
    // Small blocks at first, so that no core waits. The first answer is not taken away from who moves a lever on and on.
    const share = Math.ceil((SIDES.length * wanted) / workers.size);
    const size = stage === 0 ? Math.min(RUNS_A_BLOCK, Math.max(ENGINE.table.group, share)) : RUNS_A_BLOCK;
    await Promise.all(sides.map((side) => side.live(wanted, size, stage === 0 ? null : signal)));
    const [left, right] = sides.map((side) => side.runs.slice(0, wanted));
    const { months, start } = sides[0].scenario;
    yield {
      start,
      months,
      replicates: wanted,
      is_whole: wanted === request.replicates,
      left: sideAnswer(request.left, sides[0].scenario, left, sides[0].sets.length),
      right: sideAnswer(request.right, sides[1].scenario, right, sides[1].sets.length),
      difference: differenceAnswer(left, right, months, sides[0].sets.length),
      unknown_share: unknownShare(left, right, sides[0].sets.length),
      typical_run: typicalRun([left, right]),
    };
  }
}

/** How much of the spread of what B adds more than A comes from what is not known about behaviour; of like sides, of what A adds. */
function unknownShare(left, right, sets) {
  const measure = SHOWN_MEASURES.indexOf("added_value");
  const differences = left.map((run, r) => right[r].final(measure) - run.final(measure));
  return shareBetween(differences.some((one) => one !== 0) ? differences : left.map((run) => run.final(measure)), sets);
}

/** One run on both sides, body by body. */
async function examplesTo(request, replicate, signal) {
  const [left, right] = await Promise.all(askedSides(request).map((side) => side.example(replicate, signal)));
  return { left, right };
}
