// Guided lessons: predict, run, reveal, say why, predict again. What is right is decided by the runs.
// What somebody predicts and writes is part of the state, so that the address keeps it.

const ROUNDS = [1, 2];

class Lessons {
  /** `run` computes both sides of a round, `kept` writes the address. */
  constructor(state, { run, kept }) {
    Object.assign(this, { state, run, kept, found: {}, waiting: 0 });
    this.panel = document.getElementById("lesson");
    this.panel.addEventListener("input", (event) => this.take(event.target));
    this.panel.addEventListener("click", (event) => this.press(event));
    this.fillList();
    this.restore();
  }

  get lesson() {
    return CATALOGUE.lessons.find((one) => one.id === this.state.lesson) ?? null;
  }

  fillList() {
    const list = CATALOGUE.lessons.map((lesson, i) => `<li><h3>${i + 1}. ${escaped(lesson.title)}</h3><p>${escaped(lesson.summary)}</p>
      <button type="button" data-lesson="${lesson.id}">Start lesson ${i + 1}</button></li>`);
    const place = document.getElementById("lessons-text");
    place.innerHTML = `<p>Each lesson asks for a prediction before it shows anything, and for a second one when you have seen what came of the first. Ten minutes alone, an hour with others.</p><ol class="lessons">${list.join("")}</ol>`;
    for (const button of place.querySelectorAll("[data-lesson]")) button.addEventListener("click", () => this.open(button.dataset.lesson));
  }

  open(id) {
    page.game.leave();
    document.getElementById("lessons").close();
    const { seed, replicates } = firstState();
    Object.assign(this.state, NO_PREDICTIONS, { lesson: id, seed, replicates });
    this.restore();
    this.kept();
    this.panel.querySelector("h2").focus();
  }

  /** Show what the state says of a lesson: from a link, or by Back. */
  restore() {
    const { lesson, state } = this;
    this.found = {};
    this.waiting = 0;
    this.panel.hidden = !lesson;
    document.body.classList.toggle("predicting", Boolean(lesson) && state.revealed === 0);
    if (!lesson) return;
    if (state.revealed > 0 && hasSidesOf(state, lesson.rounds[state.revealed - 1])) this.waiting = state.revealed;
    this.draw();
  }

  end() {
    Object.assign(this.state, NO_PREDICTIONS, { lesson: null });
    this.restore();
    this.kept();
    document.getElementById("open-lessons").focus();
  }

  // ---------------------------------------------------------------- what is shown

  draw() {
    const { lesson, state } = this;
    const number = CATALOGUE.lessons.indexOf(lesson) + 1;
    const open = ROUNDS.filter((k) => k <= state.revealed + 1);
    this.panel.innerHTML = `<section class="lesson" aria-labelledby="h-lesson"><div class="heading">
      <h2 id="h-lesson" tabindex="-1"><span class="quiet">Lesson ${number}</span> ${escaped(lesson.title)}</h2><button type="button" data-end>End lesson</button></div>
      ${open.map((k) => this.roundWords(k)).join("")}${state.revealed === ROUNDS.length ? this.endWords() : ""}</section>`;
  }

  roundWords(k) {
    const { lesson, state } = this;
    const round = lesson.rounds[k - 1];
    const isOver = state.revealed >= k;
    const guess = state[`guess${k}`];
    const choices = round.choices.map((choice, i) => `<label><input type="radio" name="guess${k}" value="${i + 1}" ${guess === i + 1 ? "checked" : ""} ${isOver ? "disabled" : ""}> ${escaped(choice.text)}</label>`);
    return `<div class="steps" data-round="${k}"><div><h3>${k === 1 ? "Predict" : "Predict again"}</h3><p>${escaped(round.before)}</p>
      <fieldset><legend>${escaped(round.question)}</legend>${choices.join("")}</fieldset>
      ${isOver ? "" : `<p><button type="button" class="primary" data-run ${guess ? "" : "disabled"}>Run both sides</button> <span class="quiet" data-note>${guess ? "" : "Choose an answer first."}</span></p>`}</div>
      <div ${isOver ? "" : "hidden"}><h3>Reveal</h3><div data-reveal role="status">${this.revealWords(k)}</div>
      <h3><label for="why${k}">Say why</label></h3><textarea id="why${k}" rows="3" maxlength="400" placeholder="Why did it come out like that?">${escaped(state[`why${k}`])}</textarea>
      <details data-because><summary>Compare with the model’s reason</summary><p>${this.found[k]?.because ?? "It is told when the runs have been shown."}</p></details></div></div>`;
  }

  revealWords(k) {
    if (this.found[k]) return this.found[k].html;
    return this.waiting === k ? "<p>The runs are being computed …</p>" : `<p><button type="button" data-again="${k}">Show these runs</button></p>`;
  }

  endWords() {
    return `<div class="steps"><div><h3>Discuss</h3><ul>${this.lesson.discuss.map((one) => `<li>${escaped(one)}</li>`).join("")}</ul></div>
      <div><h3>Hand in</h3><p><label>Name or number, if you like <input type="text" id="who" maxlength="60" value="${escaped(this.state.who)}"></label></p>
      <p><button type="button" data-save>Save my predictions (CSV)</button> <button type="button" data-copy>Copy a link to them</button> <span class="quiet" data-copied role="status"></span></p>
      <p class="quiet">Nothing is sent anywhere: give the file or the link to whoever leads the seminar.</p></div></div>`;
  }

  // ---------------------------------------------------------------- what is done

