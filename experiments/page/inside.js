// Inside one partnership: its network month by month, and why each partner comes or stays away.

const SECTORS = CATALOGUE.sectors;
const TERMS = CATALOGUE.terms;
const TIE_FROM = 0.25;
const MOST_TIES = 260;
const MOST_NAMES = 24;

/** Partners on an ellipse, sectors side by side, lines for trust, size for influence. */
function networkSpec() {
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 420,
    height: 330,
    padding: { left: 4, right: 4, top: 4, bottom: 4 },
    autosize: "none",
    signals: [
      { name: "names", value: 1 },
      { name: "room", update: "names ? min(125, width * 0.29) : 24" },
    ],
    data: ["ties", "nodes"].map((name) => ({ name, values: [] })),
    scales: [
      { name: "x", type: "linear", domain: [-1, 1], range: [{ signal: "room" }, { signal: "width - room" }] },
      { name: "y", type: "linear", domain: [-1, 1], range: [{ signal: "height - 16" }, 16] },
    ],
    marks: [
      silent({
        type: "rule",
        from: { data: "ties" },
        encode: {
          enter: { stroke: { value: "#5d6b78" } },
          update: {
            x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" }, x2: { scale: "x", field: "x2" }, y2: { scale: "y", field: "y2" },
            strokeWidth: { field: "width" }, strokeOpacity: { field: "opacity" },
          },
        },
      }),
      {
        type: "symbol",
        name: "partners",
        from: { data: "nodes" },
        aria: false,
        encode: {
          enter: { shape: { field: "shape" }, cursor: { value: "pointer" } },
          update: {
            x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" }, size: { field: "size" },
            fill: { field: "fill" }, stroke: { field: "stroke" }, strokeWidth: { signal: "datum.picked ? 3 : datum.member ? 1.6 : 0.8" },
          },
        },
      },
      {
        type: "text",
        from: { data: "nodes" },
        aria: false,
        encode: {
          enter: { baseline: { value: "middle" }, cursor: { value: "pointer" } },
          update: {
            x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" },
            dx: { signal: "datum.align == 'left' ? datum.away : -datum.away" },
            dy: { signal: "isArray(datum.label) ? -6 : 0" },
            align: { field: "align" }, text: { field: "label" }, limit: { signal: "names ? room + width * 0.16 : 160" },
            fill: { signal: `datum.member ? '${INK}' : '${GREY}'` }, fontWeight: { signal: "datum.picked ? 'bold' : 'normal'" },
            fontSize: { signal: "width < 330 ? 9.5 : 11" },
          },
        },
      },
    ],
  };
}

/** Places around the table for partners, sector by sector; rows evenly apart, so that names have room. */
function seatPlaces(partners) {
  const order = partners.map((partner, i) => i)
    .sort((a, b) => SECTORS.findIndex((s) => s.name === partners[a].sector) - SECTORS.findIndex((s) => s.name === partners[b].sector) || a - b);
  const places = new Array(partners.length);
  const right = Math.ceil(order.length / 2);
  order.forEach((partner, k) => {
    const isRight = k < right;
    const rows = isRight ? right : order.length - right;
    const row = isRight ? k : order.length - 1 - k;
    const y = 1 - (2 * (row + 0.5)) / rows;
    places[partner] = { x: (isRight ? 1 : -1) * (1 - Math.abs(y) ** 2.6) ** (1 / 2.6), y };
  });
  return places;
}

const column = (example, name) => example.columns.indexOf(name);
const seatValue = (example, name, month, partner) => example.values.at(column(example, name), month, partner);
const isMember = (example, month, partner) => seatValue(example, "is_member", month, partner) > 0.5;

