/* Who is selected on the board. The choice survives paging, filtering and reloading: it is kept for this
   browser tab under the practice's reference, and people who are not on the page travel as hidden fields. */

const key = (practice) => `selection:${practice}`;

export function forget(practice) {
  sessionStorage.removeItem(key(practice));
}

function remembered(practice) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(practice))) ?? {};
    return { people: new Set(kept.people ?? []), all: kept.all ?? null };
  } catch {
    return { people: new Set(), all: null };
  }
}

export class Selection {
  /* form: the form around the list; changed: called after every change. */
  constructor(form, changed) {
    this.form = form;
    this.practice = form.dataset.practice;
    this.changed = changed;
    this.anchor = null;
    Object.assign(this, remembered(this.practice));
    form.addEventListener("change", (event) => this.#ticked(event.target));
    form.addEventListener("click", (event) => this.#clicked(event));
    form.addEventListener("mousedown", (event) => {
      // Shift-click selects people, not the text between them.
      if (event.shiftKey && event.target.closest(".person")) event.preventDefault();
    });
  }

  get boxes() {
    return [...this.form.querySelectorAll('input[name="people"]')];
  }

  get matching() {
    return Number(this.form.querySelector("[data-all]")?.dataset.matching ?? 0);
  }

  /* The filter that “all that match” was pressed under; another filter ends it. */
  get filter() {
    return ["q", "state", "role"].map((name) => this.form.elements.namedItem(name)?.value ?? "").join("\n");
  }

  get count() {
    return this.all === null ? this.people.size : this.matching;
  }

  get first() {
    if (this.all !== null) return this.boxes[0]?.value;
    return this.boxes.find((box) => box.checked)?.value ?? [...this.people][0];
  }

  /* Draws the state into the page, after loading it and after htmx exchanged the rows. */
  show() {
    if (this.all !== null && this.all !== this.filter) this.all = null;
    for (const box of this.boxes) box.checked = this.all !== null || this.people.has(box.value);
    const all = this.form.querySelector("[data-all]");
    if (all) all.checked = this.all !== null;
    const page = this.form.querySelector("[data-page]");
    if (page) {
      const on = this.boxes.filter((box) => box.checked).length;
      page.checked = on > 0 && on === this.boxes.length;
      page.indeterminate = on > 0 && on < this.boxes.length;
      page.closest("[data-page-choice]").hidden = false;
    }
    this.#keep();
    this.changed(this);
  }

  set(references, on) {
    if (this.all !== null) this.#fromAllToPage();
    for (const reference of references) {
      if (on) this.people.add(reference);
      else this.people.delete(reference);
    }
    this.show();
  }

  toggle(box) {
    this.anchor = box.value;
    this.set([box.value], !(this.all !== null || this.people.has(box.value)));
  }

  clear() {
    this.people.clear();
    this.all = null;
    this.show();
  }

  /* Adds those who are selected but not on this page, just before the form is sent. */
  carry() {
    for (const field of this.form.querySelectorAll("[data-carried]")) field.remove();
    if (this.all !== null) return;
    const here = new Set(this.boxes.map((box) => box.value));
    for (const reference of this.people) {
      if (here.has(reference)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "people", value: reference });
      field.dataset.carried = "";
      this.form.append(field);
    }
  }

  #fromAllToPage() {
    this.all = null;
    for (const box of this.boxes) this.people.add(box.value);
  }

  #ticked(input) {
    if (input.matches("[data-all]")) {
      this.people.clear();
      this.all = input.checked ? this.filter : null;
      this.show();
    } else if (input.matches("[data-page]")) {
      this.set(this.boxes.map((box) => box.value), input.checked);
    } else if (input.name === "people") {
      this.set([input.value], input.checked);
    }
  }

  #clicked(event) {
    const row = event.target.closest(".person");
    if (!row || event.target.closest("a, button")) return;
    const box = row.querySelector('input[name="people"]');
    if (event.shiftKey && this.anchor) {
      const order = this.boxes;
      const from = order.findIndex((other) => other.value === this.anchor);
      const to = order.indexOf(box);
      if (from >= 0) {
        const [low, high] = from < to ? [from, to] : [to, from];
        const on = event.target === box ? box.checked : true;
        this.set(order.slice(low, high + 1).map((other) => other.value), on);
        return;
      }
    }
    this.anchor = box.value;
    // The tick box itself reports a change; a click elsewhere in the row is ours. Marked text is left alone.
    if (event.target === box || String(getSelection()).trim()) return;
    this.toggle(box);
    box.focus({ preventScroll: true });
  }

  #keep() {
    if (this.all === null && this.people.size === 0) forget(this.practice);
    else sessionStorage.setItem(key(this.practice), JSON.stringify({ people: [...this.people], all: this.all }));
  }
}
