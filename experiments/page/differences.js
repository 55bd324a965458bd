// What B does otherwise than A: one switch for each difference, so that each can be put back and tried again.

const MOST_SWITCHES = 5;

class Differences {
  constructor(state, changed) {
    this.state = state;
    this.changed = changed;
    this.putBack = new Map();
    this.box = document.getElementById("differs");
    this.box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-path]");
      if (button) this.toggle(button.dataset.path);
    });
  }

  /** Forget what was put back: the sides have changed in another way. */
  forget() {
    this.putBack.clear();
  }

  /** Paths of one switch: a composite stands for its parts where all of them differ. */
  pathsOf(key) {
    return COMPOSITES.get(key)?.paths ?? [key];
  }

  /** What differs, by control or composite, the main levers first. */
  keys() {
    const paths = differing(this.state);
    const whole = CATALOGUE.composites.filter((one) => one.paths.every((path) => paths.includes(path)));
    const parts = new Set(whole.flatMap((one) => one.paths));
    const keys = [...whole.map((one) => one.path), ...paths.filter((path) => !parts.has(path)), ...this.putBack.keys()];
    const order = (key) => {
      const place = CATALOGUE.headlines.indexOf(key);
      return key === "board" || key === "calendar" || isDated(key) ? -1 : place < 0 ? 99 : place;
    };
    return [...new Set(keys)].sort((a, b) => order(a) - order(b));
  }

  /** Put B's setting back to A's, or take it up again. */
  toggle(key) {
    const { left, right } = this.state;
    if (this.putBack.has(key)) {
      for (const [path, value] of this.putBack.get(key)) setValue(right, path, value);
      this.putBack.delete(key);
    } else {
      this.putBack.set(key, this.pathsOf(key).map((path) => [path, effective(right, path)]));
      for (const path of this.pathsOf(key)) setValue(right, path, effective(left, path));
    }
    this.changed();
    this.show();
    this.box.querySelector(`[data-path="${key}"]`)?.focus();
  }

  canToggle(key) {
    if (isDated(key)) return true;
    return (key !== "board" && key !== "calendar") || effective(this.state.left, key) !== "";
  }

  show() {
    const keys = this.keys();
    const items = keys.map((key) => {
      const isBack = this.putBack.has(key);
      const words = this.words(key);
      return this.canToggle(key)
        ? `<button type="button" class="chip" data-path="${escaped(key)}" aria-pressed="${!isBack}">${words}</button>`
        : `<span class="chip">${words}</span>`;
    });
    const rest = items.splice(MOST_SWITCHES);
    const isOpen = Boolean(this.box.querySelector("details")?.open);
    const more = rest.length ? `<details${isOpen ? " open" : ""}><summary class="quiet">and ${rest.length} more</summary>${rest.join(" ")}</details>` : "";
    const hint = keys.some((key) => this.canToggle(key)) ? "Switch one off to see what it was worth." : "";
    this.box.hidden = keys.length === 0;
    this.box.innerHTML = `<span class="quiet">What B does otherwise. ${hint}</span> ${items.join(" ")} ${more}`;
  }

  /** A difference in words. HTML. */
  words(key) {
    const value = this.putBack.get(key)?.[0][1];
    if (isDated(key)) {
      const { intervention, month } = datedParts(key);
      const words = (dose) => (dose ? interventionWords(intervention, dose) : "nothing");
      const was = effective(this.state.left, key);
      return `${dateWords(month)}: ${was ? `<span class="from">${escaped(words(was))} →</span> ` : ""}<b>${escaped(words(value ?? effective(this.state.right, key)))}</b>`;
    }
    const control = CONTROLS.get(this.pathsOf(key)[0]);
    const was = effective(this.state.left, control.path);
    const is = value ?? effective(this.state.right, control.path);
    return `${escaped(COMPOSITES.get(key)?.label ?? control.label)} <span class="from">${escaped(shown(control, was))} →</span> <b>${escaped(shown(control, is))}</b>`;
  }
}
