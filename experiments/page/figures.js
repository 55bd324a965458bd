// Figures: a heading, a chart by Vega, its sentence, its table, and the file to keep.
// Vega runs on its expression interpreter (ast), so that the page needs no eval.

const DARK = matchMedia("(prefers-color-scheme: dark)").matches;
// What is drawn keeps its colours on paper, so a dark drawing keeps its ground there.
document.documentElement.toggleAttribute("data-dark", DARK);
const INK = DARK ? "#e9e6df" : "#1f2a33";
const GREY = DARK ? "#a9b1b9" : "#59646e";
const HAIR = DARK ? "#363d44" : "#e4e0d8";
const PAPER = DARK ? "#14181c" : "#fbfaf7";
const COLOUR = DARK
  ? { left: "#62b3ea", right: "#e5944a", difference: "#b3a2e8" }
  : { left: "#0b6aa8", right: "#b0560a", difference: "#5b4a8c" };
const DASH = { left: [], right: [6, 3], difference: [] };
const SECTOR_SHAPE = { council: "square", agency: "circle", business: "diamond", voluntary: "triangle-up" };

const EMBED = { mode: "vega", renderer: "svg", ast: true, actions: false, tooltip: false, hover: false, defaultStyle: false };
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const CONFIG = {
  axis: {
    aria: false, labelFont: FONT, labelFontSize: 11, labelColor: GREY, titleFont: FONT, titleFontSize: 11, titleFontWeight: "normal",
    titleColor: GREY, gridColor: HAIR, domain: false, ticks: false, labelPadding: 5,
  },
  text: { font: FONT, fontSize: 11, fill: INK },
};

/** A figure: heading, sentence, chart, table on demand and an SVG to keep. Charts update in place. */
class Figure {
  static all = [];
  static waiting = new Set();
  static sight = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => Figure.sees(target, isIntersecting)), { rootMargin: "150px" });

  /** Charts near the window are drawn at once, the others when the browser has time. */
  static sees(box, isNear) {
    const figure = Figure.all.find((one) => one.box === box);
    figure.isNear = isNear;
    if (isNear) figure.draw();
  }

  static drawNext() {
    const [next] = Figure.waiting;
    if (!next) return;
    next.draw();
    Figure.plan();
  }

  static plan() {
    clearTimeout(Figure.timer);
    if (Figure.waiting.size) Figure.timer = setTimeout(Figure.drawNext, 20);
  }

  constructor(place, { title, says, spec, table, file }) {
    this.spec = spec;
    this.table = table;
    this.title = title;
    this.file = file ?? title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    this.box = document.createElement("figure");
    this.box.className = "chart";
    this.box.innerHTML = `<figcaption><h3></h3><p class="what"></p></figcaption><div class="drawing" role="img"><div></div></div>
      <p class="words"></p><div class="tools"><button type="button" class="show-table" aria-expanded="false">Table</button>
      <button type="button" class="save">SVG</button></div><div class="table" hidden tabindex="0" role="region"></div>`;
    this.retitle(title, says);
    place.append(this.box);
    this.drawing = this.box.querySelector(".drawing");
    this.words = this.box.querySelector(".words");
    this.tableBox = this.box.querySelector(".table");
    this.box.querySelector(".show-table").addEventListener("click", (event) => this.toggleTable(event.currentTarget));
    this.box.querySelector(".save").addEventListener("click", () => this.save());
    Figure.all.push(this);
    Figure.sight.observe(this.box);
  }

  retitle(title, says) {
    this.title = title;
    this.box.querySelector("h3").textContent = title;
    this.box.querySelector(".what").textContent = says ?? "";
    this.box.querySelector(".show-table").setAttribute("aria-label", `Table of: ${title}`);
    this.box.querySelector(".save").setAttribute("aria-label", `Save as SVG: ${title}`);
    this.box.querySelector(".table").setAttribute("aria-label", `Table: ${title}`);
  }

  async ready() {
    const canvas = this.drawing.firstElementChild;
    const { view } = await vegaEmbed(canvas, { ...this.spec, config: CONFIG, background: null, description: this.title }, EMBED);
    // The frame around it is the image, with our sentence as its text; Vega's own role would hide that.
    for (const name of ["role", "aria-roledescription", "aria-label"]) canvas.removeAttribute(name);
    canvas.querySelector("svg")?.setAttribute("aria-hidden", "true");
    this.view = view;
    this.fit();
    new ResizeObserver(() => this.fit()).observe(this.drawing);
    return this;
  }

  fit() {
    const { left, right } = this.spec.padding;
    const width = Math.max(60, this.drawing.clientWidth - left - right);
    if (width !== this.view.width()) this.view.width(width).run();
  }

  /** Show new rows (by data set) and signals; the sentence doubles as text alternative. */
  update(rows, signals, sentence) {
    this.next = { rows, signals: signals ?? {} };
    Figure.waiting.add(this);
    if (this.isNear) this.draw();
    else Figure.plan();
    if (sentence !== undefined) {
      this.words.textContent = sentence;
      this.drawing.setAttribute("aria-label", `${this.title}. ${sentence}`);
    }
    if (!this.tableBox.hidden) this.fillTable();
  }

  draw() {
    Figure.waiting.delete(this);
    if (!this.view || !this.next) return;
    for (const [name, values] of Object.entries(this.next.rows)) this.view.data(name, values);
    for (const [name, value] of Object.entries(this.next.signals)) this.view.signal(name, value);
    this.next = null;
    this.view.run();
  }

  toggleTable(button) {
    this.tableBox.hidden = !this.tableBox.hidden;
    button.setAttribute("aria-expanded", String(!this.tableBox.hidden));
    if (!this.tableBox.hidden) this.fillTable();
  }

  fillTable() {
    const { head, rows } = this.table();
    const cells = (tag, values) => values.map((value, i) => `<${i === 0 ? "th scope=row" : tag}>${escaped(value)}</${i === 0 ? "th" : tag}>`).join("");
    this.tableBox.innerHTML = `<table><thead><tr>${head.map((h) => `<th scope="col">${escaped(h)}</th>`).join("")}</tr></thead>
      <tbody>${rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("")}</tbody></table>`;
  }

  async save() {
    this.draw();
    saveText(`${this.file}.svg`, await this.view.toSVG(), "image/svg+xml");
  }
}

/** Hand a text to the person as a file. */
function saveText(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
