/* Sign-in: what went wrong with a passkey in words, and the demo logins at one press. */
const WORDS = {
  NotAllowedError: "The passkey was not used: it was cancelled, or the time ran out. Try again, or use your password.",
  InvalidStateError: "This device already holds a passkey for the account.",
  NotSupportedError: "This device cannot make the kind of passkey that is needed.",
  SecurityError: "Passkeys need a secure address. Open this page over https or on localhost.",
};

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const name = event.detail?.exception?.name;
  let line = document.getElementById("passkey-problem");
  if (!line) {
    line = document.createElement("p");
    line.id = "passkey-problem";
    line.className = "form-errors";
    line.setAttribute("role", "alert");
    document.querySelector(".sheet h1")?.after(line);
  }
  line.textContent = WORDS[name] ?? "The passkey did not work this time. Try again, or use your password.";
  line.hidden = false;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fills-login]");
  if (!button) return;
  document.getElementById("id_login").value = button.dataset.fillsLogin;
  const password = document.getElementById("id_password");
  password.value = "scriptorium-demo";
  password.form.querySelector("[type=submit]").focus();
});
