// Share, download, and what a reader should know.

function fillTake() {
  at("take-text").innerHTML = `<p>The address of this page holds the whole state. Who opens it in a file of the same version sees what you see.</p>
    <label>Address <input type="text" readonly id="address"></label>
    <p><button type="button" id="copy">Copy the address</button> <span id="copied" role="status"></span></p>
    <p><label>Embed one picture <select id="embed-what">${EMBEDDED.map(([name, label]) => `<option value="${name}">${label}</option>`).join("")}</select></label>
    <input type="text" readonly id="embed" aria-label="Code that embeds it"></p>
    <h3>Reproduce this</h3>
    <p>Put both files into a folder <code>${FOLDER}/scenario</code>, then run the command where <code>${FOLDER}</code> is${CASE ? `, and the folder of the case, <code>${escaped(CASE.folder)}</code>, if a side has anything of it` : ""}${EXTENSION ? `, with <code>${escaped(EXTENSION)}</code>` : ""}. It gives the numbers of this page; the engine here was made from sources <code id="engine-hash"></code>.</p>
    <p><button type="button" id="yaml-left">side_a.yaml</button> <button type="button" id="yaml-right">side_b.yaml</button></p>
    <pre id="reproduce-command" tabindex="0"></pre><pre id="reproduce-python" tabindex="0"></pre><p id="reproduce-note" class="quiet"></p>
    <h3>Data</h3><p><button type="button" id="csv">Curves (CSV)</button> <button type="button" id="csv-regimes">Regimes (CSV)</button>
    <button type="button" id="csv-partners">Partners of the run (CSV)</button> <button type="button" id="json">Settings (JSON)</button></p>
    <h3>Figures</h3><p>Each figure has its own SVG and PNG. <button type="button" id="figures">Save all figures (ZIP)</button> <span id="figures-saved" role="status"></span></p>`;
  at("engine-hash").textContent = ENGINE.source.slice(0, 12);
  at("open-take").addEventListener("click", () => {
    at("address").value = here();
    fillEmbed();
    fillReproduce(page.state);
  });
  at("embed-what").addEventListener("change", fillEmbed);
  for (const name of SIDES) at(`yaml-${name}`).addEventListener("click", () => saveFile(`${OWN_NAME[name]}.yaml`, settingsYaml(name, page.state), "application/yaml"));
  at("copy").addEventListener("click", async () => {
    at("address").select();
    at("copied").textContent = (await isCopied(at("address").value)) ? "Copied." : "Selected: copy it with your keyboard.";
  });
  at("csv").addEventListener("click", () => saveFile("curves.csv", curvesCsv(page.answer), "text/csv"));
  at("csv-regimes").addEventListener("click", () => saveFile("regimes.csv", regimesCsv(page.answer), "text/csv"));
  at("csv-partners").addEventListener("click", () => saveFile("partners.csv", partnersCsv(page.answer), "text/csv"));
  at("json").addEventListener("click", () => saveFile("settings.json", JSON.stringify(requestOf(page.state), null, 2), "application/json"));
  at("figures").addEventListener("click", async () => {
    at("figures-saved").textContent = "Drawing …";
    saveFile("figures.zip", await Figure.zip(), "application/zip");
    at("figures-saved").textContent = `${Figure.all.length} figures, each as SVG and PNG.`;
  });
}

const here = (state = page.state) => `${location.href.split("#")[0]}#${addressOf(state)}`;

/** Hand a text to the clipboard, if the browser lets us. */
const isCopied = (text) => navigator.clipboard?.writeText(text).then(() => true, () => false);

function fillEmbed() {
  at("embed").value = `<iframe src="${escaped(here({ ...page.state, only: at("embed-what").value }))}" title="Partnership explorer" width="100%" height="480"></iframe>`;
}

const csv = (rows) => rows.map((row) => row.map((cell) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(",")).join("\n") + "\n";
const exact = (value) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : "");

function curvesCsv(answer) {
  const rows = [["side", "measure", "unit", "month", "date", ...QUANTILE_NAMES, "mean"]];
  for (const part of [...SIDES, "difference"]) {
    for (const [measure, bands] of answer[part].bands) {
      for (let step = 0; step < answer.months; step += 1) {
        rows.push([LETTER[part] ?? "B minus A", measure, MEASURES.get(measure).unit, step, isoMonth(answer.start, step), ...bands.map((values) => exact(values[step]))]);
      }
    }
  }
  return csv(rows);
}

function regimesCsv(answer) {
  const rows = [["side", "month", "date", "regime", "share"]];
  for (const side of SIDES) {
    for (let step = 0; step < answer.months; step += 1) {
      CATALOGUE.regimes.forEach((regime, r) => rows.push([LETTER[side], step, isoMonth(answer.start, step), regime.name, exact(answer[side].regimes[r][step])]));
    }
  }
  return csv(rows);
}

function partnersCsv(answer) {
  const columns = SIDES.map((side) => answer[side].example?.columns).find(Boolean) ?? [];
  const rows = [["side", "replicate", "month", "date", "partner", "sector", ...columns, ...TERMS.map((term) => `term_${term.name}`)]];
  for (const side of SIDES) {
    const example = answer[side].example;
    if (!example) continue;
    for (let step = 0; step < example.months; step += 1) {
      example.partners.forEach((partner, i) => {
        rows.push([LETTER[side], example.replicate, step, isoMonth(answer.start, step), partner.name, partner.sector,
          ...columns.map((_, c) => exact(example.value(c, step, i))), ...TERMS.map((_, k) => exact(example.term(k, step, i)))]);
      });
    }
  }
  return csv(rows);
}

function isoMonth(start, step) {
  const number = monthNumber(start) + step;
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
}

function fillAbout() {
  const list = (rows) => rows.map((row) => `<li>${escaped(row)}</li>`).join("");
  const { assumptions } = CATALOGUE;
  at("about-text").innerHTML = `<h3>What must not be concluded</h3><ul>${list(assumptions.limits)}</ul>
    <h3>What it rests on</h3><ul>${list(assumptions.rests_on)}</ul>
    <h3>How a partner decides</h3><p>${escaped(assumptions.decision)}</p><dl>${TERMS.map((term) => `<div><dt>${escaped(term.label)}</dt><dd>${escaped(term.says)}</dd></div>`).join("")}</dl>
    <h3>Sources</h3><dl>${assumptions.sources.map((one) => `<div><dt>${escaped(one.name)}</dt><dd>${escaped(one.says)}</dd></div>`).join("")}</dl>`;
  at("colophon").textContent = `${CATALOGUE.written_by}. ${assumptions.limits[0]} Charts: D3.`;
}
