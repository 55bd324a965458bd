// Charts of many runs: fans over time, how they end, regimes.

const MOST_POINTS = 60;
const MOST_TICKS = 4;
const MOST_STEPS = 6;

// ------------------------------------------------------------------ parts of charts

const label = (text, x, y, attributes) => drawn("text", { x, y, dy: "0.32em", ...attributes }, text);
const rule = (x1, y1, x2, y2, attributes) => drawn("line", { x1, y1, x2, y2, stroke: INK, ...attributes });
const SHAPES = { square: d3.symbolSquare, circle: d3.symbolCircle, diamond: d3.symbolDiamond2, "triangle-up": d3.symbolTriangle, cross: d3.symbolCross };
const shape = (name, size, x, y, attributes) => drawn("path", { d: d3.symbol(SHAPES[name], size)(), transform: `translate(${x},${y})`, ...attributes });
const timeScale = (span, width) => d3.scaleUtc(span, [0, width]);

/** A hair line and a number at each tick of an upright scale. */
function valueAxis(y, width, format) {
  const told = y.tickFormat(MOST_TICKS, format);
  return y.ticks(MOST_TICKS).map((tick) => [
    rule(0, y(tick), width, y(tick), { stroke: HAIR }),
    label(spaced(told(tick)), -6, y(tick), { "text-anchor": "end", fill: GREY }),
  ]);
}

/** Years, or months of a short run, below a chart. */
function timeAxis(x, { width, height }) {
  const told = x.tickFormat();
  return x.ticks(width < 240 ? 3 : 6).map((tick) => label(told(tick), x(tick), height + 14, { "text-anchor": "middle", fill: GREY }));
}

/** "50 %" from "50%", kept on one line. */
const spaced = (text) => text.replace("%", `${NBSP}%`);

const policyRules = (policies, x, height) => policies.map(({ t }) => rule(x(t), 0, x(t), height, { stroke: GREY, "stroke-dasharray": "2 3", opacity: 0.7 }));
const nowRule = (now, x, height) => rule(x(now), -3, x(now), height, { opacity: 0.65 });

// ------------------------------------------------------------------ fans of runs over time

const nameOfQuantile = (share) => `p${Number((100 * share).toPrecision(6))}`;
const QUANTILE_NAMES = QUANTILES.map(nameOfQuantile);
/** Nested bands, the widest first and lightest: names of both ends, and the share of runs between them in words. */
const BANDS = QUANTILES.slice(0, MEDIAN).map((share, q) => (
  { low: QUANTILE_NAMES[q], high: QUANTILE_NAMES.at(-1 - q), told: percent(QUANTILES.at(-1 - q) - share), opacity: 0.09 + 0.05 * q }
));
const WIDEST = BANDS[0];
const BANDS_TOLD = `Line: median. Bands: ${listed(BANDS.map(({ told }) => told).reverse())} of runs, in brackets ${WIDEST.told}.`;

/** Fans of both sides, or of their difference: nested bands and the median. */
function fanSpec(height = 128) {
  return { height, padding: { left: 48, right: 20, top: 8, bottom: 22 }, isOverTime: true, draw: fanMarks };
}

function fanMarks({ width, height }, { span, range, format, now, policies, zero, ends, ...shown }) {
  const x = timeScale(span, width);
  const y = d3.scaleLinear(range, [height, 0]);
  const parts = Object.keys(COLOUR).filter((part) => shown[part].length);
  const line = d3.line((row) => x(row.t), (row) => y(row.p50)).defined((row) => Number.isFinite(row.p50));
  const band = ({ low, high }) => d3.area().x((row) => x(row.t)).y0((row) => y(row[low])).y1((row) => y(row[high]));
  return [
    valueAxis(y, width, format),
    timeAxis(x, { width, height }),
    policyRules(policies, x, height),
    zero.map(({ at }) => rule(0, y(at), width, y(at))),
    parts.flatMap((part) => BANDS.filter(({ low }) => low in shown[part][0]).map((one) => drawn("path", { d: band(one)(shown[part]), fill: COLOUR[part], "fill-opacity": one.opacity }))),
    parts.map((part) => drawn("path", { d: line(shown[part]), fill: "none", stroke: COLOUR[part], "stroke-width": 2.2, "stroke-linejoin": "round", "stroke-dasharray": DASH[part] })),
    nowRule(now, x, height),
    ends.map(({ at, text, colour }) => label(text, width + 5, y(at), { fill: colour, "font-size": 12, "font-weight": "bold" })),
  ];
}

/** Rows of a fan, thinned to what a small chart can show. */
function fanRows(bands, answer) {
  const n = answer.months;
  const stride = Math.max(1, Math.ceil(n / MOST_POINTS));
  const rows = [];
  for (let i = 0; i < n; i += 1) {
    if (i % stride && i !== n - 1) continue;
    if (!Number.isFinite(bands[MEDIAN][i])) continue;
    rows.push({ t: dateOf(answer.start, i), ...Object.fromEntries(QUANTILE_NAMES.map((name, q) => [name, bands[q][i]])) });
  }
  return rows;
}

