/* The exam room. Without it each item is a form of its own and works; with it answers save by
   themselves, items change without a reload, and a cut connection loses nothing. */
import { Clock } from "./exam-clock.js";
import { Journal } from "./exam-journal.js";

const form = document.getElementById("exam");
const { base, sitting } = form.dataset;
const count = Number(form.dataset.count);
const bar = document.querySelector(".exam-bar");
const saved = bar.querySelector("[data-saved]");
const trouble = form.querySelector("[data-trouble]");
const items = new Map();
let number = Number(form.dataset.number);

function say(state, words) {
  saved.dataset.state = state;
  saved.textContent = words;
}

function warn(words, passing = "") {
  trouble.hidden = !words;
  trouble.dataset.passing = passing;
  trouble.querySelector("p").textContent = words;
}

const ENDS = {
  browser: "This exam is saved from Safe Exam Browser only. Reload this page to see what is missing; your answers are kept on this device.",
  elsewhere: "This exam goes on in another browser. Nothing more is saved here; reload the page to go on here.",
  stale: "A newer answer is kept already, from another tab. Reload the page to see it.",
  "signed-out": "You were signed out. Sign in again in another tab; your answers are kept on this device.",
};

const journal = new Journal({
  sitting,
  base,
  token: form.elements.csrfmiddlewaretoken.value,
  says: say,
  ends: (reason) => (ENDS[reason] ? (warn(ENDS[reason]), say("trouble", "Not saving")) : location.assign(base)),
  hears: (seconds) => {
    clock.set(seconds);
    if (!trouble.hidden && trouble.dataset.passing) warn("");
  },
});

const clock = new Clock(bar, async () => {
  say("busy", "Time is over. Sending your last answer…");
  await journal.send();
  // The server closes a few seconds after the deadline, for answers on their way.
  setTimeout(() => location.assign(base), 6500);
});

/* Reading and drawing the item ------------------------------------------------------------- */

function given() {
  return {
    choice: form.querySelector('[name="choice"]:checked')?.value ?? "",
    text: form.querySelector('[name="text"]')?.value.trim() ?? "",
    flagged: form.elements.flagged.checked,
  };
}

function keep() {
  journal.put(number, given());
  drawPalette();
}

function drawPalette() {
  let answered = 0;
  let flagged = 0;
  for (const button of form.querySelectorAll("[data-place]")) {
    const place = Number(button.dataset.place);
    const entry = journal.get(place);
    const done = Boolean(entry?.choice || entry?.text);
    answered += done;
    flagged += Boolean(entry?.flagged);
    button.parentElement.toggleAttribute("data-answered", done);
    button.parentElement.toggleAttribute("data-flagged", Boolean(entry?.flagged));
    button.setAttribute("aria-label", `Item ${place}: ${done ? "" : "not "}answered${entry?.flagged ? ", flagged" : ""}`);
    if (place === number) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  form.querySelector("[data-count-answered]").textContent = answered;
  form.querySelector("[data-count-flagged]").textContent = flagged;
  form.querySelector("[data-count-open]").textContent = count - answered;
}

function option({ letter, text }) {
  const label = document.createElement("label");
  label.className = "option";
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "choice", value: letter });
  const mark = Object.assign(document.createElement("b"), { textContent: letter });
  label.append(input, mark, Object.assign(document.createElement("span"), { textContent: text }));
  return label;
}

function entry() {
  const label = document.createElement("label");
  label.className = "entry";
  const input = Object.assign(document.createElement("input"), {
    type: "text", name: "text", className: "input", maxLength: 100, autocomplete: "off", spellcheck: false, autocapitalize: "off",
  });
  input.setAttribute("autocorrect", "off");
  label.append(Object.assign(document.createElement("span"), { textContent: "Your answer" }), input);
  return label;
}