function drawNetwork(figure, side, answer, { step, picked }) {
  const example = answer[side].example;
  if (!example) return figure.update({ ties: [], nodes: [] }, {}, GRID ? "No single run is stored for this side." : "");
  const month = nearestIndex(example.months_at, step);
  const places = seatPlaces(example.partners);
  const many = example.partners.length > MOST_NAMES;
  const nodes = example.partners.map((partner, i) => networkNode(example, partner, i, places[i], month, partner.key === picked, many));
  const present = nodes.filter((node) => node.stands);
  const members = present.filter((node) => node.member);
  const came = members.filter((node) => node.came);
  const ties = networkTies(example, places, nodes, step);
  const top = [...members].sort((a, b) => b.influence - a.influence)[0];
  const words = members.length
    ? `${monthName(answer.start, step)}: ${came.length} of ${members.length} members came. ${top.words} has most influence, ${plainPercent(top.influence)} %. It ends as ${example.regime}.`
    : `${monthName(answer.start, step)}: there are no members any more. It ends as ${example.regime}.`;
  figure.update({ ties, nodes: present }, { names: many ? 0 : 1 }, words);
}

function networkNode(example, partner, i, { x, y }, month, picked, many) {
  const influence = seatValue(example, "influence", month, i);
  const member = isMember(example, month, i);
  const came = seatValue(example, "attendance", month, i) > 0.5;
  const colour = SECTORS.find((sector) => sector.name === partner.sector).colour;
  const size = member ? 30 + 3600 * Math.max(0, influence) : 22;
  return {
    name: partner.key, words: partner.name, x, y, size, influence, member, came, picked,
    stands: member || lastMonthAsMember(example, month, i) >= 0,
    shape: SECTOR_SHAPE[partner.sector],
    fill: member && came ? colour : "#fbfaf7",
    stroke: picked ? INK : member ? colour : "#9aa3ab",
    align: x > 0 !== many ? "left" : "right",
    away: Math.sqrt(size) / 2 + 5,
    label: many && !picked ? "" : inTwoLines(partner.name),
  };
}

/** A long name on two lines. */
function inTwoLines(text) {
  if (text.length <= 15) return text;
  const gaps = [...text.matchAll(/[ -]/g)].map((gap) => gap.index + (gap[0] === "-" ? 1 : 0));
  const middle = gaps.sort((a, b) => Math.abs(a - text.length / 2) - Math.abs(b - text.length / 2))[0];
  return middle ? [text.slice(0, middle).trim(), text.slice(middle).trim()] : text;
}

function networkTies(example, places, nodes, step) {
  if (!example.trust) return [];
  const when = nearestIndex(example.trust_months, step);
  const ties = [];
  for (let i = 0; i < nodes.length; i += 1) {
    if (!nodes[i].member) continue;
    for (let j = i + 1; j < nodes.length; j += 1) {
      if (!nodes[j].member) continue;
      const trust = (example.trust.at(when, i, j) + example.trust.at(when, j, i)) / 2;
      if (trust > TIE_FROM) ties.push({ i, j, trust });
    }
  }
  ties.sort((a, b) => b.trust - a.trust);
  return ties.slice(0, MOST_TIES).map(({ i, j, trust }) => {
    const strength = (trust - TIE_FROM) / (1 - TIE_FROM);
    return { x: places[i].x, y: places[i].y, x2: places[j].x, y2: places[j].y, width: 0.4 + 2.4 * strength, opacity: 0.06 + 0.5 * strength };
  });
}

function networkTable(answer, side, step) {
  const example = answer[side].example;
  const head = ["Partner", "Sector", "Seat", "Came", "Influence", "Attendance record", "Rank sent"];
  if (!example) return { head, rows: [] };
  const month = nearestIndex(example.months_at, step);
  const rows = example.partners.map((partner, i) => {
    const member = isMember(example, month, i);
    const value = (name) => (member ? plainNumber(seatValue(example, name, month, i)) : "–");
    return [partner.name, partner.sector, member ? "member" : "no seat", member ? (seatValue(example, "attendance", month, i) > 0.5 ? "yes" : "no") : "–",
      value("influence"), value("attendance_record"), value("seniority")];
  });
  return { head, rows };
}

// ------------------------------------------------------------------ policy dates and events

