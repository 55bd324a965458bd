// The controls: a few levers first, everything else in groups that open on demand and can be searched.

/** Builds and refreshes every control. `changed()` is called after a person moved something. */
class Controls {
  constructor(state, changed) {
    this.state = state;
    this.changed = changed;
    this.rows = new Map();
    this.buildSides();
    this.buildHeadlines();
    this.buildGroups();
    this.buildRuns();
    document.getElementById("search").addEventListener("input", () => this.search());
    document.getElementById("controls").addEventListener("submit", (event) => event.preventDefault());
    this.refresh();
  }

  // ---------------------------------------------------------------- who stands on each side

  buildSides() {
    const place = document.getElementById("sides");
    for (const name of SIDES) {
      const card = document.createElement("fieldset");
      card.className = `card ${LETTER[name].toLowerCase()}`;
      card.innerHTML = `<legend><span class="badge ${LETTER[name].toLowerCase()}">${LETTER[name]}</span> Side ${LETTER[name]}</legend>
        <label>Start from <select data-preset="${name}"></select></label>
        <p class="quiet claim"></p>
        <div class="buttons"><button type="button" data-reset="${name}">Reset side</button>
        <button type="button" data-copy="${name}">Copy to ${name === "left" ? "B" : "A"}</button></div>`;
      const select = card.querySelector("select");
      for (const preset of CATALOGUE.presets) {
        select.append(new Option(preset.label, preset.name));
      }
      select.addEventListener("change", () => {
        this.state[name] = { preset: select.value, changes: {} };
        this.refresh();
        this.changed();
      });
      card.querySelector("[data-reset]").addEventListener("click", () => {
        this.state[name].changes = {};
        this.refresh();
        this.changed();
      });
      card.querySelector("[data-copy]").addEventListener("click", () => {
        const other = name === "left" ? "right" : "left";
        this.state[other] = { preset: this.state[name].preset, changes: { ...this.state[name].changes } };
        this.refresh();
        this.changed();
      });
      place.append(card);
    }
    place.insertAdjacentHTML("beforeend", ["Undo", "Redo", "Swap A and B"].map((words) => `<button type="button" id="${words.split(" ")[0].toLowerCase()}">${words}</button>`).join(" "));
    at("undo").addEventListener("click", () => history.back());
    at("redo").addEventListener("click", () => history.forward());
    at("swap").addEventListener("click", () => {
      [this.state.left, this.state.right] = [this.state.right, this.state.left];
      this.refresh();
      this.changed();
    });
  }

  buildHeadlines() {
    const place = document.getElementById("headline-levers");
    place.innerHTML = `<h2 class="hidden">Main levers</h2>`;
    for (const path of ["board", ...CATALOGUE.headlines, "calendar"]) this.addRow(place, path);
  }

  // ---------------------------------------------------------------- one lever, two sides

  addRow(place, path) {
    const composite = COMPOSITES.get(path);
    const control = composite ? { ...CONTROLS.get(composite.paths[0]), ...composite } : CONTROLS.get(path);
    const row = document.createElement("fieldset");
    const id = `row${this.rows.size}`;
    row.className = "lever";
    row.dataset.path = path;
    row.innerHTML = `<legend>${escaped(control.label)}</legend>
      <button type="button" class="what" aria-expanded="false" aria-controls="${id}-says" aria-label="What ${escaped(control.label)} means">?</button>
      <p class="says" id="${id}-says" hidden>${escaped(control.says)} ${rangeWords(control)}
      <span class="quiet">Source: ${escaped(control.source)}. <code>${escaped(composite ? composite.paths.join(", ") : path)}</code></span></p>`;
    row.querySelector(".what").addEventListener("click", (event) => {
      const says = row.querySelector(".says");
      says.hidden = !says.hidden;
      event.currentTarget.setAttribute("aria-expanded", String(!says.hidden));
    });
    const inputs = {};
    for (const name of SIDES) inputs[name] = this.addInput(row, control, name, composite?.paths ?? [path]);
    place.append(row);
    const entry = { row, control, inputs, paths: composite?.paths ?? [path] };
    this.rows.set(id, entry);
    this.refreshRow(entry);
    return entry;
  }

