// Policy dates of both sides and what befell the single runs, on one time axis.
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
