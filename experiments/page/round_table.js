// The bodies round a table in one month: who is there in which rank, ties that come and go, items, and who commits money.

const MOST_TIES = 260;
const MOST_NAMES = 24;
const RANKS = ["away", "a junior", "in person"];
const MADE = "var(--made)";
const LOST = "var(--lost)";

/** Places around the table for partners, sector by sector and the k-th clockwise; rows evenly apart, so that names have room. */
function seatPlaces(partners) {
  const order = partners.map((_, i) => i)
    .sort((a, b) => SECTORS.findIndex((s) => s.name === partners[a].sector) - SECTORS.findIndex((s) => s.name === partners[b].sector) || a - b);
  const places = new Array(partners.length);
  const right = Math.ceil(order.length / 2);
  order.forEach((partner, k) => {
    const isRight = k < right;
    const rows = isRight ? right : order.length - right;
    const row = isRight ? k : order.length - 1 - k;
    const y = (2 * (row + 0.5)) / rows - 1;
    places[partner] = { k, x: (isRight ? 1 : -1) * (1 - Math.abs(y) ** 2.6) ** (1 / 2.6), y };
  });
  return places;
}

/** What is seen round the table of a run in a month. */
function tableOf(example, month, picked) {
  const items = example.minutes(month);
  const seats = example.partners.map((partner, i) => ({
    i, key: partner.key, name: partner.name, sector: partner.sector,
    isMember: isMember(example, month, i),
    rank: example.rank(month, i),
    proposes: items.map((item, k) => (item.proposer === i ? k : -1)).filter((k) => k >= 0),
    commits: items.some((item) => item.isAdopted && item.team.includes(i)),
    supports: items.some((item) => item.supporters.includes(i)),
    pooled: isMember(example, month, i) ? seatValue(example, "pooled_gbp_m", month, i) : 0,
    influence: isMember(example, month, i) ? seatValue(example, "influence", month, i) : 0,
    isPicked: partner.key === picked,
  }));
  return { seats, items, ties: tiesOf(example, month), places: seatPlaces(example.partners) };
}

/** Ties at the end of a month between members, with those that were made in it and those that lapsed. */
function tiesOf(example, month) {
  const ties = [];
  for (let i = 0; i < example.partners.length; i += 1) {
    for (let j = i + 1; j < example.partners.length; j += 1) {
      const [was, is] = [example.tiedBefore(month, i, j), example.tied(month, i, j)];
      if ((!was && !is) || !isMember(example, month, i) || !isMember(example, month, j)) continue;
      ties.push({ i, j, change: was === is ? "kept" : is ? "made" : "lost", trust: (example.trust(month, i, j) + example.trust(month, j, i)) / 2 });
    }
  }
  return ties;
}

const NO_PADDING = { left: 0, right: 0, top: 0, bottom: 0 };
const LEAST_DRAWING = 240;
/** Marks with the size of letters that a width has room for. */
const lettered = (width, marks) => drawn("g", { "font-size": width < 330 ? 10 : 11.5 }, marks);

/** The bodies round their table; higher with more seats. */
function tableSpec() {
  const height = ({ seats }) => Math.max(330, (seats.length > MOST_NAMES ? 14 : 30) * Math.ceil(seats.length / 2) + 40);
  return { height, padding: NO_PADDING, least_width: LEAST_DRAWING, draw: tableMarks, focus: focusSeat };
}

/** The seats that are drawn, clockwise. */
const seatsDrawn = (drawing) => [...drawing.querySelectorAll(".seat")].sort((one, other) => one.dataset.place - other.dataset.place);

/** Focus the seat of a body, or if it has none any more the first. */
function focusSeat(drawing, key) {
  const seats = seatsDrawn(drawing);
  (seats.find((seat) => seat.dataset.partner === key) ?? seats[0])?.focus({ preventScroll: true });
}

/** Seats by keys: each table is one stop of the tab key, arrows go round it, Enter or space picks. */
function pickByKeys({ drawing }, pick) {
  drawing.addEventListener("focusin", ({ target }) => {
    for (const seat of seatsDrawn(drawing)) seat.setAttribute("tabindex", seat === target ? 0 : -1);
  });
  drawing.addEventListener("keydown", (event) => {
    const seats = seatsDrawn(drawing);
    const at = seats.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) seats.at(to % seats.length).focus();
    else if (["Enter", " "].includes(event.key)) pick(event.target.dataset.partner);
    else return;
    event.preventDefault();
  });
}