/** Policy dates of both sides and what befell the example runs, on one time axis. */
function timelineSpec() {
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 900,
    height: 64,
    padding: { left: 26, right: 12, top: 8, bottom: 22 },
    autosize: "none",
    signals: timeSignals,
    data: ["marks", "sides"].map((name) => ({ name, values: [] })),
    scales: [timeScale, { name: "y", type: "point", domain: SIDES, range: "height", padding: 0.6 }],
    axes: [yearAxis],
    marks: [
      silent({
        type: "rule",
        from: { data: "sides" },
        encode: { enter: { stroke: { value: HAIR }, strokeWidth: { value: 2 } }, update: { x: { value: 0 }, x2: { signal: "width" }, y: { scale: "y", field: "side" } } },
      }),
      silent({
        type: "text",
        from: { data: "sides" },
        encode: { enter: { baseline: { value: "middle" }, fontWeight: { value: "bold" }, fontSize: { value: 12 } }, update: { x: { value: -18 }, y: { scale: "y", field: "side" }, text: { field: "letter" }, fill: { field: "colour" } } },
      }),
      nowRule,
      silent({
        type: "symbol",
        from: { data: "marks" },
        encode: {
          update: {
            x: { scale: "x", field: "t" }, y: { scale: "y", field: "side" }, shape: { field: "shape" }, size: { field: "size" },
            fill: { field: "fill" }, stroke: { field: "colour" }, strokeWidth: { value: 1.4 },
          },
        },
      }),
    ],
  };
}

const EVENT_SHAPE = { leaves: "triangle-down", "takes a seat": "triangle-up", abolished: "cross", dissolved: "cross" };

function timelineEntries(answer) {
  return SIDES.flatMap((side) => [
    ...answer[side].policy.map((entry) => ({ side, month: entry.month, kind: "policy", text: entry.note || changesWords(entry.changes) })),
    ...(answer[side].example?.events ?? []).map((event) => ({ side, month: event.month, kind: event.event, text: eventWords(answer[side].example, event) })),
  ]).sort((a, b) => a.month - b.month);
}

const changesWords = (changes) => Object.entries(changes ?? {}).map(([path, value]) => `${CONTROLS.get(path)?.label ?? path}: ${JSON.stringify(value)}`).join("; ");

function eventWords(example, event) {
  const who = event.partner === null || event.partner === undefined ? "" : `${example.partners[event.partner].name} `;
  const words = { leaves: "leaves", "takes a seat": "takes a seat", abolished: "is abolished", reorganised: "is reorganised" };
  return who ? `${who}${words[event.event] ?? event.event}` : event.event[0].toUpperCase() + event.event.slice(1);
}

function drawTimeline(figure, answer, { step, span }) {
  const entries = timelineEntries(answer);
  const marks = entries.filter((entry) => entry.kind !== "reorganised").map((entry) => ({
    side: entry.side,
    t: dateOf(answer.start, entry.month),
    colour: COLOUR[entry.side],
    fill: entry.kind === "policy" ? COLOUR[entry.side] : "#fbfaf7",
    shape: entry.kind === "policy" ? "diamond" : EVENT_SHAPE[entry.kind] ?? "circle",
    size: entry.kind === "policy" ? 130 : 28,
  }));
  const sides = SIDES.map((side) => ({ side, letter: LETTER[side], colour: COLOUR[side] }));
  const near = entries.filter((entry) => Math.abs(entry.month - step) <= 1).map((entry) => `${LETTER[entry.side]}: ${entry.text}`);
  const words = near.length ? `${monthName(answer.start, step)}. ${near.slice(0, 4).join("; ")}.` : `${monthName(answer.start, step)}. Nothing recorded in this month.`;
  figure.update({ marks, sides }, { span, now: dateOf(answer.start, step) }, words);
}

function timelineTable(answer) {
  return { head: ["Month", "Side", "What"], rows: timelineEntries(answer).map((e) => [monthName(answer.start, e.month), LETTER[e.side], `${e.kind === "policy" ? "Policy: " : ""}${e.text}`]) };
}

