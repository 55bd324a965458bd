// Figures drawn by hand as SVG: with heading, sentence, table and file as those of Vega have.

/** A figure whose picture is a text: `paint(rows, width)` gives the SVG for a width in pixels. A click on what has a
 * `data-month` or `data-partner` picks it. */
class Drawing extends Figure {
  constructor(place, { paint, ...more }) {
    super(place, { spec: {}, ...more });
    this.paint = paint;
    this.drawing.addEventListener("click", ({ target }) => {
      const { partner, month } = target.closest("[data-partner], [data-month]")?.dataset ?? {};
      if (partner) setPartner(partner);
      if (month) setMonth(Number(month));
    });
  }

  async ready() {
    new ResizeObserver(() => {
      if (this.drawing.clientWidth !== this.width) this.repaint();
    }).observe(this.drawing);
    return this;
  }

  draw() {
    Figure.waiting.delete(this);
    if (!this.next) return;
    this.rows = this.next.rows;
    this.next = null;
    this.repaint();
  }

  repaint() {
    if (!this.rows) return;
    this.width = this.drawing.clientWidth;
    this.drawing.firstElementChild.innerHTML = this.paint(this.rows, Math.max(240, this.width));
  }

  async save() {
    this.draw();
    saveText(`${this.file}.svg`, this.drawing.firstElementChild.innerHTML, "image/svg+xml");
  }
}

/** An element of SVG as text; what has no value is left out. */
function mark(name, attributes, inside = "") {
  const told = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === "number" ? Number(value.toFixed(1)) : value)}"`);
  return `<${name}${told.join("")}>${inside}</${name}>`;
}

const svgOf = (width, height, inside) => mark("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", "font-family": FONT, "font-size": width < 330 ? "10" : "11.5" }, inside);
