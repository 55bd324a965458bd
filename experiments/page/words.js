// Numbers as people read them, and the sentences of the page.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const YEAR = 12; // months
const MINUS = "−";
const NBSP = "\u00a0";
const typographic = (text) => String(text).replace(/^-/, MINUS);

/** Years and months since year 0, from "2001-04". */
const monthNumber = (text) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;

/** "April 2001" for a step of a run. */
function monthName(start, step) {
  const number = monthNumber(start) + step;
  return `${MONTHS[number % 12]} ${Math.floor(number / 12)}`;
}

/** The date of a step, for time axes. */
function dateOf(start, step) {
  const number = monthNumber(start) + step;
  return Date.UTC(Math.floor(number / 12), number % 12, 1);
}

const isShare = (unit) => unit.startsWith("share");

/** A value with so many digits as its size asks for. */
function plainNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size < 0.0005) return "0";
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  return typographic(value.toFixed(digits));
}

/** A control's value as it is shown beside the slider. */
function shown(control, value) {
  if (typeof value === "string") return choiceLabel(control, value);
  if (control.whole) return String(value);
  if (isShare(control.unit) && control.high === 1) return percent(value);
  if (control.unit.startsWith("£m")) return `£${plainNumber(value)}m`;
  return control.high - control.low > 50 ? String(Math.round(value)) : plainNumber(value);
}

function plainPercent(share) {
  const percent = Math.abs(share) < 0.0005 ? 0 : share * 100;
  return typographic(Math.abs(percent) >= 10 || Math.abs(percent - Math.round(percent)) < 0.05 ? percent.toFixed(0) : percent.toFixed(1));
}

const percent = (share) => `${plainPercent(share)}${NBSP}%`;

/** A measure's value with its unit, as it stands in a sentence. */
const measured = (measure, value, signed = false) => inUnit(MEASURES.get(measure).unit, value, signed);

/** A value in a unit, as it stands in a sentence. */
function inUnit(unit, value, signed = false) {
  if (!Number.isFinite(value)) return "–";
  const sign = signed && value >= 0.0005 ? "+" : "";
  if (isShare(unit)) return `${sign}${plainPercent(value)}${NBSP}${signed ? "points" : "%"}`;
  if (unit.startsWith("£m")) return `${value <= -0.0005 ? MINUS : sign}£${plainNumber(Math.abs(value))}m`;
  return `${sign}${plainNumber(value)}`;
}

/** "plural (n)" as in "71 of 100". */
const ofAll = (count, n) => (count === 0 ? "none" : count === n ? `all ${n}` : `${count} of ${n}`);

/** What partnerships do that end in a regime: "became talking shops". */
const FATE = Object.fromEntries(CATALOGUE.regimes.map((regime) => [regime.name, regime.fate]));

/** The same of so many: "1 of 20 became a talking shop". */
const fate = (regime, count) => (count === 1 ? FATE[regime].replace(/^were /, "was ").replace(/^became (.*)s$/, "became a $1") : FATE[regime]);

function choiceLabel(control, value) {
  if (control.path === "board") return BOARDS.get(value)?.label ?? value;
  if (control.path === "calendar") return CALENDARS.get(value)?.label ?? value;
  if (control.path === "levers.flexible_fund_gbp_m") return "the place’s own";
  const words = value.replaceAll("_", " ");
  return words;
}

/** "Staff team (ambitious)"; the dose where there are several. */
function interventionWords(intervention, dose) {
  return Object.keys(intervention.doses).length > 1 ? `${intervention.label} (${dose.replaceAll("_", " ")})` : intervention.label;
}

/** "April 2004", from "2004-04". */
const dateWords = (month) => monthName(month, 0);

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/** The result in words: how most runs of either side end, and the paired difference. HTML. */
function headlineWords(state, answer) {
  const n = answer.replicates;
  const same = JSON.stringify(requestOf(state).left) === JSON.stringify(requestOf(state).right);
  const ends = Object.fromEntries(SIDES.map((name) => [name, [...answer[name].final_regimes].sort((a, b) => b.count - a.count)]));
  const told = (name) => {
    const [most, second] = ends[name];
    const then = second.count > 0 ? `, ${ofAll(second.count, n)} ${fate(second.regime, second.count)}` : "";
    return `<b>${ofAll(most.count, n)}</b> ${n === 1 ? "" : "partnerships "}<b>${fate(most.regime, most.count)}</b>${then}`;
  };
  if (same) {
    return `<p class="lead">With these settings ${told("left")}.</p>
      <p>Both sides are the same. Move a lever of side B and see what changes.</p>`;
  }
  const lead = `<p class="lead"><span class="badge a">A</span> With these settings ${told("left")}.
    <span class="badge b">B</span> On the other side, with the same people and the same luck, ${told("right")}.</p>`;
  return lead + `<p>${differenceWords(answer)}</p>`;
}

