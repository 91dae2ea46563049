/* Safe Exam Browser tells the scripts of a page what it would send in a header: the hash of this
   page's address and its configuration. The start form takes it along; a refused page of a sitting
   sends it once and then goes on. In other browsers nothing happens here. */

const LONGEST = 5000;
const page = location.href.replace(/#.*$/, "");

/* Versions for macOS and iOS call the function back by its name, so it has one on the window. */
function askedKeys(security) {
  return new Promise((resolve) => {
    window.scriptoriumExamBrowserKeys = function scriptoriumExamBrowserKeys() {
      resolve(window.SafeExamBrowser.security.configKey ?? "");
    };
    security.updateKeys(window.scriptoriumExamBrowserKeys);
  });
}

const after = (time) => new Promise((resolve) => { setTimeout(() => resolve(""), time); });

/* Versions for Windows set the value by themselves, some a moment after the page is there. */
async function hashOfPage() {
  for (let waited = 0; waited < LONGEST; waited += 200) {
    const security = window.SafeExamBrowser?.security;
    if (security?.configKey) return security.configKey;
    if (security?.updateKeys) return Promise.race([askedKeys(security), after(LONGEST)]);
    if (!security && waited >= 1000) return "";
    await after(200);
  }
  return "";
}

const hash = await hashOfPage();

for (const form of document.querySelectorAll("[data-browser-form]")) {
  form.elements.browser_page.value = page;
  form.elements.browser_hash.value = hash;
}

const refused = document.querySelector("[data-browser]");
if (refused && hash) {
  const words = refused.querySelector("[data-browser-words]");
  const form = refused.querySelector("[data-again]");
  words.textContent = "This is Safe Exam Browser. Checking its configuration…";
  const answer = await fetch(refused.dataset.post, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": refused.dataset.token },
    body: JSON.stringify({ page, hash }),
  }).catch(() => null);
  if (answer?.ok && sessionStorage.getItem(page) === "recognised") {
    // It went on by itself before, and was refused again: from here on a person decides.
    words.textContent = "This browser is recognised now. Press “Try again”.";
  } else if (answer?.ok) {
    sessionStorage.setItem(page, "recognised");
    if (form) form.submit();
    else location.reload();
  } else {
    const said = await answer?.json().catch(() => null);
    words.textContent = said?.detail ?? "The server did not answer. Check the connection and try again.";
  }
}
