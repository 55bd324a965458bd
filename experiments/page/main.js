// Puts the page together: state, controls, answers, figures, address.

const WAY = ["engagement", "trust", "dominance", "outcome"].map((measure) => {
  const { label, says } = MEASURES.get(measure);
  return { measure, title: label, says };
});
const WHO = CATALOGUE.sectors.map(({ name, label }) => ({ measure: `engagement_${name}`, title: label, says: "Engagement. 0 to 1." }));

const ONE_STEP = 800;
/** Milliseconds for which a month is shown while the run plays; where motion is unwelcome only one a year is, for longer. */
const MONTH_ON_SHOW = 300;

const page = { answer: null, figures: {}, wanted: null, busy: false, playing: 0, lastAddress: null, isChange: false, lastStep: 0 };
const at = (id) => document.getElementById(id);

async function start() {
  const { state, wrong } = stateOf(location.hash.slice(1));
  page.state = state;
  page.wrong = wrong.join(" ");
  showNumbersOf(state.behaviour);
  page.differences = new Differences(state, () => {
    page.wrong = "";
    page.controls.refresh();
    ask();
  });
  page.controls = new Controls(state, changed);
  page.dates = new Dates(state, changed);
  page.rescue = new Rescue(state, (changes) => {
    state.right = { preset: state.left.preset, changes };
    page.controls.refresh();
    changed();
    at("headline").scrollIntoView({ block: "start" });
  });
  page.lessons = new Lessons(state, { run: runRound, kept: () => writeAddress() });
  page.game = new Game(state, () => {
    page.wrong = "";
    writeAddress(true);
  });
  page.announcer = new Announcer(at("said"));
  page.story = new Story(at("story"), showStep);
  if (EXTENSION) tellOfExtension();
  numberStep();
  fillChoices();
  fillAbout();
  fillTake();
  wire();
  problem(page.wrong);
  showOnly();
  makeFigures();
  ask();
}

/** Leave out what would be told by the rules of the model, and say so where it would be. */
function tellOfExtension() {
  for (const part of document.querySelectorAll("[data-of-the-model]")) part.hidden = true;
  const name = `<code>${escaped(EXTENSION)}</code>`;
  at("own-month").innerHTML = `Both sides live by the month of ${name}, which is not that of the model. Lessons and role play speak of the model, so this page has neither.`;
  at("own-inside").innerHTML = `Who sits round the table, what a month decides and the story of a run are told by the rules of the model, which ${name} may have changed, so they are left out. What is here was kept by the run itself.`;
  at("own-month").hidden = at("own-inside").hidden = false;
  if (CATALOGUE.interventions.some((one) => one.name.startsWith("own."))) at("rescue-own").textContent = ` and those of ${EXTENSION} at both ends of their ranges and half way,`;
}

/** Somebody set a side otherwise: what a link held that cannot be, and what was put back to try, is over. */
function changed() {
  page.wrong = "";
  page.differences.forget();
  ask();
}

// ------------------------------------------------------------------ asking

const ONE_LOOK = 1200; // ms that a replay shows what was before

/** Remember what was on the page before the last change; a lever that moves on and on is one change. */
function rememberChange() {
  const address = addressOf(page.state);
  if (page.isReplaying || address === page.askedAddress) return;
  if (page.askedAddress && Date.now() - (page.lastAsked ?? 0) > ONE_STEP) page.before = page.askedAddress;
  page.lastAsked = Date.now();
  page.askedAddress = address;
  at("replay").disabled = !page.before;
}

/** Show what was before the last change for a moment, then what is now: the eye sees which pictures move. */
async function replay() {
  page.isReplaying = true;
  at("replay").disabled = true;
  const now = page.askedAddress;
  takeState(stateOf(page.before).state);
  await page.answering;
  await new Promise((done) => setTimeout(done, ONE_LOOK));
  takeState(stateOf(now).state);
  await page.answering;
  page.isReplaying = false;
  at("replay").disabled = false;
}

