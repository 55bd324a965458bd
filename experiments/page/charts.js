// Charts of many runs as Vega specifications: fans over time, how they end, regimes.

const MOST_POINTS = 60;

// ------------------------------------------------------------------ parts of specifications

const timeScale = { name: "x", type: "utc", domain: { signal: "span" }, range: "width" };
const yearAxis = { scale: "x", orient: "bottom", format: "%Y", tickCount: { signal: "width < 200 ? 3 : width < 340 ? 4 : 6" }, labelOverlap: true, labelFlush: true };
const timeSignals = [
  { name: "span", value: [Date.UTC(2001, 3, 1), Date.UTC(2013, 2, 1)] },
  { name: "now", value: 0 },
];
const silent = (mark) => ({ aria: false, interactive: false, ...mark });
const policyRules = silent({
  type: "rule",
  from: { data: "policies" },
  encode: {
    enter: { stroke: { value: "#8b949c" }, strokeDash: { value: [2, 3] } },
    update: { x: { scale: "x", field: "t" }, y: { value: 0 }, y2: { signal: "height" } },
  },
});
const nowRule = silent({
  type: "rule",
  encode: {
    enter: { stroke: { value: INK }, strokeWidth: { value: 1 } },
    update: { x: { scale: "x", signal: "now" }, y: { value: -3 }, y2: { signal: "height" }, opacity: { value: 0.65 } },
  },
});

// ------------------------------------------------------------------ fans of runs over time

/** Fans of both sides, or of their difference: middle half, middle 90 % and median. */
function fanSpec(height = 128) {
  const parts = ["left", "right", "difference"];
  const area = (part, low, high, opacity) => silent({
    type: "area",
    from: { data: part },
    encode: {
      enter: { fill: { value: COLOUR[part] }, fillOpacity: { value: opacity } },
      update: { x: { scale: "x", field: "t" }, y: { scale: "y", field: low }, y2: { scale: "y", field: high } },
    },
  });
  const line = (part) => silent({
    type: "line",
    from: { data: part },
    encode: {
      enter: { stroke: { value: COLOUR[part] }, strokeWidth: { value: 2.2 }, strokeDash: { value: DASH[part] } },
      update: { x: { scale: "x", field: "t" }, y: { scale: "y", field: "p50" }, defined: { signal: "isValid(datum.p50)" } },
    },
  });
  const label = silent({
    type: "text",
    from: { data: "ends" },
    encode: {
      enter: { fontWeight: { value: "bold" }, baseline: { value: "middle" }, dx: { value: 5 }, fontSize: { value: 12 } },
      update: { x: { signal: "width" }, y: { scale: "y", field: "at" }, text: { field: "text" }, fill: { field: "colour" } },
    },
  });
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 300,
    height,
    padding: { left: 40, right: 20, top: 8, bottom: 22 },
    autosize: "none",
    signals: [...timeSignals, { name: "range", value: [0, 1] }, { name: "format", value: ".0%" }],
    data: [...parts, "ends", "policies", "zero"].map((name) => ({ name, values: [] })),
    scales: [timeScale, { name: "y", type: "linear", domain: { signal: "range" }, range: "height" }],
    axes: [
      { scale: "y", orient: "left", grid: true, tickCount: 4, format: { signal: "format" } },
      yearAxis,
    ],
    marks: [
      policyRules,
      silent({
        type: "rule",
        from: { data: "zero" },
        encode: { enter: { stroke: { value: INK } }, update: { x: { value: 0 }, x2: { signal: "width" }, y: { scale: "y", field: "at" } } },
      }),
      ...parts.flatMap((part) => [area(part, "p05", "p95", 0.14), area(part, "p25", "p75", 0.24)]),
      ...parts.map(line),
      nowRule,
      label,
    ],
  };
}

const BAND_NAMES = ["p05", "p25", "p50", "p75", "p95"];