// ------------------------------------------------------------------ why a partner comes or stays away

/** Place of a partner in an example by its key, or -1. */
const seatOf = (example, key) => (example ? example.partners.findIndex((partner) => partner.key === key) : -1);

/** A partner's name to read, from whichever side has it. */
function partnerLabel(answer, key) {
  const partners = SIDES.map((side) => answer[side].example?.partners.find((partner) => partner.key === key));
  return partners.find(Boolean)?.name ?? key;
}

/** Chance that a member attends: the sum of its terms, put through the noisy choice. */
function attendanceChance(example, month, partner) {
  if (!isMember(example, month, partner)) return NaN;
  let utility = 0;
  for (let k = 0; k < TERMS.length; k += 1) utility += example.terms.at(k, month, partner);
  return 1 / (1 + Math.exp(-utility / example.attendance_noise));
}

/** The partner whose chance to come differs most between the sides, over the second half of the run. */
function tellingPartner(answer) {
  const [left, right] = SIDES.map((side) => answer[side].example);
  if (!left || !right) return (left ?? right)?.partners[0]?.key ?? null;
  let best = { key: left.partners[0].key, gap: -1 };
  left.partners.forEach((partner, i) => {
    const j = seatOf(right, partner.key);
    const gap = j < 0 || partner.sector === "council" ? -1 : Math.abs(meanChance(right, j) - meanChance(left, i));
    if (gap > best.gap) best = { key: partner.key, gap };
  });
  return best.key;
}

function meanChance(example, partner) {
  let sum = 0;
  const from = Math.floor(example.months_at.length / 2);
  for (let month = from; month < example.months_at.length; month += 1) sum += attendanceChance(example, month, partner) || 0;
  return sum / (example.months_at.length - from);
}

/** Mean of each term over the months from `first` to `last` in which the partner was a member. */
function meanTerms(example, partner, first, last) {
  const sums = TERMS.map(() => 0);
  let n = 0;
  for (let month = Math.max(0, first); month <= last; month += 1) {
    if (!isMember(example, month, partner)) continue;
    n += 1;
    TERMS.forEach((_, k) => { sums[k] += example.terms.at(k, month, partner); });
  }
  return n ? sums.map((sum) => sum / n) : null;
}

/** Mean of each term over all members and months of a run, or null if there is none. */
function meanTermsOfMembers(example) {
  if (!example) return null;
  const sums = TERMS.map(() => 0);
  let n = 0;
  for (let month = 0; month < example.months_at.length; month += 1) {
    for (let partner = 0; partner < example.partners.length; partner += 1) {
      if (!isMember(example, month, partner)) continue;
      n += 1;
      for (let k = 0; k < TERMS.length; k += 1) sums[k] += example.terms.at(k, month, partner);
    }
  }
  return n ? sums.map((sum) => sum / n) : null;
}

/** The last month, up to `month`, in which the partner was a member; -1 if it never was. */
function lastMonthAsMember(example, month, partner) {
  for (let m = month; m >= 0; m -= 1) if (isMember(example, m, partner)) return m;
  return -1;
}

function termsSpec() {
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 400,
    height: 330,
    padding: { left: 172, right: 12, top: 4, bottom: 34 },
    autosize: "none",
    signals: [{ name: "range", value: [-2, 2] }, { name: "order", value: [] }],
    data: [{ name: "bars", values: [] }],
    scales: [
      { name: "x", type: "linear", domain: { signal: "range" }, range: "width" },
      { name: "y", type: "band", domain: { signal: "order" }, range: "height", paddingInner: 0.3 },
      { name: "side", type: "band", domain: SIDES, range: [0, { signal: "bandwidth('y')" }] },
    ],
    axes: [
      { scale: "x", orient: "bottom", tickCount: 5, grid: true, format: "+", title: "← pushes away · draws in →" },
      { scale: "y", orient: "left", labelColor: INK, labelFontSize: 12, labelLimit: 168 },
    ],
    marks: [
      silent({
        type: "rect",
        from: { data: "bars" },
        encode: {
          update: {
            x: { scale: "x", value: 0 }, x2: { scale: "x", field: "value" },
            y: { scale: "y", field: "term", offset: { scale: "side", field: "side" } }, height: { scale: "side", band: 1 },
            fill: { field: "colour" }, fillOpacity: { value: 0.85 },
          },
        },
      }),
      silent({ type: "rule", encode: { enter: { stroke: { value: INK } }, update: { x: { scale: "x", value: 0 }, y: { value: 0 }, y2: { signal: "height" } } } }),
    ],
  };
}

