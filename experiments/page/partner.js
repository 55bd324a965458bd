// Why a partner comes or stays away: the terms of its decision, over time and on both sides.

/** Place of a partner in an example by its key, or -1. */
const seatOf = (example, key) => (example ? example.partners.findIndex((partner) => partner.key === key) : -1);

/** A partner's name to read, from whichever side has it. */
function partnerLabel(answer, key) {
  const partners = SIDES.map((side) => answer[side].example?.partners.find((partner) => partner.key === key));
  return partners.find(Boolean)?.name ?? key;
}

/** Chances that a member goes in person and that it sends a junior; who has no half-day left sends a junior. */
function chancesOf(example, month, partner) {
  if (!isMember(example, month, partner)) return { inPerson: NaN, junior: NaN };
  let utility = 0;
  for (let k = 0; k < TERMS.length; k += 1) utility += example.term(k, month, partner);
  const weights = [utility, seatValue(example, "junior_utility", month, partner)].map(Math.exp);
  const [inPerson, junior] = weights.map((weight) => weight / (1 + weights[0] + weights[1]));
  return seatValue(example, "free_half_days", month, partner) >= 1 ? { inPerson, junior } : { inPerson: 0, junior: inPerson + junior };
}

/** Chance that a member goes in person. */
const chanceInPerson = (example, month, partner) => chancesOf(example, month, partner).inPerson;

/** The partner whose chance to go in person differs most between the sides, over the second half of the run. */
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
  const from = Math.floor(example.months / 2);
  for (let month = from; month < example.months; month += 1) sum += chanceInPerson(example, month, partner) || 0;
  return sum / (example.months - from);
}

/** Mean of each term over the months from `first` to `last` in which the partner was a member. */
function meanTerms(example, partner, first, last) {
  const sums = TERMS.map(() => 0);
  let n = 0;
  for (let month = Math.max(0, first); month <= last; month += 1) {
    if (!isMember(example, month, partner)) continue;
    n += 1;
    TERMS.forEach((_, k) => { sums[k] += example.term(k, month, partner); });
  }
  return n ? sums.map((sum) => sum / n) : null;
}

