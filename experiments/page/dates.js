// What happens when: each side's own events on the years, which can be added, dragged, moved by keys and taken away; beside
// them the dates of its calendar, which stay where they are.

const MARK_WIDTH = 9.5; // rem, by which marks give way to each other

class Dates {
  /** `changed()` is called after a person added, moved or removed something. */
  constructor(state, changed) {
    this.state = state;
    this.changed = changed;
    this.tracks = {};
    this.lists = {};
    for (const name of SIDES) this.build(name);
    this.buildForm();
    addEventListener("resize", () => this.draw());
  }

  build(name) {
    const letter = LETTER[name];
    const box = document.createElement("div");
    box.className = `dates ${letter.toLowerCase()}`;
    box.innerHTML = `<h3><span class="badge ${letter.toLowerCase()}">${letter}</span> Side ${letter}</h3><div class="track"></div><ul class="events"></ul>`;
    at("date-tracks").append(box);
    this.tracks[name] = box.querySelector(".track");
    this.lists[name] = box.querySelector(".events");
    this.tracks[name].addEventListener("pointerdown", (event) => this.grab(name, event));
    this.tracks[name].addEventListener("keydown", (event) => this.press(name, event));
    this.lists[name].addEventListener("change", (event) => this.edit(name, event.target));
    this.lists[name].addEventListener("click", (event) => event.target.dataset.remove && this.remove(name, event.target.dataset.remove));
  }

  buildForm() {
    const group = (label, isLever) => `<optgroup label="${label}">${CATALOGUE.interventions.filter((one) => one.is_lever === isLever)
      .map((one) => `<option value="${one.name}">${escaped(one.label)}</option>`).join("")}</optgroup>`;
    at("date-what").innerHTML = group("Events", false) + group("Levers", true);
    at("date-what").addEventListener("change", () => this.fillDoses());
    for (const name of SIDES) at(`date-add-${LETTER[name].toLowerCase()}`).addEventListener("click", () => this.add(name));
    this.fillDoses();
  }

  fillDoses() {
    const { doses, says, source } = INTERVENTIONS.get(at("date-what").value);
    at("date-dose").innerHTML = doseOptions(doses);
    at("date-says").textContent = `${says} Source: ${source}.`;
  }

  // ---------------------------------------------------------------- the months of both sides

  get months() {
    return monthsOf(this.state);
  }

  startOf(name) {
    return MODEL.presets[this.state[name].preset].start;
  }

  /** The step of a month of a side, within its run. */
  stepOf(name, month) {
    return monthNumber(month) - monthNumber(this.startOf(name));
  }

  monthAt(name, step) {
    return isoMonth(this.startOf(name), Math.min(this.months - 1, Math.max(0, Math.round(step))));
  }

  // ---------------------------------------------------------------- changes

  add(name) {
    const month = at("date-month").value || this.monthAt(name, this.months / 2);
    const step = this.stepOf(name, month);
    if (!(step >= 0 && step < this.months)) {
      at("date-said").textContent = `${dateWords(month)} is outside the run: it goes from ${monthName(this.startOf(name), 0)} to ${monthName(this.startOf(name), this.months - 1)}.`;
      return;
    }
    const intervention = INTERVENTIONS.get(at("date-what").value);
    setValue(this.state[name], datedPath(intervention.name, month), at("date-dose").value);
    at("date-said").textContent = `${interventionWords(intervention, at("date-dose").value)} from ${dateWords(month)} on, on side ${LETTER[name]}.`;
    this.changed();
  }

  remove(name, path) {
    delete this.state[name].changes[path];
    this.changed();
    at("date-what").focus();
  }

  /** Move an event to another month, unless the same stands there. Gives its new path. */
  move(name, path, month) {
    const { changes } = this.state[name];
    const moved = datedPath(path.split("@")[0], month);
    if (moved in changes) return path;
    changes[moved] = changes[path];
    delete changes[path];
    this.changed();
    return moved;
  }

  edit(name, input) {
    const row = input.closest("li");
    const { path } = row.dataset;
    if (input.type === "month") {
      const step = this.stepOf(name, input.value || "0000-01");
      if (step >= 0 && step < this.months) this.move(name, path, input.value);
      else input.value = datedParts(path).month;
    } else {
      this.state[name].changes[path] = input.value;
      this.changed();
    }
  }

