/* Every answer goes to this device first, then to the server, and counts as saved only when the
   server says so. After a cut the journal is sent as one batch. */

const WAITS = [1000, 2000, 4000, 8000, 10000];

export class Journal {
  /* says(state, words): "saved", "busy", "trouble"; ends(reason): "elsewhere" or "closed". */
  constructor({ sitting, base, token, says, ends, hears }) {
    this.key = `sitting:${sitting}`;
    this.base = base;
    this.token = token;
    this.says = says;
    this.ends = ends;
    this.hears = hears;
    this.entries = this.#read();
    this.sending = false;
    this.failures = 0;
    this.over = false;
    addEventListener("online", () => this.send());
    addEventListener("pagehide", () => this.#write());
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }

  #write() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.entries));
    } catch {
      /* A full or forbidden store: the page still holds the answers in memory. */
    }
  }

  /* What the server knows, read at a resume; what is newer here stays. */
  learn(answers) {
    for (const [number, answer] of Object.entries(answers)) {
      const own = this.entries[number];
      if (!own || own.seq <= answer.seq) this.entries[number] = { ...answer, kept: true };
    }
    this.#write();
  }

  get(number) {
    return this.entries[number];
  }

  all() {
    return this.entries;
  }

  put(number, { choice = "", text = "", flagged = false }) {
    const own = this.entries[number];
    const same = own && own.choice === choice && own.text === text && own.flagged === flagged;
    if (same || (!own && !choice && !text && !flagged)) return;
    this.entries[number] = { choice, text, flagged, seq: (own?.seq ?? 0) + 1, kept: false };
    this.#write();
    this.send();
  }

  waiting() {
    return Object.entries(this.entries).filter(([, entry]) => !entry.kept);
  }

  /* Resolves to whether everything is on the server. */
  async send() {
    if (this.sending) return this.sending;
    this.sending = this.#drain().finally(() => { this.sending = false; });
    return this.sending;
  }

  async #drain() {
    while (!this.over) {
      const waiting = this.waiting().slice(0, 100);
      if (!waiting.length) return true;
      this.says("busy", "Saving…");
      const reached = waiting.length === 1 ? await this.#one(...waiting[0]) : await this.#many(waiting);
      if (!reached) {
        this.says("trouble", `Not connected. ${waiting.length} kept on this device, sent when it is back`);
        const wait = WAITS[Math.min(this.failures++, WAITS.length - 1)];
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.send(), wait);
        return false;
      }
      this.failures = 0;
    }
    return false;
  }

  async #put(path, body) {
    try {
      return await fetch(this.base + path, {
        method: "PUT",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(15000),
      });
    } catch {
      return null;
    }
  }

  async #one(number, entry) {
    const { choice, text, flagged, seq } = entry;
    const answer = await this.#put(`answers/${number}/`, { choice, text, flagged, seq });
    return this.#heard(answer, [[number, entry]]);
  }

  async #many(waiting) {
    const list = waiting.map(([number, { choice, text, flagged, seq }]) => ({ number: Number(number), choice, text, flagged, seq }));
    return this.#heard(await this.#put("answers/", list), waiting);
  }

  async #heard(answer, sent) {
    if (!answer || answer.status >= 500) return false;
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 200) {
      for (const [number, entry] of sent) {
        // Changed again while it was on its way: the newer one goes next.
        if (this.entries[number]?.seq === entry.seq) this.entries[number].kept = true;
      }
      this.#write();
      this.says("saved", `✓ Saved ${new Date(said.saved_at).toLocaleTimeString([], { hour12: false })} · connected`);
      this.hears(said.seconds_left);
      return true;
    }
    if (answer.status === 409 && said.reason === "stale") {
      for (const [number] of sent) delete this.entries[number];
      this.#write();
      this.ends("stale");
      this.over = true;
      return true;
    }
    this.over = true;
    this.ends(said.reason ?? (answer.status === 403 ? "signed-out" : "closed"));
    return true;
  }

  forget() {
    this.over = true;
    localStorage.removeItem(this.key);
  }
}