/** Ask for what the state says. One question at a time; the newest wins, once the first runs of the last are shown. */
function ask() {
  showNumbersOf(page.state.behaviour);
  rememberChange();
  page.wanted = requestOf(page.state);
  page.differences.show();
  page.dates.draw();
  page.rescue.refresh();
  writeAddress(true);
  page.abort?.abort();
  if (!page.busy) page.answering = answerNext();
}

async function answerNext() {
  page.busy = true;
  const slow = setTimeout(() => document.body.classList.add("computing"), 400);
  while (page.wanted) {
    const request = page.wanted;
    page.wanted = null;
    page.abort = new AbortController();
    try {
      await answerAll(request, page.abort.signal);
    } catch (error) {
      if (error.name !== "AbortError") problem(error.message);
    }
  }
  clearTimeout(slow);
  document.body.classList.remove("computing");
  page.busy = false;
}

/** Show the answers to a request as they come, the first runs first; a single run follows the first answer. */
async function answerAll(request, signal) {
  let examples = null;
  for await (const answer of answersTo(request, signal)) {
    problem(page.wrong);
    for (const name of SIDES) answer[name].example = examples?.[name] ?? page.answer?.[name].example ?? null;
    page.answer = Object.assign(answer, { request });
    if (!examples) document.body.classList.add("stale");
    show();
    // Let the browser paint and take the next input.
    await new Promise((done) => setTimeout(done));
    if (page.wanted) return;
    if (!examples) {
      const replicate = request.run ?? answer.typical_run;
      const { left, right } = await examplesTo(request, replicate, signal);
      examples = { left: { ...left, typical: request.run === null }, right: { ...right, typical: request.run === null } };
      for (const name of SIDES) answer[name].example = examples[name];
      document.body.classList.remove("stale");
      showExamples();
    }
  }
}

const remarkOf = (behaviour) => CATALOGUE.behaviours.find((one) => one.name === behaviour).remark;

function problem(text) {
  at("problem").textContent = text;
}

// ------------------------------------------------------------------ showing

/** The view of an answer that the figures share. */
function viewOf() {
  const { answer, state } = page;
  const step = Math.min(state.month ?? answer.months - 1, answer.months - 1);
  const span = [dateOf(answer.start, 0), dateOf(answer.start, answer.months - 1)];
  return { difference: state.view === "difference", step, span, picked: SIDES.some((side) => seatOf(answer[side].example, state.partner) >= 0) ? state.partner : tellingPartner(answer) };
}

function show() {
  const { answer, state } = page;
  headline(headlineWords(state, answer));
  at("remark").textContent = spreadWords(remarkOf(state.behaviour), answer);
  page.lessons.answered(answer);
  const started = performance.now();
  const view = viewOf();
  drawEnds(page.figures.ends, answer);
  at("moved").innerHTML = movedWords(answer);
  showCurves(view);
  showInside(view);
  at("results").setAttribute("aria-busy", String(!answer.is_whole));
  document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn ?? 0) + 1);
  document.documentElement.dataset.drawMs = (performance.now() - started).toFixed(1);
}

/** What hangs on the single run: why, the table, partners, its story. */
function showExamples() {
  if (!page.answer.left.example) return;
  const view = viewOf();
  at("reason").innerHTML = reasonWords(page.answer);
  fillPartners(view.picked);
  showInside(view);
  if (!EXTENSION) page.story.renew(page.answer);
  document.documentElement.dataset.inside = String(Number(document.documentElement.dataset.inside ?? 0) + 1);
}

/** Change the sentence only when it says something else, so that it is read out once. */
function headline(html) {
  if (page.lastHeadline === html) return;
  page.lastHeadline = html;
  const end = html.indexOf("</p>") + "</p>".length;
  at("headline").innerHTML = html.slice(0, end);
  at("consequence").innerHTML = html.slice(end).replaceAll(/<\/?p>/g, " ").trim();
}