  grab(name, event) {
    const mark = event.target.closest("[data-path]");
    if (!mark) return;
    event.preventDefault();
    const track = this.tracks[name];
    let { path } = mark.dataset;
    const offset = event.clientX - mark.getBoundingClientRect().left;
    track.setPointerCapture(event.pointerId);
    const drag = ({ clientX }) => {
      const box = track.getBoundingClientRect();
      const month = this.monthAt(name, ((clientX - offset - box.left) / box.width) * this.months);
      if (month !== datedParts(path).month) path = this.move(name, path, month);
    };
    const drop = () => {
      track.removeEventListener("pointermove", drag);
      this.focus(name, path);
    };
    track.addEventListener("pointermove", drag);
    track.addEventListener("lostpointercapture", drop, { once: true });
  }

  press(name, event) {
    const { path } = event.target.dataset;
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -YEAR, PageDown: YEAR }[event.key];
    if (!path) return;
    if (event.key === "Delete") this.remove(name, path);
    else if (by) {
      event.preventDefault();
      this.focus(name, this.move(name, path, this.monthAt(name, this.stepOf(name, datedParts(path).month) + by)));
    }
  }

  focus(name, path) {
    this.tracks[name].querySelector(`[data-path="${path}"]`)?.focus();
  }

  // ---------------------------------------------------------------- drawing

  draw() {
    at("date-month").min = this.monthAt("left", 0);
    at("date-month").max = this.monthAt("left", this.months - 1);
    if (!at("date-month").value) at("date-month").value = this.monthAt("left", Math.floor(this.months / 3));
    for (const name of SIDES) {
      this.drawTrack(name);
      this.drawList(name);
    }
  }

  drawTrack(name) {
    const track = this.tracks[name];
    const left = (step) => `${((step / this.months) * 100).toFixed(2)}%`;
    const years = overMonths(Math.ceil(this.months / YEAR), (year) => {
      const step = ((YEAR - (monthNumber(this.startOf(name)) % YEAR)) % YEAR) + year * YEAR;
      return step < 0.94 * this.months ? `<span class="year" style="left:${left(step)}">${monthName(this.startOf(name), step).slice(-4)}</span>` : "";
    });
    const place = placeNamed(this.state.place ?? MODEL.presets[this.state[name].preset].place);
    const fixed = entriesHere({ calendar: calendarEntries(this.state[name]), place })
      .map((entry) => [this.stepOf(name, entry.from), `${dateWords(entry.from)}: ${entry.note}`]).filter(([step]) => step >= 0 && step < this.months)
      .map(([step, words]) => `<span class="fixed" role="img" style="left:${left(step)}" title="${escaped(words)}" aria-label="${escaped(words)}"></span>`);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const width = (MARK_WIDTH * rem) / Math.max(1, track.clientWidth);
    const ends = [];
    const marks = datedPaths(this.state[name]).map((path) => {
      const { intervention, month } = datedParts(path);
      const share = Math.min(this.stepOf(name, month) / this.months, 1 - width);
      let row = ends.findIndex((end) => end <= share);
      if (row < 0) row = ends.length;
      ends[row] = share + width;
      const words = interventionWords(intervention, this.state[name].changes[path]);
      return `<button type="button" class="mark" data-path="${escaped(path)}" style="left:${(share * 100).toFixed(2)}%;top:${1.6 + 1.9 * row}rem"
        aria-label="${escaped(words)}, ${dateWords(month)}: arrow keys move it by a month, page keys by a year, Delete removes it">${escaped(words)}</button>`;
    });
    track.style.height = `${1.9 + 1.9 * ends.length}rem`;
    track.innerHTML = years.join("") + fixed.join("") + marks.join("");
  }

  drawList(name) {
    this.lists[name].innerHTML = datedPaths(this.state[name]).map((path) => {
      const { intervention, month } = datedParts(path);
      const dose = this.state[name].changes[path];
      const what = `${escaped(intervention.label)}, side ${LETTER[name]}`;
      return `<li data-path="${escaped(path)}"><b>${escaped(intervention.label)}</b>
        <select aria-label="Dose of ${what}">${doseOptions(intervention.doses, dose)}</select>
        <input type="month" aria-label="Month of ${what}" value="${month}">
        <button type="button" data-remove="${escaped(path)}" aria-label="Remove ${what}">Remove</button></li>`;
    }).join("");
  }
}

const doseOptions = (doses, chosen) => Object.keys(doses).map((dose) => `<option value="${dose}"${dose === chosen ? " selected" : ""}>${escaped(dose.replaceAll("_", " "))}</option>`).join("");