/** Mean of each term over all members and months of a run, or null if there is none. */
function meanTermsOfMembers(example) {
  if (!example) return null;
  const sums = TERMS.map(() => 0);
  let n = 0;
  for (let month = 0; month < example.months; month += 1) {
    for (let partner = 0; partner < example.partners.length; partner += 1) {
      if (!isMember(example, month, partner)) continue;
      n += 1;
      for (let k = 0; k < TERMS.length; k += 1) sums[k] += example.term(k, month, partner);
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
  return { height: 330, padding: { left: 204, right: 12, top: 4, bottom: 34 }, draw: termsMarks };
}

function termsMarks({ width, height }, { bars, range, order }) {
  const x = d3.scaleLinear(range, [0, width]);
  const y = d3.scaleBand(order, [0, height]).paddingInner(0.3);
  const side = d3.scaleBand(SIDES, [0, y.bandwidth()]);
  const told = x.tickFormat(5, "+");
  return [
    x.ticks(5).map((tick) => [rule(x(tick), 0, x(tick), height, { stroke: HAIR }), label(tick ? told(tick) : "0", x(tick), height + 14, { "text-anchor": "middle", fill: GREY })]),
    label("← pushes away · draws in →", width / 2, height + 28, { "text-anchor": "middle", fill: GREY }),
    order.map((term) => label(term, -6, y(term) + y.bandwidth() / 2, { "text-anchor": "end", "font-size": 12 })),
    bars.map(({ side: name, term, value, colour }) => drawn("rect", {
      x: Math.min(x(0), x(value)), y: y(term) + side(name), width: Math.abs(x(value) - x(0)), height: side.bandwidth(), fill: colour, "fill-opacity": 0.85,
    })),
    rule(x(0), 0, x(0), height),
  ];
}

/** The terms of a partner's decision on both sides, in the year up to the chosen month. */
function termsNow(answer, name, step) {
  return Object.fromEntries(SIDES.map((side) => {
    const example = answer[side].example;
    const partner = seatOf(example, name);
    if (partner < 0) return [side, null];
    const month = monthOf(example, step);
    const last = lastMonthAsMember(example, month, partner);
    if (last < 0) return [side, null];
    return [side, { example, partner, month, last, terms: TERMS.map((_, k) => example.term(k, last, partner)) }];
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

/** Chance to go in person, month by month, on both sides: a fan of one run, without bands. */
const chanceSpec = () => fanSpec(150);

function chanceRows(answer, side, name) {
  const example = answer[side].example;
  const partner = seatOf(example, name);
  if (partner < 0) return [];
  return overMonths(example.months, (month) => ({ t: dateOf(answer.start, month), p50: chanceInPerson(example, month, partner) }));
}

function drawChance(figure, answer, name, { step, span }) {
  const rows = { left: chanceRows(answer, "left", name), right: chanceRows(answer, "right", name), difference: [], zero: [], policies: policyRows(answer) };
  rows.ends = endLabels(SIDES.filter((side) => Number.isFinite(rows[side].at(-1)?.p50)).map((side) => ({ at: rows[side].at(-1).p50, text: LETTER[side], colour: COLOUR[side] })), [0, 1]);
  const told = SIDES.map((side) => `${LETTER[side]}: ${chanceNow(answer, side, name, step)}`);
  figure.update(rows, { span, range: [0, 1], format: "%", now: dateOf(answer.start, step) }, `${monthName(answer.start, step)}. ${told.join("; ")}.`);
}

function chanceNow(answer, side, name, step) {
  const example = answer[side].example;
  const partner = seatOf(example, name);
  if (partner < 0) return "has no such seat";
  const { inPerson, junior } = chancesOf(example, monthOf(example, step), partner);
  return Number.isFinite(inPerson) ? `goes in person with ${plainPercent(inPerson)} % chance, sends a junior with ${plainPercent(junior)} %` : "has no seat any more";
}

function chanceTable(answer, name) {
  const rows = answer.left.example ? endsOfYears(answer.left.example) : [];
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

const GONE = { abolished: "was abolished", dissolved: "lost its seat when the partnership was dissolved" };

function whySide(answer, side, name, step) {
  const example = answer[side].example;
  const partner = seatOf(example, name);
  const label = escaped(partnerLabel(answer, name));
  if (partner < 0) return `${label} has no seat on this board.`;
  const month = monthOf(example, step);
  const last = lastMonthAsMember(example, month, partner);
  if (last < 0) return `${label} has not taken its seat yet.`;
  if (last < month) {
    const concerns = (event) => (event.event === "dissolved" ? true : event.partner === partner && GONE[event.event]);
    const end = [...example.events].reverse().find((event) => event.month <= step && event.month >= last && concerns(event));
    return `${label} ${end ? `${GONE[end.event]} in` : "has had no seat since"} <b>${monthName(answer.start, end ? end.month : last)}</b>. ${sinceStart(example, partner, last)}`;
  }
  const { inPerson, junior } = chancesOf(example, month, partner);
  const away = 1 - inPerson - junior;
  const verdict = inPerson > 0.6 ? "mostly comes in person" : junior > 0.5 ? "mostly sends a junior" : away > 0.5 ? "mostly stays away" : "wavers";
  return `${label} <b>${verdict}</b> (${monthName(answer.start, step)}: in person ${plainPercent(inPerson)} %, a junior ${plainPercent(junior)} %). ${bodyWords(example, partner, month)} ${sinceStart(example, partner, last)}`;
}

/** Which terms moved most between the first year and the last months as a member. */
function sinceStart(example, partner, last) {
  const perYear = Math.min(12, example.months);
  const early = meanTerms(example, partner, 0, Math.max(0, perYear - 1));
  const late = meanTerms(example, partner, Math.max(perYear, last - Math.max(1, Math.round(perYear / 2)) + 1), last);
  if (!early || !late) return "";
  const moved = TERMS.map((term, k) => ({ term, gap: late[k] - early[k] })).sort((a, b) => a.gap - b.gap);
  const fell = moved.filter((one) => one.gap < -0.08).slice(0, 2);
  const rose = moved.filter((one) => one.gap > 0.08).slice(-2).reverse();
  const words = gapsWords([...fell, ...rose], true);
  return words ? `Against its first year: ${words}.` : "Little has moved since its first year.";
}