function showCurves(view) {
  const { figures, answer, state } = page;
  for (const { measure } of [...WAY, ...WHO]) drawFan(figures[measure], measure, answer, view);
  drawFan(figures.other, state.measure, answer, view);
  for (const side of SIDES) drawRegimes(figures[`regimes_${side}`], side, answer, view);
  at("key").innerHTML = view.difference
    ? `Paired differences. ${BANDS_TOLD} Above zero, B has more.`
    : `<span class="badge a">A</span> solid, <span class="badge b">B</span> dashed. ${BANDS_TOLD} Dotted: policy dates. A click on a chart picks the month.${startsApart(answer)}`;
}

function startsApart(answer) {
  const { start } = answer.right;
  return start && start !== answer.start ? ` Side B starts in ${monthName(start, 0)}: its months are counted from there and drawn under those of A.` : "";
}

/** What depends on the chosen month and partner. */
function showInside(view) {
  const { figures, answer, state } = page;
  const run = SIDES.map((name) => answer[name].example).find(Boolean);
  at("inside-note").textContent = run
    ? `Run ${run.replicate} on both sides${run.typical ? ", a typical one" : ""}: the same people, elections and luck.`
    : "The run is being computed …";
  const slider = at("month");
  slider.max = answer.months - 1;
  slider.value = view.step;
  slider.setAttribute("aria-valuetext", monthName(answer.start, view.step));
  at("month-name").textContent = monthName(answer.start, view.step);
  drawTimeline(figures.timeline, answer, view);
  drawRibbon(figures.ribbon, answer, view);
  if (!EXTENSION) showTables(view);
  if (state.partner === null || at("partner").value !== view.picked) at("partner").value = view.picked ?? "";
  if (!view.picked) return;
  const label = partnerLabel(answer, view.picked);
  figures.terms.retitle(`${label}: what draws it in, what pushes it away`, "Parts of its decision to go in person, in the chosen month or its last as a member.");
  drawTerms(figures.terms, answer, view.picked, view.step);
  if (EXTENSION) {
    at("why").innerHTML = `<p class="quiet">How likely it comes is what the rules of the model make of these terms, and is left out too.</p>`;
    return;
  }
  figures.chance.retitle(`${label}: chance that it goes in person`, "Gaps: no seat, or no table.");
  drawChance(figures.chance, answer, view.picked, view);
  at("why").innerHTML = whyWords(answer, view.picked, view.step);
}

/** What goes through the meetings of the month again, by the rules of the model. */
function showTables(view) {
  const { figures, answer, state } = page;
  for (const side of SIDES) {
    drawTable(figures[`table_${side}`], side, answer, view);
    if (answer[side].example) at(`month-${side}`).innerHTML = monthWords(answer, side, view.step);
  }
  page.announcer.rest(page.playing, [view.step, state.partner, page.story.about].join(), () => page.story.words(viewOf().step) ?? tablesInWords(page.answer, viewOf().step, viewOf().picked));
}

/** Where runs that ended one way on side A end on side B. HTML. */
function movedWords(answer) {
  const { regimes } = CATALOGUE;
  const { moved } = answer.difference;
  const flows = [];
  moved.forEach((row, a) => row.forEach((count, b) => a !== b && count && flows.push({ a, b, count })));
  flows.sort((x, y) => y.count - x.count);
  const stay = moved.reduce((sum, row, i) => sum + row[i], 0);
  const told = flows.slice(0, 4).map(({ a, b, count }) => `<li><b>${count}</b> of ${answer.replicates}: <i>${regimes[a].name}</i> on A, <i>${regimes[b].name}</i> on B</li>`);
  const meanings = regimes.map(({ name, says }, i) => `<div><dt>${swatch(i)}${name}</dt><dd>${says}</dd></div>`);
  return `<h3>The same run on both sides</h3><ul class="flows"><li><b>${stay}</b> of ${answer.replicates} end alike on both</li>${told.join("")}</ul>
    <h3>What the words mean</h3><dl class="regimes">${meanings.join("")}</dl>`;
}

