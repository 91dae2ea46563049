/* A record opens beside its list, under its own address; back and Escape close it, reload shows it as a page. */
import { openDialog } from "./dialog.js";

const drawer = () => document.getElementById("drawer");
let listAddress = null;

export async function openRecord(url) {
  const dialog = drawer();
  if (!dialog || !window.htmx) {
    location.assign(url);
    return;
  }
  const body = dialog.querySelector(".drawer-body");
  body.replaceChildren();
  await window.htmx.ajax("GET", url, { target: body, swap: "innerHTML" });
  if (!body.childElementCount) {
    location.assign(url);
    return;
  }
  dialog.querySelector("[data-drawer-page]").href = url;
  if (!dialog.open) {
    listAddress = location.href;
    // A state of our own under the drawer, so that going back closes it instead of reloading the list.
    history.replaceState({ list: true }, "");
    history.pushState({ drawer: url }, "", url);
  }
  openDialog(dialog);
  body.focus();
}

/* Opened from a name in a list; with a modifier key the browser does what it always does. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  openRecord(link.href);
});

/* “close” does not bubble, so it is caught on the way down. */
document.addEventListener("close", (event) => {
  if (event.target !== drawer() || !history.state?.drawer) return;
  history.back();
}, true);

addEventListener("popstate", (event) => {
  const dialog = drawer();
  if (!dialog) return;
  if (event.state?.drawer) openRecord(event.state.drawer);
  else if (dialog.open) dialog.close();
  else if (event.state?.list && listAddress !== location.href) location.reload();
});
