/* The sample item: shows that choosing, saving on this device and the server's answer work. */
const sample = document.querySelector("[data-sample]");
const words = sample.querySelector("[data-sample-words]");

words.textContent = "Choose any answer to check this device.";
sample.addEventListener("change", async () => {
  words.textContent = "Checking…";
  let store = true;
  try {
    localStorage.setItem("exam-check", "1");
    localStorage.removeItem("exam-check");
  } catch {
    store = false;
  }
  const begun = performance.now();
  const reached = await fetch("/health/live", { cache: "no-store" }).then((answer) => answer.ok, () => false);
  const took = Math.round(performance.now() - begun);
  if (!reached) words.textContent = "✗ The server did not answer. Check the connection before you begin.";
  else if (!store) words.textContent = "⚠ This browser keeps nothing on the device (a private window?). The exam works, but answers given while the connection is cut could be lost.";
  else words.textContent = `✓ This device is ready: answers can be kept here, and the server answered in ${took} ms.`;
});
