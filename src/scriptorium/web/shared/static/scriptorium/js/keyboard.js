/* Keys of the list. Single characters act only while the focus is in the list (WCAG 2.1.4),
   and data-keys="off" on the list, set in the person's profile, switches them off. */
import { openDialog } from "./dialog.js";

export function listenToKeys(form, { toggle, assign, open }) {
  form.addEventListener("keydown", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...list.querySelectorAll(".person")];
    const row = event.target.closest(".person");
    const at = rows.indexOf(row);
    const letters = list.dataset.keys !== "off";
    const acts = {
      ArrowDown: () => focus(rows[at + 1]),
      ArrowUp: () => focus(rows[at - 1]),
      Home: () => focus(rows[0]),
      End: () => focus(rows.at(-1)),
      " ": () => toggle(box(row)),
      Enter: () => open(row),
      ...(letters && {
        j: () => focus(rows[at + 1]),
        k: () => focus(rows[at - 1]),
        a: assign,
        "/": () => document.getElementById("search")?.focus(),
        "?": () => openDialog(document.getElementById("keys")),
      }),
    };
    const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // On a link, Enter follows it by itself.
    if (!acts[pressed] || (pressed === "Enter" && event.target.closest("a"))) return;
    event.preventDefault();
    acts[pressed]();
  });
}

function box(row) {
  return row.querySelector('input[name="people"]');
}

function focus(row) {
  if (row) box(row).focus();
}
