// The compiled month in a worker: a block of runs is laid out in its memory, lived through, and read.

const SLOT = 8;
const KINDS = { f8: Float64Array, i8: BigInt64Array, u8: BigUint64Array };
const up = (number, step) => Math.ceil(number / step) * step;
const product = (numbers) => numbers.reduce((all, number) => all * number, 1);

/** Arrays laid out one after another in memory, which are filled once there is room for all of them. */
class Room {
  constructor(base, line) {
    this.top = base;
    this.line = line;
    this.fills = [];
  }

  /** An array of a kind and shape; `fill(view)` writes to it what is not 0. */
  array(kind, shape, fill = null) {
    this.top = up(this.top, this.line);
    const made = { kind, shape, at: this.top };
    this.top += product(shape) * SLOT;
    if (fill) this.fills.push([made, fill]);
    return made;
  }

  /** The same memory under another shape. */
  view(other, shape) {
    return { ...other, shape };
  }
}

const wholeNumbers = (room, values) => room.array("i8", [values.length], (view) => view.set(values.map(BigInt)));
const rowsOfStreams = (room, rows) => room.array("i8", [rows.length, 6], (view) => view.set(rows.flat().map(BigInt)));

class Engine {
  constructor(instance, table) {
    this.memory = instance.exports.memory;
    this.run = instance.exports.run;
    this.base = instance.exports.__heap_base.value;
    this.table = table;
    this.kinds = new Map(table.kinds.map((kind) => [kind.name, kind]));
  }

  /**
   * Live through up to `table.lanes` runs of a plan and return what is kept of them.
   * `behaviours` has a row of numbers a run, `keep` says what is kept: positions of measures, months, whether bodies and the
   * terms of their decisions, and what bodies, the table and pairs hold; with `luck`, of what chance dealt to bodies and
   * the table instead. `given` are ranks that bodies take from outside, as [month, body, table, rank].
   */
  live({ plan, behaviours, seed, replicates, keep, given = [] }) {
    const spare = replicates.length > 1 ? up(replicates.length, this.table.group) - replicates.length : 0;
    const filled = (list) => [...list, ...new Array(spare).fill(list.at(-1))];
    const asked = { plan, behaviours: filled(behaviours), seed, replicates: filled(replicates), keep, given };
    const parts = this.laidOut(asked);
    const status = this.run(this.base);
    if (status !== 0) throw new Error(`The engine stopped with status ${status}.`);
    const n = replicates.length;
    const read = (name) => this.read(parts.get(name), n);
    return {
      measures: read("kept.kept"),
      regimes: read("kept.for_regimes"),
      columns: keep.bodies ? read("kept.partner_rows") : null,
      held: keep.held ? { partner: read("kept.held.things"), partnership: read("kept.held.whole"), matrix: read("kept.held.matrices") } : null,
    };
  }