/** The terms of a partner's decision on both sides, in the year up to the chosen month. */
function termsNow(answer, name, step) {
  return Object.fromEntries(SIDES.map((side) => {
    const example = answer[side].example;
    const partner = seatOf(example, name);
    if (partner < 0) return [side, null];
    const month = nearestIndex(example.months_at, step);
    const last = lastMonthAsMember(example, month, partner);
    if (last < 0) return [side, null];
    return [side, { example, partner, month, last, terms: TERMS.map((_, k) => example.terms.at(k, last, partner)) }];
  }));
}

function drawTerms(figure, answer, name, step) {
  const now = termsNow(answer, name, step);
  const used = TERMS.map((_, k) => k).filter((k) => SIDES.some((side) => now[side] && Math.abs(now[side].terms[k]) > 0.005));
  const bars = SIDES.flatMap((side) => (now[side] ? used.map((k) => ({ side, term: TERMS[k].label, value: now[side].terms[k], colour: COLOUR[side] })) : []));
  const most = Math.max(0.5, ...bars.map((bar) => Math.abs(bar.value)));
  const range = [-Math.ceil(most * 2) / 2, Math.ceil(most * 2) / 2];
  const told = SIDES.filter((side) => now[side]).map((side) => `${LETTER[side]}: ${extremes(now[side].terms)}`);
  figure.update({ bars }, { range, order: used.map((k) => TERMS[k].label) }, `${told.join(". ")}.`);
}

function extremes(terms) {
  const ranked = terms.map((value, k) => ({ value, label: TERMS[k].label })).sort((a, b) => b.value - a.value);
  const told = (rows) => rows.map((row) => `${row.label} ${signed(row.value)}`).join(", ");
  return `drawn most by ${told(ranked.slice(0, 1))}, pushed away most by ${told(ranked.slice(-1))}`;
}

const signed = (value) => `${value > 0 ? "+" : ""}${typographic(value.toFixed(1))}`;

function termsTable(answer, name, step) {
  const now = termsNow(answer, name, step);
  const value = (side, k) => (now[side] ? typographic(now[side].terms[k].toFixed(2)) : "–");
  return { head: ["What draws in (+) or pushes away (−)", "A", "B", "Meaning"], rows: TERMS.map((term, k) => [term.label, value("left", k), value("right", k), term.says]) };
}

/** Chance to come, month by month, on both sides. */
function chanceSpec() {
  const spec = fanSpec(150);
  spec.marks = spec.marks.filter((mark) => mark.type !== "area");
  return spec;
}

function chanceRows(answer, side, name) {
  const example = answer[side].example;
  const partner = seatOf(example, name);
  if (partner < 0) return [];
  return example.months_at.map((step, month) => ({ t: dateOf(answer.start, step), p50: attendanceChance(example, month, partner) }))
    .map((row) => (Number.isFinite(row.p50) ? row : { t: row.t, p50: null }));
}

function drawChance(figure, answer, name, { step, span }) {
  const rows = { left: chanceRows(answer, "left", name), right: chanceRows(answer, "right", name), difference: [], zero: [], policies: policyRows(answer) };
  rows.ends = endLabels(SIDES.filter((side) => Number.isFinite(rows[side].at(-1)?.p50)).map((side) => ({ at: rows[side].at(-1).p50, text: LETTER[side], colour: COLOUR[side] })), [0, 1]);
  const told = SIDES.map((side) => `${LETTER[side]}: ${chanceNow(answer, side, name, step)}`);
  figure.update(rows, { span, range: [0, 1], format: ".0%", now: dateOf(answer.start, step) }, `${monthName(answer.start, step)}. ${told.join("; ")}.`);
}

