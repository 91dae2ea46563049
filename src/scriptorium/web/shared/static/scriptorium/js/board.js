/* The board: puts selection, keys, tiles, dock and drawer together. Every part also works alone as plain HTML. */
import { listenToKeys } from "./keyboard.js";
import { openRecord } from "./drawer.js";
import { Selection } from "./selection.js";

const form = document.getElementById("assign-form");
const dock = document.querySelector("[data-dock]");
const narrow = matchMedia("(max-width: 71.99rem), (max-height: 38rem)");

/* 10,000 rather than 10000. */
const written = (count) => count.toLocaleString("en-US");

function announce(words) {
  document.getElementById("announcer").textContent = words;
}

/* “2 selected → 3 left” or “1 more needed for 2” on each tile, and “Assign to 2” on its button. */
function showTile(tile, count, urgent) {
  const line = tile.querySelector("[data-tile-line]");
  const button = tile.querySelector("[data-assign]");
  const free = Number(tile.dataset.free);
  const usable = !button.disabled;
  const enough = count > 0 && free >= count;
  const short = count > free && free > 0;
  line.dataset.tone = enough ? "enough" : short ? "short" : "";
  if (enough) line.textContent = `${count} selected → ${free - count} left`;
  else if (short) line.textContent = `${count - free} more needed for ${count}`;
  else line.textContent = line.dataset.words;
  tile.querySelector("[data-more]").classList.toggle("spare", free > 0 && !short);
  button.textContent = enough && usable ? `Assign to ${count}` : "Assign";
  const ready = enough && usable && urgent && tile.dataset.kind === "renewal";
  tile.toggleAttribute("data-ready", ready);
  button.classList.toggle("main", ready);
}

function show(selection) {
  const { count } = selection;
  const urgent = form.querySelector('.person:is([data-renewal="due"], [data-renewal="overdue"], [data-renewal="lapsed"]):has(input:checked)');
  for (const tile of document.querySelectorAll(".tile[data-kind]")) showTile(tile, count, Boolean(urgent));
  document.querySelector("[data-selection]").textContent = count ? `${written(count)} selected` : "";
  document.querySelector("[data-clear]").hidden = count === 0;
  const view = document.querySelector("[data-view]");
  view.disabled = count === 0;
  document.querySelector("[data-record-count]").textContent = count;
  document.querySelector("[data-record-line]").textContent = count > 1 ? "opens the first" : count ? "" : "select a person";
  if (dock) {
    dock.toggleAttribute("data-chosen", count > 0);
    const line = dock.querySelector("[data-dock-words]");
    line.dataset.words ??= line.textContent;
    line.textContent = count ? `${written(count)} selected` : line.dataset.words;
  }
}

/* On small screens the dock is one line until it is wanted; with room it is always open. */
function foldDock() {
  if (dock) dock.open = !narrow.matches || "keepOpen" in dock.dataset;
}
narrow.addEventListener("change", foldDock);
foldDock();
if (dock && "keepOpen" in dock.dataset) dock.querySelector(".has-error :is(input, select)")?.focus();

function goToAssign(selection) {
  if (!selection.count) {
    announce("Select at least one person first.");
    return;
  }
  dock.open = true;
  dock.querySelector("[data-assign]:not(:disabled)")?.focus();
}

/* Nothing selected: the person is told what is missing instead of being sent to an error. */
function refuse() {
  const line = document.querySelector("[data-selection]");
  line.textContent = "select at least one person first";
  form.querySelector('input[name="people"]')?.focus();
}

if (form) {
  const selection = new Selection(form, show);
  selection.show();
  document.querySelector("[data-clear]").addEventListener("click", () => {
    selection.clear();
    announce("Nobody is selected.");
    form.querySelector('input[name="people"]')?.focus();
  });
  document.querySelector("[data-view]").addEventListener("click", (event) => {
    openRecord(`${event.currentTarget.dataset.base}${selection.first}/`);
  });
  form.addEventListener("submit", (event) => {
    if (selection.count) selection.carry();
    else {
      event.preventDefault();
      refuse();
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "people") return;
    selection.show();
    applyColumns();
  });
  addEventListener("pageshow", () => selection.show());
  listenToKeys(form, {
    toggle: (box) => selection.toggle(box),
    assign: () => goToAssign(selection),
    open: (row) => openRecord(row.querySelector("a.name").href),
  });
}

/* One or two columns is a matter of taste and screen, so this browser remembers it. */
const columns = document.querySelector("[data-columns]");
function applyColumns() {
  const list = document.querySelector(".people");
  if (list && columns) list.dataset.columns = columns.value;
}
if (columns) {
  columns.value = localStorage.getItem("board-columns") ?? "2";
  columns.closest("[data-columns-choice]").hidden = false;
  columns.addEventListener("change", (event) => {
    event.stopPropagation();
    localStorage.setItem("board-columns", columns.value);
    applyColumns();
  });
  applyColumns();
}