/** Rows of a fan, thinned to what a small chart can show. */
function fanRows(bands, answer) {
  const n = answer.months;
  const stride = Math.max(1, Math.ceil(n / MOST_POINTS));
  const rows = [];
  for (let i = 0; i < n; i += 1) {
    if (i % stride && i !== n - 1) continue;
    if (!Number.isFinite(bands[2][i])) continue;
    const row = { t: dateOf(answer.start, i) };
    BAND_NAMES.forEach((name, q) => { row[name] = bands[q][i]; });
    rows.push(row);
  }
  return rows;
}

/** A range that holds all rows and stays put while they move a little. */
function steadyRange(sets, measure, difference) {
  const { unit, low, high } = MEASURES.get(measure);
  const values = sets.flat().flatMap((row) => [row.p05, row.p95]);
  const top = Math.max(...values, 0);
  const bottom = Math.min(...values, 0);
  const bounded = low === 0 && high === 1;
  if (bounded && !difference && top > 0.3) return [0, top > 0.6 ? 1 : 0.6];
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((s) => Math.max(top, -bottom) <= 4 * s) ?? 1000;
  const range = [Math.floor(bottom / step) * step, Math.max(step, Math.ceil(top / step) * step)];
  return isShare(unit) || bounded ? range : range;
}

function axisFormat(measure, range) {
  const { unit } = MEASURES.get(measure);
  const extent = range[1] - range[0];
  if (isShare(unit)) return extent < 0.05 ? ".1%" : ".0%";
  return extent >= 5 ? "~s" : extent < 0.05 ? ".3f" : extent < 0.5 ? ".2f" : ".1f";
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
    { span, range, format: axisFormat(measure, range), now: dateOf(answer.start, step) },
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
  const head = ["Month", "A median", "A 90 %", "B median", "B 90 %", "B − A median", "B − A 90 %"];
  const rows = [];
  for (const step of endsOfYears(answer)) {
    const told = (part) => {
      const bands = answer[part].bands.get(measure);
      const f = (q) => measured(measure, bands[q][step], part === "difference");
      return [f(2), `${f(0)} to ${f(4)}`];
    };
    rows.push([monthName(answer.start, step), ...told("left"), ...told("right"), ...told("difference")]);
  }
  return { head, rows };
}

// ------------------------------------------------------------------ how they end

/** Two bars a regime with their 95 % interval. */
function endsSpec() {
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 400,
    height: 230,
    padding: { left: 92, right: 84, top: 4, bottom: 22 },
    autosize: "none",
    signals: [],
    data: [{ name: "bars", values: [] }],
    scales: [
      { name: "x", type: "linear", domain: [0, 1], range: "width" },
      { name: "y", type: "band", domain: CATALOGUE.regimes.map((r) => r.name), range: "height", paddingInner: 0.32 },
      { name: "side", type: "band", domain: SIDES, range: [0, { signal: "bandwidth('y')" }], paddingInner: 0.12 },
    ],
    axes: [
      { scale: "x", orient: "bottom", format: ".0%", tickCount: 3, grid: true },
      { scale: "y", orient: "left", labelColor: INK, labelFontSize: 12, labelPadding: 8, encode: { labels: { update: { text: { signal: "split(datum.value, ' ')" }, dy: { value: -6 } } } } },
    ],
    marks: [
      silent({
        type: "rect",
        from: { data: "bars" },
        encode: {
          update: {
            x: { value: 0 }, x2: { scale: "x", field: "share" },
            y: { scale: "y", field: "regime", offset: { scale: "side", field: "side" } },
            height: { scale: "side", band: 1 }, fill: { field: "colour" }, fillOpacity: { value: 0.85 },
          },
        },
      }),
      silent({
        type: "rule",
        from: { data: "bars" },
        encode: {
          enter: { stroke: { value: INK }, strokeWidth: { value: 1.2 } },
          update: {
            x: { scale: "x", field: "low" }, x2: { scale: "x", field: "high" },
            y: { scale: "y", field: "regime", offset: { signal: "scale('side', datum.side) + bandwidth('side') / 2" } },
            opacity: { signal: "datum.share > 0 ? 0.8 : 0" },
          },
        },
      }),
      silent({
        type: "text",
        from: { data: "bars" },
        encode: {
          enter: { baseline: { value: "middle" }, dx: { value: 5 }, fontSize: { value: 12 } },
          update: {
            x: { scale: "x", signal: "datum.share > 0 ? max(datum.high, datum.share) : 0" },
            y: { scale: "y", field: "regime", offset: { signal: "scale('side', datum.side) + bandwidth('side') / 2" } },
            text: { field: "text" }, fill: { field: "colour" },
          },
        },
      }),
    ],
  };
}