function chanceNow(answer, side, name, step) {
  const example = answer[side].example;
  const partner = seatOf(example, name);
  if (partner < 0) return "has no such seat";
  const chance = attendanceChance(example, nearestIndex(example.months_at, step), partner);
  return Number.isFinite(chance) ? `would come with ${plainPercent(chance)} % chance` : "has no seat any more";
}

function chanceTable(answer, name) {
  const rows = answer.left.example?.months_at.filter((step) => step % 12 === 11 || step === 0) ?? [];
  return { head: ["Month", "A", "B"], rows: rows.map((step) => [monthName(answer.start, step), chanceNow(answer, "left", name, step), chanceNow(answer, "right", name, step)]) };
}

/** Why a partner stays or leaves, in sentences. HTML. */
function whyWords(answer, name, step) {
  const told = SIDES.map((side) => `<p><span class="badge ${LETTER[side].toLowerCase()}">${LETTER[side]}</span> ${whySide(answer, side, name, step)}</p>`);
  const now = termsNow(answer, name, step);
  if (now.left && now.right) {
    const gaps = TERMS.map((term, k) => ({ term, gap: now.right.terms[k] - now.left.terms[k] })).sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap));
    const most = gaps.filter((one) => Math.abs(one.gap) > 0.05).slice(0, 3);
    if (most.length) told.push(`<p><b>What makes the difference on side B:</b> ${gapsWords(most, true)}.</p>`);
  }
  return told.join("");
}

const GONE = { leaves: "gave up its seat", abolished: "was abolished", dissolved: "lost its seat when the partnership was dissolved" };

function whySide(answer, side, name, step) {
  const example = answer[side].example;
  const partner = seatOf(example, name);
  const label = escaped(partnerLabel(answer, name));
  if (partner < 0) return `${label} has no seat on this board.`;
  const month = nearestIndex(example.months_at, step);
  const last = lastMonthAsMember(example, month, partner);
  if (last < 0) return `${label} has not taken its seat yet.`;
  if (last < month) {
    const concerns = (event) => (event.event === "dissolved" ? true : event.partner === partner && GONE[event.event]);
    const end = [...example.events].reverse().find((event) => event.month <= step && event.month >= last && concerns(event));
    return `${label} ${end ? `${GONE[end.event]} in` : "has had no seat since"} <b>${monthName(answer.start, end ? end.month : example.months_at[last])}</b>. ${sinceStart(example, partner, last)}`;
  }
  const chance = attendanceChance(example, month, partner);
  const verdict = chance > 0.6 ? "mostly comes" : chance < 0.3 ? "mostly stays away" : "wavers";
  return `${label} <b>${verdict}</b> (${plainPercent(chance)} % chance in ${monthName(answer.start, step)}). ${sinceStart(example, partner, last)}`;
}

/** Which terms moved most between the first year and the last months as a member. */
function sinceStart(example, partner, last) {
  const perYear = example.months_at.filter((step) => step < 12).length;
  const early = meanTerms(example, partner, 0, Math.max(0, perYear - 1));
  const late = meanTerms(example, partner, Math.max(perYear, last - Math.max(1, Math.round(perYear / 2)) + 1), last);
  if (!early || !late) return "";
  const moved = TERMS.map((term, k) => ({ term, gap: late[k] - early[k] })).sort((a, b) => a.gap - b.gap);
  const fell = moved.filter((one) => one.gap < -0.08).slice(0, 2);
  const rose = moved.filter((one) => one.gap > 0.08).slice(-2).reverse();
  const words = gapsWords([...fell, ...rose], true);
  return words ? `Against its first year: ${words}.` : "Little has moved since its first year.";
}