function setMonth(step) {
  page.state.month = step;
  writeAddress();
  if (!page.answer) return;
  const view = viewOf();
  cancelAnimationFrame(page.frame);
  page.frame = requestAnimationFrame(() => {
    showCurves(view);
    showInside(view);
  });
}

function setPartner(name) {
  page.state.partner = name;
  writeAddress();
  showInside(viewOf());
}

/** Show the month of a step of the story, and its body. */
function showStep({ month, partner }) {
  pause();
  if (partner) page.state.partner = partner;
  setMonth(month);
}

// ------------------------------------------------------------------ figures

function makeFigures() {
  const { figures } = page;
  const current = () => page.answer;
  figures.ends = new Figure(at("chart-ends"), {
    title: "Regime in the last month", says: "", spec: endsSpec(), file: "regimes-at-the-end",
    table: () => ({
      head: ["Regime", "A", "A 95 %", "B", "B 95 %"],
      rows: CATALOGUE.regimes.map((regime, r) => [regime.name, ...SIDES.flatMap((name) => {
        const one = current()[name].final_regimes[r];
        return [`${one.count} of ${current().replicates}`, `${plainPercent(one.low)} to ${plainPercent(one.high)} %`];
      })]),
    }),
  });
  for (const [place, rows] of [["charts-way", WAY], ["charts-who", WHO]]) {
    for (const { measure, title, says } of rows) {
      figures[measure] = new Figure(at(place), { title, says, spec: fanSpec(), file: measure, table: () => fanTable(measure, current()) });
    }
  }
  for (const side of SIDES) {
    figures[`regimes_${side}`] = new Figure(at("charts-regimes"), {
      title: `Side ${LETTER[side]}`, says: "Share of partnerships in each regime.", spec: regimesSpec(), file: `regimes-${LETTER[side]}`,
      table: () => regimesTable(current(), side),
    });
    if (EXTENSION) continue;
    figures[`table_${side}`] = new Figure(at("charts-table"), {
      title: `Side ${LETTER[side]} round the table`, says: "", spec: tableSpec(), file: `table-${LETTER[side]}`, table: () => seatsTable(current(), side, viewOf().step),
    });
  }
  figures.ribbon = new Figure(at("chart-ribbon"), { title: "What both runs are, month by month", says: "A click picks a month.", spec: ribbonSpec(), file: "regimes-of-the-run", table: () => ribbonTable(current()) });
  figures.timeline = new Figure(at("chart-timeline"), { title: "Policy dates and events", says: "Filled diamonds: policy. Triangles: seats taken. Crosses: what ended. Dots: other events.", spec: timelineSpec(), file: "timeline", table: () => timelineTable(current()) });
  figures.terms = new Figure(at("charts-partner"), { title: "What draws it in, what pushes it away", spec: termsSpec(), file: "partner-terms", table: () => termsTable(current(), viewOf().picked, viewOf().step) });
  if (!EXTENSION) figures.chance = new Figure(at("charts-partner"), { title: "Chance that it goes in person", spec: chanceSpec(), file: "partner-chance", table: () => chanceTable(current(), viewOf().picked) });
  figures.other = new Figure(at("chart-other"), { title: MEASURES.get(page.state.measure).label, says: "", spec: fanSpec(200), file: "measure", table: () => fanTable(page.state.measure, current()) });
  retitleOther();
  for (const figure of Object.values(figures)) if (figure.spec.isOverTime) monthByClick(figure);
  const tables = SIDES.map((side) => figures[`table_${side}`]).filter(Boolean);
  for (const figure of [...tables, figures.ribbon]) pickByClick(figure);
  for (const figure of tables) pickByKeys(figure, setPartner);
  at("table-key").innerHTML = CATALOGUE.sectors.map((sector) => `<span class="sector ${SECTOR_SHAPE[sector.name]}" data-sector="${sector.name}"></span>${sector.label}`).join(" ")
    + ` · large: in person · small: a junior · empty: nobody came · halo: influence · number: proposes that item · ring: in the team of what is adopted · tick: supports an item · coin: puts in own money · lines: ties, thicker with more trust; green: made this month; red, broken: lapsed · papers: items, dark if adopted · click a body, or go to it with arrow keys and press Enter, for its reasons`;
  colourKeys();
}