function draw(item) {
  number = item.number;
  const answer = form.querySelector("[data-answer]");
  const stem = answer.querySelector("[data-stem]");
  stem.textContent = item.stem;
  answer.replaceChildren(stem, ...(item.options.length ? item.options.map(option) : [entry()]));
  const own = journal.get(number) ?? item;
  for (const input of answer.querySelectorAll('[name="choice"]')) input.checked = input.value === own.choice;
  const text = answer.querySelector('[name="text"]');
  if (text) text.value = own.text;
  form.elements.flagged.checked = own.flagged;
  form.querySelector("[data-item-number]").textContent = number;
  form.querySelector('[data-go="previous"]').disabled = number === 1;
  form.action = `${base}items/${number}/`;
  document.title = document.title.replace(/^Item \d+/, `Item ${number}`);
  drawPalette();
}

async function fetchItem(wanted) {
  if (items.has(wanted)) return items.get(wanted);
  const answer = await fetch(`${base}items/${wanted}/`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer) return null;
  // Over, or refused to this browser: the page says which.
  if (answer.status === 410 || answer.status === 403) location.assign(base);
  if (answer.status === 409) {
    warn(ENDS.elsewhere);
    return null;
  }
  if (!answer.ok) return null;
  const item = await answer.json();
  // Only what was shown is kept, and only in this page's memory.
  items.set(wanted, item);
  clock.set(item.seconds_left);
  return item;
}

async function go(wanted, { push = true } = {}) {
  keep();
  if (wanted < 1 || wanted > count) return;
  const item = await fetchItem(wanted);
  if (!item) {
    if (!journal.over) warn(`Item ${wanted} cannot be fetched without a connection. Go on with this one; your answers are kept here.`, "yes");
    return;
  }
  warn("");
  draw(item);
  if (push) history.pushState({ number: wanted }, "", `${base}items/${wanted}/`);
  form.querySelector(".where").focus();
}

async function review() {
  keep();
  if (await journal.send()) location.assign(`${base}review/`);
  else warn("Some answers are not on the server yet. The review opens when the connection is back.", "yes");
}

/* What people do --------------------------------------------------------------------------- */

form.addEventListener("change", keep);
let typing;
form.addEventListener("input", (event) => {
  if (event.target.name !== "text") return;
  clearTimeout(typing);
  typing = setTimeout(keep, 700);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wish = event.submitter?.value ?? "next";
  if (wish === "review" || (wish === "next" && number === count)) review();
  else if (wish === "next") go(number + 1);
  else if (wish === "previous") go(number - 1);
  else go(Number(wish));
});

addEventListener("popstate", (event) => {
  const wanted = event.state?.number ?? Number(location.pathname.match(/items\/(\d+)/)?.[1]);
  if (wanted) go(wanted, { push: false });
});

/* Single keys act only while the focus is in the question, never in a text field (WCAG 2.1.4). */
form.addEventListener("keydown", (event) => {
  const inside = event.target.closest("[data-item]");
  if (!inside || event.target.name === "text" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    event.preventDefault();
    go(number + (event.key === "ArrowRight" ? 1 : -1));
    return;
  }
  if (form.dataset.keys === "off") return;
  const key = event.key.toUpperCase();
  const letter = "ABCD".includes(key) ? key : "ABCD"[Number(key) - 1];
  if (letter) {
    const input = form.querySelector(`[name="choice"][value="${letter}"]`);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    input.focus();
    keep();
  } else if (key === "F") {
    event.preventDefault();
    form.elements.flagged.checked = !form.elements.flagged.checked;
    keep();
  }
});

/* Resume: what the server has, then what only this device has. */
const state = await fetch(`${base}state/`).then((answer) => (answer.ok ? answer.json() : null), () => null);
if (state?.finished) location.assign(base);
if (state) {
  journal.learn(state.answers);
  clock.set(state.seconds_left);
}
items.set(number, {
  number,
  stem: form.querySelector("[data-stem]").textContent,
  options: [...form.querySelectorAll(".option")].map((label) => ({ letter: label.querySelector("input").value, text: label.querySelector("span").textContent })),
  choice: "", text: "", flagged: false,
});
history.replaceState({ number }, "");
draw(items.get(number));
journal.send();
form.dataset.ready = "yes";
