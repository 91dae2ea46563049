/* Small manners of every page. All of it is comfort: without scripts the page already works. */
import { openDialog } from "./dialog.js";

const menus = () => document.querySelectorAll("details.menu[open]");

/* A menu closes when the person turns to something else. */
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* <button data-opens="dialog-id"> and <button data-closes> replace inline handlers. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog) {
      event.preventDefault();
      openDialog(dialog);
    }
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
  }
});

/* <select data-submits> sends its form at once; its button stays for people without scripts. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form?.requestSubmit();
});

/* A form is sent once, however often its button is pressed; back from the history cache it works again. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[hx-post], [data-repeatable]")) return;
  if (form.dataset.sent) event.preventDefault();
  else setTimeout(() => { if (!event.defaultPrevented) form.dataset.sent = "yes"; });
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* A request that the server could not answer is said in words, with the page left as it was. */
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const announcer = document.querySelector(".toasts");
    const line = document.createElement("p");
    line.className = "toast";
    line.dataset.kind = "error";
    line.textContent = "That did not reach the server. Check the connection and try again; nothing was changed.";
    announcer?.replaceChildren(line);
  });
}

/* A file kept for its list of codes: copied on request, and the button says so. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).innerText);
  button.querySelector("[data-word]").textContent = "Copied";
});

document.documentElement.dataset.scripts = "on";