  take(field) {
    const { state } = this;
    if (field.name?.startsWith("guess")) {
      state[field.name] = Number(field.value);
      this.panel.querySelector("[data-run]").disabled = false;
      this.panel.querySelector("[data-note]").textContent = "";
    } else if (field.id) state[field.id] = field.value;
    this.kept();
  }

  press({ target }) {
    if (target.matches("[data-end]")) this.end();
    else if (target.matches("[data-run]")) this.show(this.state.revealed + 1);
    else if (target.matches("[data-again]")) this.show(Number(target.dataset.again));
    else if (target.matches("[data-save]")) saveFile(`predictions-${this.lesson.id}.csv`, this.predictions(), "text/csv");
    else if (target.matches("[data-copy]")) this.copy();
  }

  /** Run a round, the next one or one that has been run. */
  show(k) {
    this.state.revealed = Math.max(this.state.revealed, k);
    document.body.classList.remove("predicting");
    this.waiting = k;
    this.draw();
    this.run(this.lesson.rounds[k - 1]);
  }

  /** Reveal, once the answer that was asked for is there. */
  answered(answer) {
    const k = this.waiting;
    if (!k || !answer.is_whole || !hasSidesOf(answer.request, this.lesson.rounds[k - 1])) return;
    this.waiting = 0;
    const round = this.lesson.rounds[k - 1];
    const right = round.choices.filter((choice) => holds(choice.holds, answer)).map((choice) => choice.text);
    const hit = right.includes(round.choices[this.state[`guess${k}`] - 1]?.text);
    const verdict = right.length
      ? `<p><b>${hit ? "The runs agree with you." : "The runs say otherwise."}</b> ${hit ? "" : `They say: ${escaped(right[0])}`}</p>`
      : "<p><b>The runs fit none of the answers.</b></p>";
    const html = `${verdict}<p>${filled(round.reveal, answer)}</p><p><a href="#${round.look}" data-look>Show me where to look</a></p>`;
    this.found[k] = { html, because: filled(round.because, answer), right };
    const panel = this.panel.querySelector(`[data-round="${k}"]`);
    panel.querySelector("[data-reveal]").innerHTML = html;
    panel.querySelector("[data-because] p").innerHTML = this.found[k].because;
    panel.querySelector("[data-look]").addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById(round.look).scrollIntoView({ block: "start" });
    });
  }

  // ---------------------------------------------------------------- handing in

  /** What was predicted, came out and was written, one row a round. CSV. */
  predictions() {
    const { lesson, state } = this;
    const rows = ROUNDS.map((k) => {
      const round = lesson.rounds[k - 1];
      const guess = round.choices[state[`guess${k}`] - 1]?.text ?? "";
      const right = this.found[k]?.right ?? [];
      return [state.who, lesson.id, k, round.question, guess, right.join(" / "), right.length && guess ? (right.includes(guess) ? "yes" : "no") : "", state[`why${k}`], state.seed, state.replicates, CATALOGUE.written_by];
    });
    return csv([["who", "lesson", "round", "question", "prediction", "runs say", "agree", "why", "seed", "runs", "page"], ...rows.map((row) => row.map(plainCell))]);
  }

  async copy() {
    this.panel.querySelector("[data-copied]").textContent = (await isCopied(here(this.state))) ? "Copied." : "Copy it from the address bar.";
  }
}

/** A cell that no spreadsheet takes for a formula. */
const plainCell = (cell) => (/^[=+\-@]/.test(String(cell)) ? `'${cell}` : cell);

/** Whether a state, or a request, is about the sides of a round, with nothing moved since. */
function hasSidesOf(asked, round) {
  const told = ({ preset, changes }) => JSON.stringify([preset, Object.entries(changes).sort()]);
  return asked.place === null && asked.months === null && SIDES.every((name) => told(asked[name]) === told(round[name]));
}

const PART = { A: "left", B: "right" };

/** The number behind a word such as "A.count.talking shop". */
function lessonNumber(word, answer) {
  const [side, what, ...rest] = word.split(".");
  const name = rest.join(".");
  const final = (of) => answer[PART[of]].final[name];
  const value = () => (side === "D" ? final("B") - final("A") : final(side));
  if (what === "final") return value();
  if (what === "abs") return Math.abs(value());
  return answer[PART[side]].final_regimes.find((one) => one.regime === name)[what];
}

/** Fill the numbers of an answer into a text. HTML. */
function filled(text, answer) {
  return escaped(text).replace(/\{([^}]+)\}/g, (_, word) => {
    if (word === "n") return String(answer.replicates);
    const value = lessonNumber(word, answer);
    const [side, what, measure] = word.split(".");
    return `<b>${what === "count" ? value : measured(measure, value, side === "D").replace(" ", "\u00a0")}</b>`;
  });
}

/** Whether a comparison such as "A.share.dissolved > 0.5 and D.final.trust < 0" holds in an answer. */
function holds(condition, answer) {
  return condition.split(" and ").every((one) => {
    const [, left, sign, right] = one.match(/^(.+?) (>=|<=|>|<) (.+)$/);
    const [a, b] = [sumOf(left, answer), sumOf(right, answer)];
    return sign === ">" ? a > b : sign === "<" ? a < b : sign === ">=" ? a >= b : a <= b;
  });
}

const sumOf = (text, answer) => text.split(" + ").reduce((sum, word) => sum + (Number.isNaN(Number(word)) ? lessonNumber(word, answer) : Number(word)), 0);