function tableMarks({ width, height }, { seats, items, ties, places }) {
  const many = seats.length > MOST_NAMES;
  const room = many ? 34 : Math.min(140, width * 0.3);
  const reach = { x: width / 2 - room, y: height / 2 - 24 };
  const at = (i, away = 0) => ({ x: width / 2 + places[i].x * (reach.x + away), y: height / 2 + places[i].y * (reach.y + away * 0.4) });
  const shown = ties.filter((tie) => tie.change !== "kept").concat(ties.filter((tie) => tie.change === "kept").sort((a, b) => b.trust - a.trust).slice(0, MOST_TIES));
  const wood = paintWood(width, height, reach);
  const lines = shown.reverse().map((tie) => paintTie(tie, at(tie.i, -9), at(tie.j, -9)));
  const taken = seats.filter((seat) => seat.isMember).sort((a, b) => a.isPicked - b.isPicked).map((seat) => ({ seat, place: at(seat.i, AWAY[Math.max(0, seat.rank)]) }));
  const halos = taken.map(({ seat, place }) => drawn("circle", { class: "halo", cx: place.x, cy: place.y, r: 3 + 38 * Math.sqrt(seat.influence), fill: colourOf(seat.sector), "fill-opacity": "0.2" }));
  const stop = (taken.find(({ seat }) => seat.isPicked) ?? taken[0])?.seat;
  const bodies = taken.map(({ seat, place }) => paintSeat(seat, place, places[seat.i], { many, width, room, isStop: seat === stop }));
  return lettered(width, [wood, halos, lines, paintPapers(items, width, height, reach), bodies]);
}

/** The table itself, a superellipse. */
function paintWood(width, height, reach) {
  const points = Array.from({ length: 72 }, (_, k) => {
    const angle = (k / 72) * 2 * Math.PI;
    const bent = (value) => Math.sign(value) * Math.abs(value) ** (2 / 2.6);
    return `${(width / 2 + bent(Math.cos(angle)) * (reach.x - 11)).toFixed(1)},${(height / 2 + bent(Math.sin(angle)) * (reach.y - 5)).toFixed(1)}`;
  });
  return drawn("polygon", { class: "wood", points: points.join(" "), fill: "var(--wood)", stroke: HAIR });
}

function paintTie({ change, trust }, from, to) {
  const place = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  if (change === "made") return drawn("line", { class: "tie made", ...place, stroke: MADE, "stroke-width": 2.6 });
  if (change === "lost") return drawn("line", { class: "tie lost", ...place, stroke: LOST, "stroke-width": 1.8, "stroke-dasharray": "4 4" });
  return drawn("line", { class: "tie kept", ...place, stroke: GREY, "stroke-width": 0.4 + 2 * trust, "stroke-opacity": (0.08 + 0.35 * trust).toFixed(2) });
}

/** The items of the month as papers on the table, numbered as in the words: filled are those adopted. */
function paintPapers(items, width, height, reach) {
  const size = { x: Math.min(96, Math.max(76, reach.x * 1.1)), y: 17 };
  const top = height / 2 - (items.length * (size.y + 4)) / 2;
  return items.map((item, k) => {
    const y = top + k * (size.y + 4);
    const paper = drawn("rect", { class: "paper", x: width / 2 - size.x / 2, y, width: size.x, height: size.y, rx: 3, fill: item.isAdopted ? INK : PAPER, stroke: INK, "stroke-dasharray": item.isAdopted ? null : "3 2" });
    const words = drawn("text", { x: width / 2, y: y + size.y / 2 + 4, "text-anchor": "middle", fill: item.isAdopted ? PAPER : INK, "font-size": 10.5 }, `${k + 1} ${CATALOGUE.topics[item.theme]}`);
    return drawn("g", { class: item.isAdopted ? "item adopted" : "item" }, paper, words);
  });
}

/** The shape of a sector, about 0 and of the area of a circle of radius 1. */
const outline = (sector) => d3.symbol(SHAPES[SECTOR_SHAPE[sector]], Math.PI)();
/** By rank: how large a body is, and how far from the table. */
const RANK_SIZE = [5.5, 5.5, 9.5];
const AWAY = [9, 3, 0];
const colourOf = (sector) => SECTORS.find((one) => one.name === sector).colour;

