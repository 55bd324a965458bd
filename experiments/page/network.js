// Inside one partnership: its network month by month, policy dates and events.

const SECTORS = CATALOGUE.sectors;
const TERMS = CATALOGUE.terms;
const MOST_TIES = 260;
const MOST_NAMES = 24;

/** Partners on an ellipse, sectors side by side, lines for ties, thicker with more trust, size for influence. */
function networkSpec() {
  return { height: 330, padding: { left: 4, right: 4, top: 4, bottom: 4 }, draw: networkMarks };
}

function networkMarks({ width, height }, { ties, nodes, names }) {
  const room = names ? Math.min(125, width * 0.31) : 24;
  const x = d3.scaleLinear([-1, 1], [room, width - room]);
  const y = d3.scaleLinear([-1, 1], [height - 16, 16]);
  return [
    ties.map((tie) => rule(x(tie.x), y(tie.y), x(tie.x2), y(tie.y2), { stroke: GREY, "stroke-width": tie.width, "stroke-opacity": tie.opacity })),
    nodes.map((node) => shape(node.shape, node.size, x(node.x), y(node.y), {
      "data-name": node.name, class: "clickable", fill: node.fill, stroke: node.stroke, "stroke-width": node.picked ? 3 : node.member ? 1.6 : 0.8,
    })),
    nodes.map((node) => inLines([node.label].flat(), x(node.x) + (node.align === "left" ? node.away : -node.away), y(node.y), {
      "data-name": node.name, class: "clickable", "text-anchor": node.align === "left" ? "start" : "end", fill: node.member ? INK : GREY,
      "font-weight": node.picked ? "bold" : null, "font-size": width < 330 ? 9.5 : 11,
    })),
  ];
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
const seatValue = (example, name, month, partner) => example.value(column(example, name), month, partner);
const isMember = (example, month, partner) => seatValue(example, "is_member", month, partner) > 0.5;

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
  return { height: 64, padding: { left: 26, right: 12, top: 8, bottom: 22 }, isOverTime: true, draw: timelineMarks };
}

function timelineMarks({ width, height }, { span, now, marks, sides }) {
  const x = timeScale(span, width);
  const y = d3.scalePoint(SIDES, [0, height]).padding(0.6);
  return [
    timeAxis(x, { width, height }),
    sides.map(({ side, letter, colour }) => [
      rule(0, y(side), width, y(side), { stroke: HAIR, "stroke-width": 2 }),
      label(letter, -18, y(side), { fill: colour, "font-size": 12, "font-weight": "bold" }),
    ]),
    nowRule(now, x, height),
    marks.map((mark) => shape(mark.shape, mark.size, x(mark.t), y(mark.side), { fill: mark.fill, stroke: mark.colour, "stroke-width": 1.4 })),
  ];
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
