// Figures: a heading, a chart drawn with scales and shapes of D3, its sentence, its table, and the files to keep.

// Colours are those of page.css, so that charts follow the look of the page, and paper is always light.
const INK = "var(--ink)";
const GREY = "var(--quiet)";
const HAIR = "var(--hair)";
const PAPER = "var(--paper)";
const COLOUR = { left: "var(--a)", right: "var(--b)", difference: "var(--difference)" };
const DASH = { left: null, right: "6 3", difference: null };
const SECTOR_SHAPE = { council: "square", agency: "circle", business: "diamond", voluntary: "triangle-up" };

const FONT = { "font-family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif", "font-size": 11 };
const LEAST_WIDTH = 60;
const TITLE_HEIGHT = 26;
const PIXELS = 2;

/** An element of a drawing with its attributes, those that are null left out, and what is in it. */
function drawn(tag, attributes, ...content) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, value);
  element.append(...content.flat(Infinity).filter((part) => part !== null && part !== undefined));
  return element;
}

/**
 * A figure: heading, sentence, chart, table on demand and files to keep.
 *
 * `spec` is a chart: its `height`, or `height(shown)`, the `padding` around it, and `draw(size, shown)`, which gives the
 * elements of a drawing of `size.width` times `size.height` for what was handed to `update`. With `focus(drawing, key)` what
 * is drawn is a list to choose from, whose options have `data-partner`: it gives the focus back once they are drawn anew.
 */
class Figure {
  static all = [];
  static waiting = new Set();
  static sight = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => Figure.sees(target, isIntersecting)), { rootMargin: "150px" });

  /** Charts near the window are drawn at once, the others when the browser has time. */
  static sees(box, isNear) {
    const figure = Figure.all.find((one) => one.box === box);
    figure.isNear = isNear;
    if (isNear && Figure.waiting.has(figure)) figure.draw();
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
    this.file = file ?? title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    this.shown = null;
    this.box = document.createElement("figure");
    this.box.className = "chart";
    this.box.innerHTML = `<figcaption><h3></h3><p class="what"></p></figcaption><div class="drawing" role="${spec.focus ? "listbox" : "img"}"></div>
      <p class="words"></p><div class="tools"><button type="button" class="show-table" aria-expanded="false">Table</button>
      <button type="button" class="save">SVG</button><button type="button" class="save-png">PNG</button></div>
      <div class="table" hidden tabindex="0" role="region"></div>`;
    this.retitle(title, says);
    place.append(this.box);
    this.drawing = this.box.querySelector(".drawing");
    this.words = this.box.querySelector(".words");
    this.tableBox = this.box.querySelector(".table");
    this.box.querySelector(".show-table").addEventListener("click", (event) => this.toggleTable(event.currentTarget));
    this.box.querySelector(".save").addEventListener("click", () => saveFile(`${this.file}.svg`, this.svg(), "image/svg+xml"));
    this.box.querySelector(".save-png").addEventListener("click", async () => saveFile(`${this.file}.png`, await this.png(), "image/png"));
    Figure.all.push(this);
    Figure.sight.observe(this.box);
    new ResizeObserver(() => this.fit()).observe(this.drawing);
  }

  retitle(title, says) {
    this.title = title;
    this.box.querySelector("h3").textContent = title;
    this.box.querySelector(".what").textContent = says ?? "";
    this.box.querySelector(".show-table").setAttribute("aria-label", `Table of: ${title}`);
    this.box.querySelector(".save").setAttribute("aria-label", `Save as SVG: ${title}`);
    this.box.querySelector(".save-png").setAttribute("aria-label", `Save as PNG: ${title}`);
    this.box.querySelector(".table").setAttribute("aria-label", `Table: ${title}`);
  }

  /** Width of the chart without what is around it. */
  get width() {
    const { padding: { left, right }, least_width: least = LEAST_WIDTH } = this.spec;
    return Math.max(least, this.drawing.clientWidth - left - right);
  }

  height() {
    const { height } = this.spec;
    if (typeof height === "number") return height;
    return this.shown ? height(this.shown) : 0;
  }

  /** Show other data and settings; the sentence doubles as text alternative. */
  update(data, settings, sentence) {
    this.shown = { ...data, ...settings };
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
    this.drawnWidth = this.width;
    const focused = this.drawing.contains(document.activeElement) ? document.activeElement.dataset.partner : undefined;
    this.drawing.replaceChildren(this.picture());
    if (focused) this.spec.focus(this.drawing, focused);
  }

  /** Draw anew in another width. */
  fit() {
    if (this.shown && this.width !== this.drawnWidth) this.draw();
  }

  /** Draw all anew in the width of a sheet of paper, or of the screen again. */
  static print(isOnPaper) {
    document.body.classList.toggle("printed", isOnPaper);
    for (const figure of Figure.all) figure.fit();
  }

  /** The chart as an SVG element, `above` pixels lower than its top. Its frame is the image, with our sentence as its text. */
  picture(above = 0) {
    const { padding, draw } = this.spec;
    const { width } = this;
    const height = this.height();
    const whole = { width: width + padding.left + padding.right, height: height + padding.top + padding.bottom + above };
    const marks = this.shown ? draw({ width, height }, this.shown) : [];
    const seen = this.spec.focus ? { role: "none" } : { "aria-hidden": true };
    return drawn("svg", { ...whole, viewBox: `0 0 ${whole.width} ${whole.height}`, ...FONT, fill: INK, ...seen },
      drawn("g", { transform: `translate(${padding.left},${padding.top + above})` }, marks));
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

  /** The text of an SVG file that stands by itself: with its heading, its sentence as description, and colours for paper. */
  svg() {
    const picture = this.picture(TITLE_HEIGHT);
    picture.removeAttribute("aria-hidden");
    picture.setAttribute("role", "img");
    picture.prepend(
      drawn("title", {}, this.title),
      drawn("desc", {}, this.words.textContent),
      drawn("rect", { width: "100%", height: "100%", fill: PAPER }),
      drawn("text", { x: 6, y: 17, "font-size": Math.min(13, picture.getAttribute("width") / (0.68 * this.title.length)), "font-weight": "bold" }, this.title),
    );
    return new XMLSerializer().serializeToString(picture).replaceAll(/var\((--[\w-]+)\)/g, (_, name) => lightColour(name));
  }

  /** The bytes of a PNG file of the same. */
  async png() {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(this.svg())}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = PIXELS * image.width;
    canvas.height = PIXELS * image.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const file = await new Promise((done) => canvas.toBlob(done, "image/png"));
    return new Uint8Array(await file.arrayBuffer());
  }

  /** Every figure of the page as SVG and as PNG, in their order on it, as the bytes of one ZIP file. */
  static async zip() {
    const files = {};
    const onPage = [...document.querySelectorAll("figure.chart")];
    const figures = Figure.all.toSorted((one, other) => onPage.indexOf(one.box) - onPage.indexOf(other.box));
    for (const [i, figure] of figures.entries()) {
      const name = `${String(i + 1).padStart(2, "0")}-${figure.file}`;
      files[`${name}.svg`] = fflate.strToU8(figure.svg());
      files[`${name}.png`] = [await figure.png(), { level: 0 }];
    }
    return fflate.zipSync(files);
  }
}

/** A colour of the light look: the first rule of page.css. */
const lightColour = (name) => document.styleSheets[0].cssRules[0].style.getPropertyValue(name).trim();

/** Hand a text or bytes to the person as a file. */
function saveFile(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