function drawEnds(figure, answer) {
  const bars = SIDES.flatMap((name) => answer[name].final_regimes.map((one) => ({
    side: name, regime: one.regime, share: one.share, low: one.low, high: one.high, colour: COLOUR[name],
    text: one.count ? `${LETTER[name]} ${one.count} of ${answer.replicates}` : `${LETTER[name]} none`,
  })));
  const told = SIDES.map((name) => `${LETTER[name]}: ${answer[name].final_regimes.filter((one) => one.count).map((one) => `${one.count} ${one.regime}`).join(", ")}`);
  figure.update({ bars }, {}, `Of ${answer.replicates} runs. ${told.join(". ")}. Thin lines: 95 % intervals.`);
}

// ------------------------------------------------------------------ regimes over time

function regimesSpec() {
  const regimes = CATALOGUE.regimes;
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 400,
    height: 170,
    padding: { left: 40, right: 12, top: 8, bottom: 22 },
    autosize: "none",
    signals: timeSignals,
    data: [...regimes.map((_, r) => `regime${r}`), "labels", "policies"].map((name) => ({ name, values: [] })),
    scales: [timeScale, { name: "y", type: "linear", domain: [0, 1], range: "height" }],
    axes: [{ scale: "y", orient: "left", tickCount: 2, format: ".0%" }, yearAxis],
    marks: [
      ...regimes.map((regime, r) => silent({
        type: "area",
        from: { data: `regime${r}` },
        encode: {
          enter: { fill: { value: regime.colour }, stroke: { value: "#fff" }, strokeWidth: { value: 0.8 } },
          update: { x: { scale: "x", field: "t" }, y: { scale: "y", field: "low" }, y2: { scale: "y", field: "high" } },
        },
      })),
      policyRules,
      nowRule,
      silent({
        type: "text",
        from: { data: "labels" },
        encode: {
          enter: { baseline: { value: "middle" }, align: { value: "center" }, fontWeight: { value: 600 } },
          update: { x: { scale: "x", field: "t" }, y: { scale: "y", field: "at" }, text: { field: "text" }, fill: { field: "colour" } },
        },
      }),
    ],
  };
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
  const rows = { labels: [], policies: answer[side].policy.map((entry) => ({ t: dateOf(answer.start, entry.month) })) };
  CATALOGUE.regimes.forEach((regime, r) => {
    const shares = answer[side].regimes[r];
    rows[`regime${r}`] = kept.map((i, k) => {
      const low = below[k];
      below[k] += shares[i];
      return { t: dateOf(answer.start, i), low, high: below[k] };
    });
    const label = labelPlace(rows[`regime${r}`], (regime.name.length * 7) / Math.max(1, figure.view.width()));
    if (label) rows.labels.push({ ...label, text: regime.name, colour: inkOn(regime.colour) });
  });
  const told = CATALOGUE.regimes.map((regime, r) => [regime.name, answer[side].regimes[r][step]]).filter(([, share]) => share > 0.005)
    .sort((a, b) => b[1] - a[1]).map(([name, share]) => `${plainPercent(share)} % ${name}`);
  figure.update(rows, { span, now: dateOf(answer.start, step) }, `${monthName(answer.start, step)}: ${told.join(", ")}.`);
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
