// Figures drawn by hand as SVG: with heading, sentence, table and files as charts have.

const NO_PADDING = { left: 0, right: 0, top: 0, bottom: 0 };
const LEAST_DRAWING = 240;

/** A figure whose picture is a text: `paint(rows, width)` gives the SVG for a width in pixels. A click on what has a
 * `data-month` or `data-partner` picks it. */
class Drawing extends Figure {
  constructor(place, { paint, ...more }) {
    super(place, { spec: { padding: NO_PADDING }, ...more });
    this.paint = paint;
    this.drawing.addEventListener("click", ({ target }) => {
      const { partner, month } = target.closest("[data-partner], [data-month]")?.dataset ?? {};
      if (partner) setPartner(partner);
      if (month) setMonth(Number(month));
    });
  }

  picture(above = 0) {
    const box = document.createElement("div");
    box.innerHTML = this.shown ? this.paint(this.shown, Math.max(LEAST_DRAWING, this.width)) : svgOf(LEAST_DRAWING, 0, "");
    const picture = box.firstElementChild;
    if (above === 0) return picture;
    const size = { width: Number(picture.getAttribute("width")), height: Number(picture.getAttribute("height")) + above };
    picture.setAttribute("y", above);
    return drawn("svg", { ...size, viewBox: `0 0 ${size.width} ${size.height}`, ...FONT, fill: INK }, picture);
  }
}

/** An element of SVG as text; what has no value is left out. */
function mark(name, attributes, inside = "") {
  const told = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === "number" ? Number(value.toFixed(1)) : value)}"`);
  return `<${name}${told.join("")}>${inside}</${name}>`;
}

const svgOf = (width, height, inside) => mark("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", ...FONT, fill: INK, "font-size": width < 330 ? "10" : "11.5" }, inside);