  addInput(row, control, name, paths) {
    const line = document.createElement("div");
    line.className = `line ${LETTER[name].toLowerCase()}`;
    const label = `${control.label}, side ${LETTER[name]}`;
    const isNumber = control.kind === "number" || control.kind === "count" || control.kind === "number_or_choice";
    line.innerHTML = `<span class="badge ${LETTER[name].toLowerCase()}" aria-hidden="true">${LETTER[name]}</span>`;
    const input = document.createElement(isNumber ? "input" : "select");
    input.setAttribute("aria-label", label);
    if (isNumber) {
      Object.assign(input, { type: "range", min: control.low, max: control.high, step: control.whole ? 1 : "any" });
    } else {
      for (const value of control.choices) input.append(new Option(choiceLabel(control, value), value));
    }
    line.append(input);
    const parts = { line, input, isNumber };
    if (isNumber) {
      parts.output = document.createElement("output");
      line.append(parts.output);
    }
    if (control.kind === "number_or_choice") {
      const own = document.createElement("label");
      own.className = "own";
      own.innerHTML = `<input type="checkbox" aria-label="${escaped(label)}: ${escaped(choiceLabel(control, control.choices[0]))}"> place’s own`;
      parts.own = own.querySelector("input");
      line.append(own);
      parts.own.addEventListener("change", () => this.set(name, paths, parts.own.checked ? control.choices[0] : Number(input.value)));
    }
    input.addEventListener(isNumber ? "input" : "change", () => this.set(name, paths, isNumber ? this.rounded(control, Number(input.value)) : input.value));
    row.append(line);
    return parts;
  }

  /** A value that a person would write: a hundredth of the range. */
  rounded(control, value) {
    if (control.whole) return Math.round(value);
    const step = 10 ** Math.floor(Math.log10((control.high - control.low) / 99));
    return Number((Math.round(value / step) * step).toPrecision(6));
  }

  set(name, paths, value) {
    for (const path of paths) setValue(this.state[name], path, value);
    this.refresh();
    this.changed();
  }

  /** Show the state's values in a row. */
  refreshRow({ row, control, inputs, paths }) {
    for (const name of SIDES) {
      const side = this.state[name];
      const { input, output, own, isNumber, line } = inputs[name];
      const values = paths.map((path) => effective(side, path));
      const value = paths.length > 1 ? values.reduce((a, b) => a + b, 0) / values.length : values[0];
      if (isNumber) {
        input.value = typeof value === "number" ? value : control.low;
        const mixed = paths.length > 1 && new Set(values).size > 1;
        const told = typeof value === "number" ? shown(control, value) : "";
        output.textContent = mixed ? `≈ ${told}` : told;
        input.setAttribute("aria-valuetext", `${mixed ? "about " : ""}${typeof value === "number" ? shown(control, value) : choiceLabel(control, value)}`);
      } else {
        if (value === "" && !input.querySelector("option[value='']")) input.prepend(new Option("(its own)", ""));
        input.value = value;
      }
      if (own) own.checked = typeof value !== "number";
      input.disabled = Boolean(own?.checked);
      line.classList.toggle("changed", paths.some((path) => path in side.changes));
    }
    row.classList.toggle("differs", paths.some((path) => effective(this.state.left, path) !== effective(this.state.right, path)));
  }

  refresh() {
    for (const entry of this.rows.values()) this.refreshRow(entry);
    for (const name of SIDES) {
      const preset = PRESETS.get(this.state[name].preset);
      document.querySelector(`[data-preset="${name}"]`).value = preset.name;
      document.querySelector(`.card.${LETTER[name].toLowerCase()} .claim`).textContent = preset.claim;
      document.querySelector(`[data-reset="${name}"]`).disabled = Object.keys(this.state[name].changes).length === 0;
    }
    this.refreshRuns();
  }

  // ---------------------------------------------------------------- everything else

  buildGroups() {
    const place = document.getElementById("groups");
    for (const { name: group, says } of CATALOGUE.groups) {
      const controls = CATALOGUE.controls.filter((control) => control.group === group);
      const box = document.createElement("details");
      box.className = "group";
      box.dataset.group = group;
      box.innerHTML = `<summary>${escaped(group)} <span class="quiet">${controls.length}</span></summary><p class="quiet">${escaped(says)}</p><div></div>`;
      box.addEventListener("toggle", () => box.open && this.fillGroup(box, controls));
      place.append(box);
    }
  }