const swatch = (regime) => `<span class="swatch" data-regime="${regime}"></span>`;

/** Styles that depend on declared colours; set by script, because the page's policy allows no inline styles in markup. */
function colourKeys() {
  for (const box of document.querySelectorAll("[data-sector]")) box.style.setProperty("--colour", CATALOGUE.sectors.find((s) => s.name === box.dataset.sector).colour);
  const sheet = CATALOGUE.regimes.map((regime, i) => `.swatch[data-regime="${i}"]{background:${regimeFill(regime)}}`).join("");
  for (const key of document.querySelectorAll(".regime-key")) key.innerHTML = CATALOGUE.regimes.map(({ name }, i) => `<span>${swatch(i)}${name}</span>`).join(" ");
  const style = document.createElement("style");
  style.textContent = sheet;
  document.head.append(style);
}

/** A click on what stands for a partner or a month picks it. */
function pickByClick(figure) {
  figure.drawing.addEventListener("click", ({ target }) => {
    const { partner, month } = target.closest("[data-partner], [data-month]")?.dataset ?? {};
    if (partner) setPartner(partner);
    if (month) setMonth(Number(month));
  });
}

/** A click on a chart over time selects its month. */
function monthByClick(figure) {
  figure.drawing.classList.add("clickable");
  figure.drawing.addEventListener("click", (event) => {
    if (!page.answer) return;
    const x = event.clientX - figure.drawing.getBoundingClientRect().left - figure.spec.padding.left;
    const date = timeScale(viewOf().span, figure.width).clamp(true).invert(x);
    const step = date.getUTCFullYear() * 12 + date.getUTCMonth() - monthNumber(page.answer.start);
    setMonth(Math.min(page.answer.months - 1, Math.max(0, step)));
  });
}

function retitleOther() {
  const measure = MEASURES.get(page.state.measure);
  page.figures.other.retitle(measure.label, `${measure.says} Unit: ${measure.unit}.`);
  page.figures.other.file = measure.name;
}

// ------------------------------------------------------------------ choices around the figures

function fillChoices() {
  for (const measure of CATALOGUE.measures) at("measure").append(new Option(measure.label, measure.name));
  at("measure").value = page.state.measure;
  for (const radio of document.querySelectorAll("[name=view]")) radio.checked = radio.value === page.state.view;
}

function fillPartners(picked) {
  const names = [...new Set(SIDES.flatMap((side) => page.answer[side].example?.partners.map((partner) => partner.key) ?? []))];
  const select = at("partner");
  if (select.dataset.names !== names.join("|")) {
    select.dataset.names = names.join("|");
    select.replaceChildren(...names.map((name) => new Option(partnerLabel(page.answer, name), name)));
  }
  select.value = picked ?? "";
}

function wire() {
  at("skip").addEventListener("click", (event) => {
    event.preventDefault();
    at("results").focus();
    at("results").scrollIntoView();
  });
  for (const [button, dialog] of [["open-lessons", "lessons"], ["open-about", "about"], ["open-take", "take"]]) {
    at(button).addEventListener("click", () => at(dialog).showModal());
    at(dialog).querySelector("[data-close]").addEventListener("click", () => at(dialog).close());
  }
  at("reason").addEventListener("click", (event) => {
    if (!event.target.dataset.jump) return;
    event.preventDefault();
    at(event.target.dataset.jump).scrollIntoView({ block: "start" });
  });
  at("month").addEventListener("input", () => setMonth(Number(at("month").value)));
  at("play").addEventListener("click", () => (page.playing ? pause() : play()));
  at("partner").addEventListener("change", () => setPartner(at("partner").value));
  at("measure").addEventListener("change", () => {
    page.state.measure = at("measure").value;
    writeAddress();
    retitleOther();
    if (page.answer) showCurves(viewOf());
  });
  for (const radio of document.querySelectorAll("[name=view]")) {
    radio.addEventListener("change", () => {
      page.state.view = radio.value;
      writeAddress();
      if (page.answer) showCurves(viewOf());
    });
  }
  at("replay").addEventListener("click", replay);
  window.addEventListener("hashchange", readAddress);
  window.addEventListener("beforeprint", () => Figure.print(true));
  window.addEventListener("afterprint", () => Figure.print(false));
  // On a phone the month to pick stays below the verdict, which stays on top.
  new ResizeObserver(() => document.documentElement.style.setProperty("--verdict", `${at("headline").offsetHeight}px`)).observe(at("headline"));
  // On a phone the settings start closed, so that the result comes first.
  if (window.matchMedia("(max-width: 60rem)").matches) at("settings").open = false;
}

