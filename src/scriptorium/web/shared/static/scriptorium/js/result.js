/* After an assignment the selection is used up. */
import { forget } from "./selection.js";

const page = document.querySelector("[data-clears-selection]");
if (page) forget(page.dataset.clearsSelection);