/** A body: a shape and colour for its sector, large in person, small by a junior, empty if nobody came. */
function paintSeat(seat, { x, y }, at, { many, width, room, isStop }) {
  const isRight = at.x > 0;
  const colour = colourOf(seat.sector);
  const rank = Math.max(0, seat.rank);
  const size = RANK_SIZE[rank] * (many ? 0.75 : 1);
  const shape = drawn("path", {
    class: "dot", d: outline(seat.sector), transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${size})`, "vector-effect": "non-scaling-stroke",
    fill: seat.rank > 0 ? colour : PAPER, stroke: seat.isPicked ? INK : colour, "stroke-width": seat.isPicked ? 3 : 1.5, "stroke-dasharray": seat.rank > 0 ? null : "2 2",
  });
  const ring = seat.commits ? drawn("circle", { class: "commits", cx: x, cy: y, r: size + 4, fill: "none", stroke: INK, "stroke-width": 1.6 }) : null;
  const tick = seat.supports ? drawn("path", { class: "supports", d: "M-4 0l3 3l5-7", transform: `translate(${(x + (isRight ? -15 : 15)).toFixed(1)} ${y.toFixed(1)})`, fill: "none", stroke: INK, "stroke-width": 1.8 }) : null;
  const coin = seat.pooled > 0 ? drawn("circle", { class: "pools", cx: x + (isRight ? -7 : 7), cy: y + 8, r: 4, fill: "#e0b400", stroke: "#6b5500" }) : null;
  const number = drawn("text", { class: "proposes", x: x + (isRight ? -24 : 24), y: y + 4, "text-anchor": isRight ? "end" : "start", fill: INK, "font-weight": "bold", stroke: PAPER, "stroke-width": 3, "paint-order": "stroke" }, seat.proposes.map((k) => k + 1).join(" "));
  const name = paintName(seat, x, y, isRight, { many, width, room });
  const told = `${seat.name}: ${RANKS[seat.rank] ?? "no meeting"}`;
  const options = { role: "option", tabindex: isStop ? 0 : -1, "aria-label": told, "aria-selected": seat.isPicked };
  const focus = drawn("circle", { class: "focus", cx: x, cy: y, r: size + 8, fill: "none" });
  return drawn("g", { class: "seat", ...options, "data-partner": seat.key, "data-rank": seat.rank, "data-name": seat.name, "data-place": at.k }, drawn("title", {}, told), focus, ring, shape, tick, coin, number, name);
}

/** A name beside its seat: outside the table, or within it where there are too many for names, and one is picked or focused. */
function paintName({ name, isPicked, rank }, x, y, isRight, { many, width, room }) {
  const size = width < 330 ? 9 : 10.5;
  const lines = wrapped(name, many ? 40 : Math.floor((room - 16) / (size * 0.58)));
  const isOut = isRight !== many;
  const away = rank === 2 ? 18 : 14;
  const align = { x: x + (isOut ? away : -away), "text-anchor": isOut ? "start" : "end" };
  return lines.map((line, k) => drawn("text", { ...align, y: y + 4 + (k - (lines.length - 1) / 2) * (size + 0.5), fill: rank > 0 || isPicked ? INK : GREY, "font-weight": isPicked ? "bold" : null, "font-size": size, visibility: many && !isPicked ? "hidden" : null, stroke: many ? PAPER : null, "stroke-width": many ? 3 : null, "paint-order": many ? "stroke" : null }, line));
}

/** A name on lines of at most so many letters, as far as its words allow it. */
function wrapped(text, most) {
  const lines = [];
  for (const word of text.split(/ |(?<=-)/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= most) lines[lines.length - 1] = `${line}${line.endsWith("-") ? "" : " "}${word}`;
    else lines.push(word);
  }
  return lines;
}

function drawTable(figure, side, answer, { step, picked }) {
  const { example } = answer[side];
  if (!example) return;
  const month = monthOf(example, step);
  figure.update(tableOf(example, month, picked), {}, `${monthName(answer.start, step)}: ${attendanceWords(example, month)} ${decisionWords(example, month)}`);
}

/** Who sits there, in which rank, and with whom it is tied, as rows. */
function seatsTable(answer, side, step) {
  const { example } = answer[side];
  const head = ["Partner", "Sector", "At the board", "Influence", "Ties", "Projects", "Own money, £m", "Meetings in person, last year"];
  if (!example) return { head, rows: [] };
  const month = monthOf(example, step);
  const rows = example.partners.map((partner, i) => {
    const member = isMember(example, month, i);
    const value = (name) => (member ? plainNumber(seatValue(example, name, month, i)) : "–");
    const rank = member ? RANKS[example.rank(month, i)] ?? "no meeting" : "no seat";
    return [partner.name, SECTORS.find((sector) => sector.name === partner.sector).label, rank, ...["influence", "ties", "projects", "pooled_gbp_m", "person_record"].map(value)];
  });
  return { head, rows };
}

// ------------------------------------------------------------------ the regime below

/** Months of a run that follow one another in one regime. */
function spellsOf({ regimes }) {
  const spells = [];
  regimes.forEach((regime, month) => {
    if (spells.at(-1)?.regime === regime) spells.at(-1).to = month;
    else spells.push({ regime, from: month, to: month });
  });
  return spells;
}

const RIBBON = { left: 22, top: 4, tall: 22, gap: 5, below: 16 };

/** Both runs as ribbons, a colour for each regime, with the month at hand. */
function ribbonSpec() {
  const height = ({ sides }) => RIBBON.top + sides.length * (RIBBON.tall + RIBBON.gap) + RIBBON.below;
  return { height, padding: NO_PADDING, least_width: LEAST_DRAWING, draw: ribbonMarks };
}

function ribbonMarks({ width, height }, { sides, months, step, start }) {
  const { left, top, tall, gap } = RIBBON;
  const x = (month) => left + (month / months) * (width - left - 4);
  const parts = sides.flatMap(({ side, spells }, row) => {
    const y = top + row * (tall + gap);
    const letter = drawn("text", { x: 2, y: y + 15, fill: COLOUR[side], "font-weight": "bold" }, LETTER[side]);
    return [letter, ...spells.map(({ regime, from, to }) => {
      const { name, colour } = CATALOGUE.regimes[regime];
      const wide = x(to + 1) - x(from);
      const box = drawn("rect", { class: "spell", x: x(from), y, width: wide, height: tall, fill: regimeFill({ name, colour }) });
      return [box, wide > name.length * 6.6 ? drawn("text", { class: "on-colour", x: x(from) + 5, y: y + 15, fill: inkOn(colour) }, name) : null];
    })];
  });
  const years = overMonths(months, (month) => month).filter((month) => (monthNumber(start) + month) % 12 === 0)
    .filter((_, k) => width > 500 || k % 3 === 0)
    .map((month) => drawn("text", { x: x(month), y: height - 3, "text-anchor": "middle", fill: GREY }, String(Math.floor((monthNumber(start) + month) / 12))));
  const now = drawn("rect", { class: "now", x: x(step) - 1, y: 0, width: Math.max(3, x(1) - x(0) + 1), height: height - 14, fill: "none", stroke: INK, "stroke-width": 2 });
  const wide = (width - left - 4) / months;
  const touch = overMonths(months, (month) => drawn("rect", { "data-month": month, x: x(month), y: 0, width: wide, height: height - 14, fill: "transparent" }));
  return lettered(width, [parts, years, now, touch]);
}

function drawRibbon(figure, answer, { step }) {
  const sides = SIDES.filter((side) => answer[side].example).map((side) => ({ side, spells: spellsOf(answer[side].example) }));
  if (!sides.length) return;
  const months = Math.min(...SIDES.map((side) => answer[side].example?.months ?? answer.months));
  const told = sides.map(({ side }) => `${LETTER[side]}: ${regimeWords(answer[side].example, step)}`);
  figure.update({ sides, months, step: Math.min(step, months - 1), start: answer.start }, {}, `${monthName(answer.start, step)}: ${told.join("; ")}.`);
}

function ribbonTable(answer) {
  const rows = SIDES.flatMap((side) => (answer[side].example ? spellsOf(answer[side].example) : []).map(({ regime, from, to }) => [LETTER[side], CATALOGUE.regimes[regime].name, monthName(answer.start, from), monthName(answer.start, to), String(to - from + 1)]));
  return { head: ["Side", "Regime", "From", "To", "Months"], rows };
}