function play() {
  const last = page.answer.months - 1;
  if (viewOf().step >= last) setMonth(0);
  at("play").textContent = "Pause";
  at("play").setAttribute("aria-pressed", "true");
  const stride = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 12 : 1;
  page.playing = setInterval(() => {
    const next = Math.min(last, viewOf().step + stride);
    setMonth(next);
    if (next === last) pause();
  }, stride === 1 ? MONTH_ON_SHOW : 5 * MONTH_ON_SHOW);
}

function pause() {
  clearInterval(page.playing);
  page.playing = 0;
  at("play").textContent = "Play";
  at("play").setAttribute("aria-pressed", "false");
  if (page.answer) showInside(viewOf());
}

function runRound(round) {
  takeRound(page.state, round);
  fillChosen();
  retitleOther();
  page.differences.forget();
  page.controls.refresh();
  ask();
}

function fillChosen() {
  at("measure").value = page.state.measure;
  for (const radio of document.querySelectorAll("[name=view]")) radio.checked = radio.value === page.state.view;
}

// ------------------------------------------------------------------ the address

function writeAddress(isChange = false) {
  clearTimeout(page.addressTimer);
  page.isChange ||= isChange;
  page.addressTimer = setTimeout(() => {
    const address = addressOf(page.state);
    const isOvertaken = location.hash !== page.hash; // somebody has set another address, which is read next
    if (address === page.lastAddress || page.isReplaying || isOvertaken) return;
    // What was asked is a step that Back undoes; a lever that moves on and on is one step, and looking around is none.
    const isStep = page.isChange && page.lastAddress !== null && Date.now() - page.lastStep > ONE_STEP;
    if (isStep) history.pushState(null, "", `#${address}`);
    else history.replaceState(history.state, "", `#${address}`);
    numberStep();
    if (page.isChange) page.lastStep = Date.now();
    page.isChange = false;
    page.lastAddress = address;
  }, 120);
}

/** Number a step that is new, and see what can be undone and done again from where the address stands. */
function numberStep() {
  if (history.state === null) {
    page.steps = (page.step ?? -1) + 1;
    history.replaceState(page.steps, "");
  }
  page.step = history.state;
  page.hash = location.hash;
  at("undo").disabled = page.step === 0;
  at("redo").disabled = page.step >= (page.steps ?? page.step);
}

/** Somebody changed the address, or went back: take its state. */
function readAddress() {
  numberStep();
  const address = location.hash.slice(1);
  if (address === page.lastAddress) return;
  page.lastAddress = address;
  page.lastStep = Date.now();
  const { state, wrong } = stateOf(address);
  page.wrong = wrong.join(" ");
  problem(page.wrong);
  takeState(state);
}

function takeState(state) {
  Object.assign(page.state, state);
  showOnly();
  fillChosen();
  retitleOther();
  page.lessons.restore();
  page.differences.forget();
  page.controls.refresh();
  page.game.refresh();
  ask();
}

/** Of a page that is embedded, show one section alone. */
function showOnly() {
  const { only } = page.state;
  document.body.classList.toggle("only", only !== null);
  for (const section of document.querySelectorAll("main > section")) section.classList.toggle("chosen", section.id === only);
}

start().catch((error) => {
  problem(`The page could not start: ${error.message}`);
  throw error;
});
