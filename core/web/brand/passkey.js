// Asks the browser for a passkey and sends its answer with the form (Web Authentication Level 3).

const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
const encode = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (passkeys) => (passkeys ?? []).map((passkey) => ({ ...passkey, id: decode(passkey.id) }));

// What the browser takes, out of the JSON of the page.
function prepared(options) {
  const prepared = { ...options, challenge: decode(options.challenge) };
  if (options.user) {
    prepared.user = { ...options.user, id: decode(options.user.id) };
    prepared.excludeCredentials = described(options.excludeCredentials);
  } else {
    prepared.allowCredentials = described(options.allowCredentials);
  }
  return prepared;
}

// What the server reads, out of the browser's answer. Its own `toJSON` is not in every browser.
function answered(credential) {
  const { response } = credential;
  const read = { clientDataJSON: encode(response.clientDataJSON) };
  if (response.attestationObject) {
    read.attestationObject = encode(response.attestationObject);
    read.transports = response.getTransports?.() ?? [];
  } else {
    read.authenticatorData = encode(response.authenticatorData);
    read.signature = encode(response.signature);
    if (response.userHandle) read.userHandle = encode(response.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: read });
}

function say(form, name) {
  const problems = [...form.querySelectorAll("[data-problem]")];
  for (const problem of problems) problem.hidden = true;
  if (name === null) return;
  const told = problems.find((problem) => problem.dataset.problem === name);
  (told ?? problems.find((problem) => problem.dataset.problem === "")).hidden = false;
}

function install(form) {
  const publicKey = prepared(JSON.parse(form.dataset.options));
  const button = form.querySelector("button");
  let proposing = null;

  function send(credential) {
    form.elements["passkey-answer"].value = answered(credential);
    form.submit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // A browser asks one thing at a time: what it proposes in the field makes way.
    proposing?.abort();
    say(form, null);
    button.disabled = true;
    try {
      send(await navigator.credentials[form.dataset.passkey]({ publicKey }));
    } catch (error) {
      say(form, error.name);
      button.disabled = false;
    }
  });

  async function propose() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    proposing = new AbortController();
    try {
      send(await navigator.credentials.get({ publicKey, mediation: "conditional", signal: proposing.signal }));
    } catch (error) {
      // Nobody asked yet, so there is nobody to tell.
      if (error.name !== "AbortError") console.info(error.name);
    }
  }

  if ("conditional" in form.dataset) propose();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const door = form.closest(".door") ?? form;
  for (const element of [form, door]) element.classList.remove("needs-script");
  if (window.PublicKeyCredential) install(form);
  else door.hidden = true;
}
for (const hint of document.querySelectorAll("[data-without-passkeys]")) hint.hidden = Boolean(window.PublicKeyCredential);