  fillGroup(box, controls) {
    const place = box.querySelector("div");
    if (place.childElementCount) return;
    for (const control of controls) this.addRow(place, control.path);
  }

  search() {
    const words = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const box of document.querySelectorAll("details.group")) {
      const controls = CATALOGUE.controls.filter((control) => control.group === box.dataset.group);
      const text = (control) => `${control.label} ${control.path} ${control.says} ${control.source} ${control.group}`.toLowerCase();
      const hits = new Set(controls.filter((control) => words.every((word) => text(control).includes(word))).map((control) => control.path));
      if (words.length && hits.size) this.fillGroup(box, controls);
      for (const row of box.querySelectorAll(".lever")) row.hidden = words.length > 0 && !hits.has(row.dataset.path);
      box.hidden = words.length > 0 && hits.size === 0;
      if (words.length) box.open = hits.size > 0;
      found += hits.size;
    }
    document.getElementById("found").textContent = words.length ? `${found} ${found === 1 ? "setting" : "settings"} found` : "";
  }

  // ---------------------------------------------------------------- place, runs and luck

  buildRuns() {
    const place = document.getElementById("runs");
    const limits = CATALOGUE.limits;
    place.innerHTML = `
      <label>Place, for both sides <select id="place"><option value="">as the presets have it</option></select></label>
      <p class="quiet" id="place-says"></p>
      <label>Numbers of behaviour <select id="behaviour"></select></label>
      <p class="quiet" id="behaviour-says"></p>
      <label>Paired runs <input type="number" id="replicates" min="2" max="${limits.replicates}" step="1"></label>
      <label>Seed: another seed is other luck <input type="number" id="seed" min="0" max="999999999" step="1"></label>
      <label>Months <input type="number" id="months" min="${limits.months_least}" max="${limits.months}" step="1" placeholder="own"></label>
      <label>Run to look inside <input type="number" id="run" min="0" max="${limits.replicates - 1}" step="1" placeholder="a typical one"></label>`;
    const select = place.querySelector("#place");
    for (const one of CATALOGUE.places) select.append(new Option(one.label, one.name));
    select.addEventListener("change", () => this.setShared("place", select.value || null));
    const behaviour = place.querySelector("#behaviour");
    for (const { name, label } of CATALOGUE.behaviours) behaviour.append(new Option(label, name));
    behaviour.addEventListener("change", () => this.setShared("behaviour", behaviour.value));
    for (const name of ["replicates", "seed", "months", "run"]) {
      const input = place.querySelector(`#${name}`);
      input.addEventListener("change", () => {
        if (input.value !== "" && !input.checkValidity()) input.value = Math.min(Number(input.max), Math.max(Number(input.min), Math.round(Number(input.value))));
        const first = firstState()[name];
        this.setShared(name, input.value === "" ? first : Number(input.value));
      });
    }
  }

  setShared(name, value) {
    this.state[name] = value;
    this.refreshRuns();
    this.changed();
  }

  refreshRuns() {
    for (const name of ["replicates", "seed", "months", "run"]) document.getElementById(name).value = this.state[name] ?? "";
    document.getElementById("place").value = this.state.place ?? "";
    document.getElementById("behaviour").value = this.state.behaviour;
    document.getElementById("behaviour-says").textContent = CATALOGUE.behaviours.find((one) => one.name === this.state.behaviour).says;
    const place = CATALOGUE.places.find((one) => one.name === (this.state.place ?? PRESETS.get(this.state.left.preset).place));
    const fund = place?.fund_gbp_m === null ? "a flexible fund as its series states it" : `£${plainNumber(place?.fund_gbp_m)}m flexible fund in 2003-04`;
    document.getElementById("place-says").textContent = place
      ? `${place.label}: ${fund}, ${place.population.toLocaleString("en-GB")} people, ${place.tiers === 2 ? "two tiers" : "one tier"} of local government.`
      : "";
  }
}

function rangeWords(control) {
  if (control.low === null) return "";
  return `<span class="quiet">From ${escaped(plainNumber(control.low))} to ${escaped(plainNumber(control.high))}${control.unit ? ` (${escaped(control.unit)})` : ""}.</span>`;
}
