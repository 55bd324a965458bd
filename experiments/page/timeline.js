// Policy dates of both sides and what befell the single runs, on one time axis.

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