/** What runs end as that work together. */
const WORKING = CATALOGUE.regimes.filter((regime) => regime.works).map((regime) => regime.name).join(" or ");

/** What B adds beyond what money alone would do, what it closes in all, and how many work together. HTML. */
function differenceWords({ left, right, difference, replicates }) {
  const { final: { added_value: added, outcome }, works } = difference;
  const working = ({ final_regimes }) => ofAll(CATALOGUE.regimes.reduce((sum, regime, r) => sum + regime.works * final_regimes[r].count, 0), replicates);
  return `Beyond what the same pounds alone would do, B adds ${moreOrLess(added)} of the gap to the national average than A (95${NBSP}% interval ${pointsTo(added)});
    in all it closes ${moreOrLess(outcome)} (${pointsTo(outcome)}). At the end ${working(left)} on A and ${working(right)} on B work together (${WORKING}):
    ${moreOrLess(works)} (${pointsTo(works)}).`;
}

/** "1.3 points more" where a difference is clear. HTML. */
function moreOrLess(found) {
  return isClear(found) ? `<b>${points(Math.abs(found.mean))} points ${found.mean > 0 ? "more" : "less"}</b>` : "neither clearly more nor less";
}

const pointsTo = ({ low, high }) => `${points(low)} to ${points(high)}`;

/** A share in points: tenths, below one of them hundredths. */
const points = (share) => typographic((share * 100).toFixed(Math.abs(share) < 0.00095 ? 2 : 1).replace(/^-(?=[0.]+$)/, ""));

/** What intervals of differences hold, and how much of the spread comes from what is unknown about behaviour. */
function spreadWords(remark, { difference, unknown_share: share }) {
  const parts = [remark ?? scopeWords(difference.works.sets)];
  if (Number.isFinite(share)) parts.push(`Of the spread of what is added, about ${percent(share)} is what is unknown about behaviour; the rest is luck.`);
  return parts.join(" ");
}

/** What intervals of differences hold where runs took turns with so many sets. */
function scopeWords(sets) {
  const { least_sets: least } = ENGINE.statistics;
  const few = sets < least ? ` With fewer than ${least} nothing is called clear.` : "";
  return `Intervals of differences hold the middle 95${NBSP}% of ${sets} accepted sets of numbers, each with the mean of its runs: chance and what is unknown about behaviour.${few}`;
}

/** What draws members in, on average over a typical run: the terms that differ most between the sides. HTML. */
function reasonWords(answer) {
  const means = SIDES.map((name) => meanTermsOfMembers(answer[name].example));
  if (!means[0] || !means[1]) return "";
  const gaps = TERMS.map((term, k) => ({ term, gap: means[1][k] - means[0][k] })).sort((a, b) => b.gap - a.gap);
  const more = gapsWords(gaps.filter((one) => one.gap > 0.1).slice(0, 3));
  const less = gapsWords(gaps.filter((one) => one.gap < -0.1).slice(-2).reverse());
  const told = [more ? `what brings members in on side B is ${more}` : "", less ? `${more ? "against it stands" : "what keeps members away on side B is"} ${less}` : ""].filter(Boolean);
  return told.length ? `Why? In a typical run, ${told.join("; ")}. <a href="#inside" data-jump="inside">Look inside one partnership</a>.` : "";
}

/** Whether a change of a term pulls more or pushes less, in words. */
function amountWords({ term, gap }) {
  if (term.pushes) return gap > 0 ? "less push from" : "more push from";
  return gap > 0 ? "more pull of" : "less pull of";
}

/** "more pull of a and b, less push from c": changes of terms in words, alike ones together; with numbers if wanted. HTML. */
function gapsWords(gaps, numbers = false) {
  const alike = new Map();
  for (const one of gaps) {
    const words = numbers ? `${one.term.label} (${signed(one.gap)})` : `<b>${one.term.label}</b>`;
    alike.set(amountWords(one), [...(alike.get(amountWords(one)) ?? []), words]);
  }
  return [...alike].map(([amount, words]) => `${amount} ${listed(words)}`).join(", ");
}

/** "a, b and c". */
const listed = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

/** One sentence for a fan chart at the chosen month. */
function fanWords(measure, answer, step, difference) {
  const when = monthName(answer.start, step);
  const row = (part) => answer[part].bands.get(measure).map((values) => values[step]);
  const told = (values, signed) =>
    `${measured(measure, values[MEDIAN], signed)} (${measured(measure, values[0], signed)} to ${measured(measure, values[QUANTILES.length - 1], signed)})`;
  if (difference) return `${when}: B minus A ${told(row("difference"), true)}.`;
  return `${when}: A ${told(row("left"))}, B ${told(row("right"))}.`;
}

/** The month of a single run at a step: while another answer's run is still shown it may be a shorter one. */
const monthOf = (example, step) => Math.min(step, example.months - 1);
