// Guided lessons: predict, run, reveal, discuss. What is right is decided by the runs.

class Lessons {
  constructor(start) {
    this.start = start;
    this.panel = document.getElementById("lesson");
    this.fillList();
  }

  fillList() {
    const list = CATALOGUE.lessons.map((lesson, i) => `<li><h3>${i + 1}. ${escaped(lesson.title)}</h3><p>${escaped(lesson.summary)}</p>
      <button type="button" data-lesson="${lesson.id}">Start lesson ${i + 1}</button></li>`);
    const place = document.getElementById("lessons-text");
    place.innerHTML = `<p>Each lesson asks for a prediction before it shows anything. Ten minutes alone, half an hour with others.</p><ol class="lessons">${list.join("")}</ol>`;
    for (const button of place.querySelectorAll("[data-lesson]")) {
      const lesson = CATALOGUE.lessons.find((one) => one.id === button.dataset.lesson);
      button.addEventListener("click", () => this.open(lesson));
    }
  }

  open(lesson) {
    page.game.leave();
    document.getElementById("lessons").close();
    this.lesson = lesson;
    this.guess = null;
    this.panel.hidden = false;
    document.body.classList.add("predicting");
    const number = CATALOGUE.lessons.indexOf(lesson) + 1;
    this.panel.innerHTML = `<section class="lesson" aria-labelledby="h-lesson"><div class="heading">
      <h2 id="h-lesson" tabindex="-1"><span class="quiet">Lesson ${number}</span> ${escaped(lesson.title)}</h2><button type="button" data-end>End lesson</button></div>
      <div class="steps"><div><h3>1. Predict</h3><p>${escaped(lesson.before)}</p>
      <fieldset><legend>${escaped(lesson.question)}</legend>${lesson.choices
        .map((choice, i) => `<label><input type="radio" name="guess" value="${i}"> ${escaped(choice.text)}</label>`).join("")}</fieldset>
      <h3>2. Run</h3><p><button type="button" class="primary" data-run disabled>Run both sides</button> <span class="quiet" id="run-note">Choose an answer first.</span></p></div>
      <div class="later" hidden><h3>3. Reveal</h3><div data-reveal role="status"></div>
      <h3>4. Discuss</h3><ul>${lesson.discuss.map((one) => `<li>${escaped(one)}</li>`).join("")}</ul></div></div></section>`;
    for (const radio of this.panel.querySelectorAll("[name=guess]")) {
      radio.addEventListener("change", () => {
        this.guess = Number(radio.value);
        this.panel.querySelector("[data-run]").disabled = false;
        this.panel.querySelector("#run-note").textContent = "";
      });
    }
    this.panel.querySelector("[data-run]").addEventListener("click", () => this.run());
    this.panel.querySelector("[data-end]").addEventListener("click", () => this.end());
    this.panel.querySelector("h2").focus();
  }

  run() {
    document.body.classList.remove("predicting");
    this.waiting = true;
    this.start(this.lesson);
  }

  end() {
    document.body.classList.remove("predicting");
    this.panel.hidden = true;
    this.lesson = null;
    document.getElementById("open-lessons").focus();
  }

  /** Reveal, once the answer that was asked for is there. */
  answered(answer) {
    if (!this.lesson || !this.waiting || !answer.is_whole) return;
    this.waiting = false;
    const right = this.lesson.choices.filter((choice) => holds(choice.holds, answer));
    const hit = right.includes(this.lesson.choices[this.guess]);
    const verdict = right.length
      ? `<p><b>${hit ? "The runs agree with you." : "The runs say otherwise."}</b> ${hit ? "" : `They say: ${escaped(right[0].text)}`}</p>`
      : `<p><b>The runs fit none of the answers.</b></p>`;
    this.panel.querySelector("[data-reveal]").innerHTML = `${verdict}<p>${filled(this.lesson.reveal, answer)}</p>
      <p><a href="#${this.lesson.look}" data-look>Show me where to look</a></p>`;
    this.panel.querySelector("[data-look]").addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById(this.lesson.look).scrollIntoView({ block: "start" });
    });
    for (const later of this.panel.querySelectorAll(".later")) later.hidden = false;
  }
}

const PART = { A: "left", B: "right", D: "difference" };

/** The number behind a word such as "A.count.talking shop". */
function lessonNumber(word, answer) {
  const [side, what, ...rest] = word.split(".");
  const part = answer[PART[side]];
  const name = rest.join(".");
  if (what === "final") return part.final[name].mean;
  if (what === "abs") return Math.abs(part.final[name].mean);
  return part.final_regimes.find((one) => one.regime === name)[what];
}

/** Fill the numbers of an answer into a text. HTML. */
function filled(text, answer) {
  return escaped(text).replace(/\{([^}]+)\}/g, (_, word) => {
    if (word === "n") return String(answer.replicates);
    const value = lessonNumber(word, answer);
    const [side, what, measure] = word.split(".");
    return `<b>${what === "count" ? value : measured(measure, value, side === "D")}</b>`;
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

const sumOf = (text, answer) => text.split(" + ").reduce((sum, part) => sum + productOf(part, answer), 0);
const productOf = (text, answer) => text.split(" * ").reduce((product, word) => product * (Number.isNaN(Number(word)) ? lessonNumber(word, answer) : Number(word)), 1);