/** A range that holds all rows, begins and ends where values can be, and stays put while they move a little. */
function steadyRange(sets, measure, difference) {
  const { low, high } = MEASURES.get(measure);
  const values = sets.flat().flatMap((row) => [row[WIDEST.low], row[WIDEST.high]]);
  const [bottom, top] = [Math.min(0, ...values), Math.max(0, ...values)];
  const ofOne = low === 0 && high === 1;
  if (ofOne && !difference && top > 0.3) return [0, top > 0.6 ? 1 : 0.6];
  if (bottom === top) return [difference ? -0.1 : 0, ofOne || difference ? 0.1 : 1];
  const [from, to] = d3.scaleLinear([bottom, top], [0, 1]).nice(MOST_STEPS).domain();
  return difference ? [from, to] : [Math.max(from, low ?? from), Math.min(to, high ?? to)];
}

/** Keep two end labels apart. */
function endLabels(labels, range) {
  if (labels.length === 2) {
    const gap = (range[1] - range[0]) * 0.1;
    const [lower, upper] = [...labels].sort((a, b) => a.at - b.at);
    if (upper.at - lower.at < gap) {
      const middle = (upper.at + lower.at) / 2;
      lower.at = middle - gap / 2;
      upper.at = middle + gap / 2;
    }
  }
  return labels;
}

/** Draw one measure of an answer into a fan figure. */
function drawFan(figure, measure, answer, { difference, step, span }) {
  const rows = Object.fromEntries(["left", "right", "difference"].map((part) => {
    const wanted = difference ? part === "difference" : part !== "difference";
    return [part, wanted ? fanRows(answer[part].bands.get(measure), answer) : []];
  }));
  const sets = Object.values(rows);
  const range = steadyRange(sets, measure, difference);
  rows.ends = endLabels(
    Object.entries(rows).filter(([, set]) => set.length).map(([part, set]) => ({
      at: set.at(-1).p50, text: part === "difference" ? "" : LETTER[part], colour: COLOUR[part],
    })),
    range,
  );
  rows.zero = range[0] < 0 ? [{ at: 0 }] : [];
  rows.policies = policyRows(answer);
  figure.update(
    rows,
    { span, range, format: isShare(MEASURES.get(measure).unit) ? "%" : "f", now: dateOf(answer.start, step) },
    fanWords(measure, answer, step, difference),
  );
}

function policyRows(answer) {
  const dates = new Set(SIDES.flatMap((name) => answer[name].policy.map((entry) => entry.month)));
  return [...dates].map((month) => ({ t: dateOf(answer.start, month) }));
}

/** The months of which tables have a row: the first, the last of every year, and the last of all. */
const endsOfYears = ({ months }) => overMonths(months, (step) => step).filter((step) => step % 12 === 11 || step === 0 || step === months - 1);

/** The table behind a fan: one row a year. */
function fanTable(measure, answer) {
  const head = ["Month", ...["A", "B", "B − A"].flatMap((part) => [`${part} median`, `${part}, ${WIDEST.told} of runs`])];
  const rows = [];
  for (const step of endsOfYears(answer)) {
    const told = (part) => {
      const bands = answer[part].bands.get(measure);
      const f = (q) => measured(measure, bands[q][step], part === "difference");
      return [f(MEDIAN), `${f(0)} to ${f(QUANTILES.length - 1)}`];
    };
    rows.push([monthName(answer.start, step), ...told("left"), ...told("right"), ...told("difference")]);
  }
  return { head, rows };
}

// ------------------------------------------------------------------ how they end

/** Two bars a regime with their 95 % interval. */
function endsSpec() {
  return { height: 230, padding: { left: 92, right: 84, top: 4, bottom: 22 }, draw: endsMarks };
}

function endsMarks({ width, height }, { bars }) {
  const x = d3.scaleLinear([0, 1], [0, width]);
  const y = d3.scaleBand(CATALOGUE.regimes.map(({ name }) => name), [0, height]).paddingInner(0.32);
  const side = d3.scaleBand(SIDES, [0, y.bandwidth()]).paddingInner(0.12);
  const told = x.tickFormat(2, "%");
  return [
    x.ticks(2).map((tick) => [rule(x(tick), 0, x(tick), height, { stroke: HAIR }), label(spaced(told(tick)), x(tick), height + 14, { "text-anchor": "middle", fill: GREY })]),
    y.domain().map((name) => inLines(name.split(" "), -8, y(name) + y.bandwidth() / 2, { "text-anchor": "end", "font-size": 12 })),
    bars.map((bar) => {
      const top = y(bar.regime) + side(bar.side);
      const middle = top + side.bandwidth() / 2;
      return [
        drawn("rect", { x: 0, y: top, width: x(bar.share), height: side.bandwidth(), fill: bar.colour, "fill-opacity": 0.85 }),
        bar.share > 0 ? rule(x(bar.low), middle, x(bar.high), middle, { "stroke-width": 1.2, opacity: 0.8 }) : null,
        label(bar.text, 5 + (bar.share > 0 ? x(bar.high) : 0), middle, { fill: bar.colour, "font-size": 12 }),
      ];
    }),
  ];
}

