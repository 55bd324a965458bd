// Inside one partnership: its network month by month, policy dates and events.

const SECTORS = CATALOGUE.sectors;
const TERMS = CATALOGUE.terms;
const MOST_TIES = 260;
const MOST_NAMES = 24;

/** Partners on an ellipse, sectors side by side, lines for ties, thicker with more trust, size for influence. */
function networkSpec() {
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 420,
    height: 330,
    padding: { left: 4, right: 4, top: 4, bottom: 4 },
    autosize: "none",
    signals: [
      { name: "names", value: 1 },
      { name: "room", update: "names ? min(125, width * 0.31) : 24" },
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
          enter: { stroke: { value: GREY } },
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

function drawNetwork(figure, side, answer, { step, picked }) {
  const example = answer[side].example;
  if (!example) return figure.update({ ties: [], nodes: [] }, {}, "");
  const month = monthOf(example, step);
  const places = seatPlaces(example.partners);
  const many = example.partners.length > MOST_NAMES;
  const nodes = example.partners.map((partner, i) => networkNode(example, partner, i, places[i], month, partner.key === picked, many));
  const present = nodes.filter((node) => node.stands);
  const members = present.filter((node) => node.member);
  const came = members.filter((node) => node.came);
  const ties = networkTies(example, places, nodes, month);
  const top = [...members].sort((a, b) => b.influence - a.influence)[0];
  const words = members.length
    ? `${monthName(answer.start, step)}: ${came.length} of ${members.length} members came or sent somebody. ${top.words} has most influence, ${plainPercent(top.influence)} %. It ends as ${example.regime}.`
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
    fill: member && came ? colour : PAPER,
    stroke: picked ? INK : member ? colour : GREY,
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

function networkTies(example, places, nodes, month) {
  const ties = [];
  for (let i = 0; i < nodes.length; i += 1) {
    if (!nodes[i].member) continue;
    for (let j = i + 1; j < nodes.length; j += 1) {
      if (!nodes[j].member) continue;
      if (!example.tied(month, i, j)) continue;
      ties.push({ i, j, trust: (example.trust(month, i, j) + example.trust(month, j, i)) / 2 });
    }
  }
  ties.sort((a, b) => b.trust - a.trust);
  return ties.slice(0, MOST_TIES).map(({ i, j, trust }) => (
    { x: places[i].x, y: places[i].y, x2: places[j].x, y2: places[j].y, width: 0.4 + 2 * trust, opacity: 0.1 + 0.5 * trust }
  ));
}

function networkTable(answer, side, step) {
  const example = answer[side].example;
  const head = ["Partner", "Sector", "Seat", "Somebody came", "Influence", "Meetings in person, last year", "Ties", "Projects"];
  if (!example) return { head, rows: [] };
  const month = monthOf(example, step);
  const rows = example.partners.map((partner, i) => {
    const member = isMember(example, month, i);
    const value = (name) => (member ? plainNumber(seatValue(example, name, month, i)) : "–");
    return [partner.name, SECTORS.find((sector) => sector.name === partner.sector).label, member ? "member" : "no seat", member ? (seatValue(example, "attendance", month, i) > 0.5 ? "yes" : "no") : "–",
      value("influence"), value("person_record"), value("ties"), value("projects")];
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

const EVENT_SHAPE = { "takes a seat": "triangle-up", abolished: "cross", dissolved: "cross" };

function timelineEntries(answer) {
  return SIDES.flatMap((side) => [
    ...answer[side].policy.map((entry) => ({ side, month: entry.month, kind: "policy", text: entry.note || changesWords(entry.changes) })),
    ...(answer[side].example?.events ?? []).map((event) => ({ side, month: event.month, kind: event.event, text: eventWords(answer[side].example, event) })),
  ]).sort((a, b) => a.month - b.month);
}

const changesWords = (changes) => Object.entries(changes ?? {}).map(([path, value]) => `${CONTROLS.get(path)?.label ?? path}: ${JSON.stringify(value)}`).join("; ");

function eventWords(example, event) {
  const who = event.partner === null || event.partner === undefined ? "" : `${example.partners[event.partner].name} `;
  const words = { "takes a seat": "takes a seat", abolished: "is abolished", reorganised: "is reorganised" };
  return who ? `${who}${words[event.event] ?? event.event}` : event.event[0].toUpperCase() + event.event.slice(1);
}

function drawTimeline(figure, answer, { step, span }) {
  const entries = timelineEntries(answer);
  const marks = entries.filter((entry) => entry.kind !== "reorganised").map((entry) => ({
    side: entry.side,
    t: dateOf(answer.start, entry.month),
    colour: COLOUR[entry.side],
    fill: entry.kind === "policy" ? COLOUR[entry.side] : PAPER,
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
