/* Before the end everything that only this device has is sent; then the journal is forgotten. */
import { Clock } from "./exam-clock.js";
import { Journal } from "./exam-journal.js";

const page = document.querySelector("[data-review]");
const form = page.querySelector("[data-finish]");
const saved = document.querySelector("[data-saved]");
const trouble = page.querySelector("[data-trouble]");

const journal = new Journal({
  sitting: page.dataset.sitting,
  base: page.dataset.base,
  token: form.elements.csrfmiddlewaretoken.value,
  says: (state, words) => {
    saved.dataset.state = state;
    saved.textContent = words;
  },
  ends: () => location.assign(page.dataset.base),
  hears: () => {},
});

new Clock(document.querySelector(".exam-bar"), () => setTimeout(() => location.assign(page.dataset.base), 6500));

const waiting = journal.waiting().length;
if (waiting && (await journal.send())) location.reload();

form.addEventListener("submit", async (event) => {
  if (!journal.waiting().length) {
    journal.forget();
    return;
  }
  event.preventDefault();
  if (await journal.send()) {
    journal.forget();
    form.submit();
    return;
  }
  trouble.hidden = false;
  trouble.querySelector("p").textContent = "Some answers are not on the server yet. Finish again when the connection is back; they are kept on this device.";
});
