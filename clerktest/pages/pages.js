// ClerkJS puts where it wants to go back to into the fragment, as for a page that routes by it; servers see only the query.
const at = location.hash.indexOf("?");
if (at >= 0 && location.hash.startsWith("#/")) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of new URLSearchParams(location.hash.slice(at + 1))) query.set(name, value);
  location.replace(location.pathname + "?" + query);
}

// A form is sent once. Who comes back to a page that the browser has kept sees it anew.
const sent = new Set();
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});
addEventListener("pageshow", (event) => {
  sent.clear();
  if (event.persisted) location.reload();
});

// askBrowser makes or uses a passkey and returns what the browser answers, as JSON.
async function askBrowser(call, options) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) throw new Error("This browser has no passkeys at this address.");
  const parse = call === "create" ? PublicKeyCredential.parseCreationOptionsFromJSON : PublicKeyCredential.parseRequestOptionsFromJSON;
  const answer = await navigator.credentials[call]({ publicKey: parse.call(PublicKeyCredential, options) });
  return JSON.stringify(answer.toJSON());
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    const field = form.elements.public_key_credential;
    if (field.value) return;
    event.preventDefault();
    const problem = form.querySelector(".problem");
    try {
      field.value = await askBrowser(form.dataset.passkey, JSON.parse(form.dataset.options));
      form.requestSubmit(event.submitter);
    } catch (error) {
      problem.textContent = error.name === "NotAllowedError" ? "The passkey was not used." : error.message;
      problem.hidden = false;
    }
  });
}