  /** Launch a run, live through none of its months, and return what pairs hold then: values (matrix, one, other) of some matrices. */
  launch({ plan, behaviours, seed, replicate, matrices }) {
    const keep = { measures: [], months: [], bodies: false, held: null };
    const parts = this.laidOut({ plan: { ...plan, months: 0, policy: plan.policy.slice(0, 1) }, behaviours, seed, replicates: [replicate], keep });
    const status = this.run(this.base);
    if (status !== 0) throw new Error(`The engine stopped with status ${status}.`);
    const { at, shape } = parts.get("kept.held.matrices_now");
    const all = new Float64Array(this.memory.buffer, at, product(shape));
    const n = plan.seats.length;
    const [, groups, inPairs, , runs] = shape;
    const values = new Float64Array(matrices.length * n * n);
    matrices.forEach((name, m) => {
      const first = this.table.matrices.indexOf(name) * groups * inPairs;
      for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) values[(m * n + i) * n + j] = all[((first + i) * inPairs + j) * runs];
    });
    return { shape: [matrices.length, n, n], values };
  }

  /** What an array holds of the first n runs, which come last in it. */
  read({ at, shape }, n) {
    const all = new Float64Array(this.memory.buffer, at, product(shape));
    const lanes = shape.at(-1);
    if (lanes === n) return { shape, values: all.slice() };
    const values = new Float64Array((all.length / lanes) * n);
    for (let row = 0; row * lanes < all.length; row += 1) values.set(all.subarray(row * lanes, row * lanes + n), row * n);
    return { shape: [...shape.slice(0, -1), n], values };
  }

  /** Lay out everything that a block works on, fill it, and write down the arguments of the engine. */
  laidOut(asked) {
    const { table, base } = this;
    const slots = new Room(base, table.line);
    const nSlots = table.slots.reduce((sum, [, axes]) => sum + (axes ? 5 + 2 * axes : 1), 1);
    const room = new Room(base + up(nSlots * SLOT, table.line), table.line);
    const parts = this.parts(room, asked);
    const missing = room.top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    new Uint8Array(this.memory.buffer, base, room.top - base).fill(0);
    for (const [{ kind, shape, at }, fill] of room.fills) fill(new KINDS[kind](this.memory.buffer, at, product(shape)));
    const argument = new BigInt64Array(this.memory.buffer, slots.top, nSlots);
    argument.set(this.argumentsOf(parts, asked.replicates.length));
    return parts;
  }

  argumentsOf(parts, n) {
    const numbers = [];
    for (const [name, axes] of this.table.slots) {
      const part = parts.get(name);
      if (!axes) {
        numbers.push(part);
        continue;
      }
      const strides = part.shape.map((_, axis) => SLOT * product(part.shape.slice(axis + 1)));
      numbers.push(0, 0, product(part.shape), SLOT, part.at, ...part.shape, ...strides);
    }
    return [...numbers, n].map(BigInt);
  }

  // ---------------------------------------------------------------- what sim/block.py makes of plans

  record(room, name, count, fill) {
    const { bytes } = this.kinds.get(name);
    return { ...room.array("f8", [(count * bytes) / SLOT], fill), count };
  }

  /** Write values[i][run] into the rows of record `number`, in the order of its fields. */
  fillRows(view, kind, number, rows) {
    const first = (number * kind.bytes) / SLOT;
    rows.forEach((row, i) => view.set(row, first + i * this.table.lanes));
  }

  parts(room, { plan, behaviours, seed, replicates, keep, given = [] }) {
    const { table } = this;
    const n = replicates.length;
    const { lanes } = table;
    const { seats, months } = plan;
    const same = (value) => new Array(n).fill(value);
    const kind = (name) => this.kinds.get(name);
    const fieldRow = (name, field) => kind(name).fields[field][0] / SLOT / lanes;
    const padded = up(seats.length, 4);
    const inPairs = up(seats.length, table.unroll);
    const groups = Math.ceil(n / table.group);

    const records = {
      partnership: this.record(room, "partnership", 1),
      partner: this.record(room, "partner", seats.length, (view) => this.fillPartners(view, seats, n)),
      seat: this.record(room, "seat", seats.length, (view) => this.fillSeats(view, seats)),
      behaviour: this.record(room, "behaviour", 1, (view) => this.fillRows(view, kind("behaviour"), 0, behaviours[0].map((_, i) => behaviours.map((row) => row[i])))),
      levers: this.record(room, "levers", plan.levers.length, (view) => plan.levers.forEach((row, i) => this.fillRows(view, kind("levers"), i, row.map(same)))),
      policy: this.record(room, "policy", plan.policy.length, (view) => plan.policy.forEach((row, i) => this.fillRows(view, kind("policy"), i, row.map(same)))),
      place: this.record(room, "place", 1, (view) => this.fillRows(view, kind("place"), 0, plan.place.map(same))),
      luck: this.record(room, "luck", 1),
      luck_of_partner: this.record(room, "luck_of_partner", padded),
    };
    const counted = (name) => (name === "luck_of_partner" ? seats.length : records[name].count);
    const oneMatrix = groups * inPairs * inPairs * table.group;
    const matrices = room.array("f8", [table.matrices.length, groups, inPairs, inPairs, table.group], (view) => {
      for (const [name, one, other, value] of plan.known) {
        for (let group = 0; group < groups; group += 1) {
          const at = table.matrices.indexOf(name) * oneMatrix + ((group * inPairs + one) * inPairs + other) * table.group;
          view.fill(value, at, at + table.group);
        }
      }
    });
    const { streams } = table;
    const blocks = Math.ceil(padded / streams.slots_a_block);
    const nStreams = Math.max(...streams.shared.map((row) => row[0]), ...streams.each.map((row) => row[0])) + 1;
    const keys = room.array("u8", [nStreams, blocks, 2, lanes]);
    const widths = up(n, table.group) / table.group;
    const scratchRows = Math.max(...table.scratch.map(([ofThing, besides]) => ofThing * inPairs + besides));
    const scratch = room.array("f8", [scratchRows, (widths + 1 - (widths % 2)) * table.group]);
    const addresses = [...table.kinds.map(({ name }) => records[name].at), ...table.matrices.map((_, m) => matrices.at + m * oneMatrix * SLOT), scratch.at, keys.at];
    const numbers = table.numbers.map((name) => ({ n_founders: seats.filter((seat) => seat.joins_at === 0).length, keeps_terms: Number(keep.bodies) })[name] ?? 0);

    const rowOfMonth = new Array(months).fill(-1);
    const kept = keep.months.filter((month) => month < months);
    kept.forEach((month, row) => { rowOfMonth[month] = row; });
    const leversOfMonth = [];
    for (let month = 0, row = -1; month < months; month += 1) {
      if (plan.starts[row + 1] === month) row += 1;
      leversOfMonth.push(row);
    }

    const uniforms = ([, count, , made]) => count * (made === 1 ? 2 : 1);
    const words = [];
    for (let rest = BigInt(seed); rest > 0n; rest >>= 32n) words.push(rest & 0xffffffffn);
    while (words.length < 4) words.push(0n);

    const held = keep.held ?? { partner: [], partnership: [], matrix: [] };
    const rowsHeld = (name, fields) => fields.flatMap((field) => Array.from({ length: kind(name).fields[field][1] || 1 }, (_, i) => fieldRow(name, field) + i));
    const [thing, whole] = keep.luck ? ["luck_of_partner", "luck"] : ["partner", "partnership"];
    const [thingRows, wholeRows] = [rowsHeld(thing, held.partner), rowsHeld(whole, held.partnership)];
    const rowsOf = (name, count) => [count, kind(name).bytes / SLOT / lanes, lanes];
    return new Map(Object.entries({
      "request.addresses": wholeNumbers(room, addresses),
      "request.counts": wholeNumbers(room, [...table.kinds.map(({ name }) => counted(name)), ...numbers]),
      "request.levers_of_month": wholeNumbers(room, leversOfMonth),
      "request.first_month": plan.firstMonth,
      "request.row_of_month": wholeNumbers(room, rowOfMonth),
      "request.order": wholeNumbers(room, Array.from({ length: table.steps }, (_, i) => i)),
      "draws.seed_words": room.array("u8", [words.length], (view) => view.set(words)),
      "draws.replicates": room.array("u8", [n], (view) => view.set(replicates.map(BigInt))),
      "draws.keys": keys,
      "draws.shared_streams": rowsOfStreams(room, streams.shared),
      "draws.each_streams": rowsOfStreams(room, streams.each),
      "draws.shared": room.view(records.luck, rowsOf("luck", 1).slice(1)),
      "draws.each": room.view(records.luck_of_partner, rowsOf("luck_of_partner", padded)),
      "draws.scratch": room.array("f8", [streams.shared.reduce((sum, row) => sum + 4 * up(uniforms(row), 4), 0), lanes]),
      "draws.other_half": room.array("f8", [padded, 1, lanes]),
      "draws.given": room.array("f8", [months, padded, streams.given], (view) => {
        view.fill(-1);
        for (const [month, body, at, rank] of given) view[(month * padded + body) * streams.given + at] = rank;
      }),
      "kept.measured": room.array("f8", [table.measures.length, lanes]),
      "kept.kept_measures": wholeNumbers(room, keep.measures),
      "kept.kept": room.array("f8", [kept.length, keep.measures.length, n]),
      "kept.regime_measures": wholeNumbers(room, table.regime_measures.map((name) => table.measures.indexOf(name))),
      "kept.for_regimes": room.array("f8", [table.regime_measures.length, months, n]),
      "kept.partner_rows": room.array("f8", [kept.length, seats.length, keep.bodies ? table.columns.length : 0, n]),
      "kept.keep_partners": Number(keep.bodies),
      "kept.keep_terms": Number(keep.bodies),
      "kept.held.thing_rows": wholeNumbers(room, thingRows),
      "kept.held.things_now": room.view(records[thing], rowsOf(thing, seats.length)),
      "kept.held.things": room.array("f8", [kept.length, seats.length, thingRows.length, n]),
      "kept.held.whole_rows": wholeNumbers(room, wholeRows),
      "kept.held.whole_now": room.view(records[whole], rowsOf(whole, 1)),
      "kept.held.whole": room.array("f8", [kept.length, wholeRows.length, n]),
      "kept.held.chosen_matrices": wholeNumbers(room, held.matrix.map((name) => table.matrices.indexOf(name))),
      "kept.held.matrices_now": matrices,
      "kept.held.matrices": room.array("f8", [kept.length, held.matrix.length, seats.length, seats.length, n]),
      "kept.keep_held": Number(Boolean(keep.held)),
    }));
  }

  fillPartners(view, seats, n) {
    const { bytes, fields } = this.kinds.get("partner");
    const { lanes } = this.table;
    seats.forEach((seat, i) => {
      const row = (field) => (i * bytes + fields[field][0]) / SLOT;
      if (seat.joins_at === 0) view.fill(1, row("is_member"), row("is_member") + lanes);
      view.fill(seat.budget, row("full_budget_gbp_m"), row("full_budget_gbp_m") + n);
      view.fill(-1, row("abolished_at"), row("abolished_at") + lanes);
      if (seat.abolished_at >= 0) view.fill(seat.abolished_at, row("abolished_at"), row("abolished_at") + n);
    });
  }

  fillSeats(view, seats) {
    const { bytes, fields } = this.kinds.get("seat");
    const whole = new BigInt64Array(view.buffer, view.byteOffset, view.length);
    const names = Object.keys(fields);
    const numbered = names.filter((name) => name.startsWith("kind_") && name !== "kind_priorities");
    seats.forEach((seat, i) => {
      const at = (field) => (i * bytes + fields[field][0]) / SLOT;
      for (const name of ["joins_at", "is_chair", "sector"]) {
        if (fields[name][2]) whole[at(name)] = BigInt(seat[name]);
        else view[at(name)] = seat[name];
      }
      numbered.forEach((name, k) => { view[at(name)] = seat.kind[k]; });
      view.set(seat.priorities, at("kind_priorities"));
      view.set(seat.sits_at, at("sits_at"));
    });
  }
}

/** The regime of a month by its position: the first whose condition holds, as sim/regimes.py names them. */
function regimeOf(month, t) {
  const decided = month.decision_rate;
  if (month.is_dissolved > 0.5) return 0;
  if (month.attendance_senior < t.hollow_in_person) return 1;
  if (month.top_share >= t.domination_top_share && decided > t.domination_decisions) return 2;
  const isCore = month.core_share >= t.growth_core_share && month.core_sectors >= t.growth_core_sectors;
  if (isCore && decided > t.growth_decisions && month.added_value > t.growth_added_value) return 3;
  if (month.attendance >= t.talking_attendance && decided <= t.talking_decisions) return 4;
  if (decided > t.working_decisions && month.ties_used >= t.working_ties) return 5;
  return 6;
}