/** Words below each other, around a height. */
function inLines(words, x, y, attributes) {
  return words.map((word, i) => label(word, x, y + 13 * (i - (words.length - 1) / 2), attributes));
}

function drawEnds(figure, answer) {
  const bars = SIDES.flatMap((name) => answer[name].final_regimes.map((one) => ({
    side: name, regime: one.regime, share: one.share, low: one.low, high: one.high, colour: COLOUR[name],
    text: one.count ? `${LETTER[name]} ${one.count} of ${answer.replicates}` : `${LETTER[name]} none`,
  })));
  const told = SIDES.map((name) => `${LETTER[name]}: ${answer[name].final_regimes.filter((one) => one.count).map((one) => `${one.count} ${one.regime}`).join(", ")}`);
  const lines = SIDES.every((name) => answer[name].final_regimes[0].sets > 1) ? "the middle 95 % of sets" : "95 % intervals of chance";
  figure.update({ bars }, {}, `Of ${answer.replicates} runs. ${told.join(". ")}. Thin lines: ${lines}.`);
}

// ------------------------------------------------------------------ regimes over time

/** The colour of a regime; that of the dissolved follows the look of the page, where it would be dark on dark. */
const regimeFill = ({ name, colour }) => (name === "dissolved" ? "var(--dissolved)" : colour);

/** Shares of partnerships in each regime, on top of each other. */
function regimesSpec() {
  return { height: 170, padding: { left: 48, right: 12, top: 8, bottom: 22 }, isOverTime: true, draw: regimesMarks };
}

function regimesMarks({ width, height }, { span, now, policies, layers }) {
  const x = timeScale(span, width);
  const y = d3.scaleLinear([0, 1], [height, 0]);
  const told = y.tickFormat(2, "%");
  const area = d3.area().x((row) => x(row.t)).y0((row) => y(row.low)).y1((row) => y(row.high));
  return [
    y.ticks(2).map((tick) => label(spaced(told(tick)), -6, y(tick), { "text-anchor": "end", fill: GREY })),
    timeAxis(x, { width, height }),
    layers.map((layer) => drawn("path", { d: area(layer.rows), fill: regimeFill(layer), stroke: PAPER, "stroke-width": 0.8 })),
    policyRules(policies, x, height),
    nowRule(now, x, height),
    layers.map(({ rows, name, colour }) => {
      const place = labelPlace(rows, (name.length * 7) / width);
      return place ? label(name, x(place.t), y(place.at), { "text-anchor": "middle", "font-weight": 600, fill: inkOn(colour) }) : null;
    }),
  ];
}

/** Black or white, whichever reads better on a colour. */
function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? "#1f2a33" : "#ffffff";
}

function drawRegimes(figure, side, answer, { step, span }) {
  const n = answer.months;
  const stride = Math.max(1, Math.ceil(n / MOST_POINTS));
  const kept = overMonths(n, (step) => step).filter((step) => step % stride === 0 || step === n - 1);
  const below = kept.map(() => 0);
  const policies = answer[side].policy.map((entry) => ({ t: dateOf(answer.start, entry.month) }));
  const layers = CATALOGUE.regimes.map(({ name, colour }, r) => {
    const rows = kept.map((i, k) => {
      const low = below[k];
      below[k] += answer[side].regimes[r][i];
      return { t: dateOf(answer.start, i), low, high: below[k] };
    });
    return { name, colour, rows };
  });
  const told = CATALOGUE.regimes.map((regime, r) => [regime.name, answer[side].regimes[r][step]]).filter(([, share]) => share > 0.005)
    .sort((a, b) => b[1] - a[1]).map(([name, share]) => `${plainPercent(share)} % ${name}`);
  figure.update({ layers, policies }, { span, now: dateOf(answer.start, step) }, `${monthName(answer.start, step)}: ${told.join(", ")}.`);
}

/** Where a label fits best in an area: where it is thickest over the label's width (a share of the chart's). */
function labelPlace(rows, width) {
  let best = null;
  const edge = Math.ceil((rows.length * width) / 2);
  for (let i = edge; i < rows.length - edge; i += 1) {
    const around = rows.slice(Math.max(0, i - edge), i + edge);
    const low = Math.max(...around.map((row) => row.low));
    const high = Math.min(...around.map((row) => row.high));
    if (high - low > 0.11 && (!best || high - low > best.room)) best = { room: high - low, t: rows[i].t, at: (low + high) / 2 };
  }
  return best;
}

function regimesTable(answer, side) {
  const head = ["Month", ...CATALOGUE.regimes.map((regime) => regime.name)];
  const rows = endsOfYears(answer).map((step) => [monthName(answer.start, step), ...answer[side].regimes.map((shares) => `${plainPercent(shares[step])} %`)]);
  return { head, rows };
}
