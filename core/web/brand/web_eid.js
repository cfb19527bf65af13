// Our own client of the Web eID extension: messages to the window, which its content script answers.
// Each request `web-eid:<action>` is followed by `-ack`, then by `-success` or `-failure` (eid.md 5.2).

// The version of the messages that we speak; the extension compares it with its own.
const LIBRARY_VERSION = "2.0.0";
const ANSWERS = { handshake: 1000, program: 5000, person: 120000 };
// The content script of a page that has just been opened may be a moment late.
const LOADING = 1000;
const opened = performance.now();

// What the page calls the problems of the extension.
const PROBLEMS = {
  ERR_WEBEID_ACTION_PENDING: "card-busy",
  ERR_WEBEID_ACTION_TIMEOUT: "timeout",
  ERR_WEBEID_USER_TIMEOUT: "timeout",
  ERR_WEBEID_USER_CANCELLED: "cancelled",
  ERR_WEBEID_CONTEXT_INSECURE: "insecure-context",
  ERR_WEBEID_EXTENSION_UNAVAILABLE: "no-client",
  ERR_WEBEID_NATIVE_UNAVAILABLE: "no-client",
  ERR_WEBEID_VERSION_INVALID: "no-client",
  ERR_WEBEID_VERSION_MISMATCH: "no-client",
};

const refused = (code) => Object.assign(new Error(code), { problem: PROBLEMS[code] ?? "failed" });

function ask(message, milliseconds) {
  return new Promise((resolve, reject) => {
    let timer = null;
    const wait = (time, code) => {
      clearTimeout(timer);
      timer = setTimeout(() => end(() => reject(refused(code))), time);
    };
    function end(settle) {
      clearTimeout(timer);
      window.removeEventListener("message", receive);
      settle();
    }
    function receive(event) {
      // Frames and other windows can post messages too: only this window's own count.
      if (event.source !== window || event.origin !== location.origin) return;
      const answer = event.data;
      if (answer?.action === `${message.action}-ack`) wait(milliseconds, "ERR_WEBEID_ACTION_TIMEOUT");
      if (answer?.action === `${message.action}-success`) end(() => resolve(answer));
      if (answer?.action === `${message.action}-failure`) end(() => reject(refused(answer.error?.code)));
    }
    window.addEventListener("message", receive);
    wait(ANSWERS.handshake, "ERR_WEBEID_EXTENSION_UNAVAILABLE");
    window.postMessage({ ...message, libraryVersion: LIBRARY_VERSION }, location.origin);
  });
}

// Tells whether extension and program are both there; throws what is missing.
export async function isThere() {
  if (!window.isSecureContext) throw refused("ERR_WEBEID_CONTEXT_INSECURE");
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, LOADING - (performance.now() - opened))));
  await ask({ action: "web-eid:status" }, ANSWERS.program);
}

// The signed answer of the card; the program shows the origin, asks for consent and for the PIN.
export async function authenticate(challengeNonce, lang) {
  const answer = await ask(
    { action: "web-eid:authenticate", challengeNonce, options: { lang } },
    ANSWERS.program + ANSWERS.person,
  );
  const { unverifiedCertificate, algorithm, signature, format, appVersion } = answer;
  return { unverifiedCertificate, algorithm, signature, format, appVersion };
}
