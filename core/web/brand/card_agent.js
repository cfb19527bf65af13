// Client of the card agent, a program at the user's own machine (docs/card-agent.md).
// Every method throws an error with `problem`, one of the codes that the page has words for.

// The agent says something every ten seconds; a stream that is silent for longer is a stream that hangs.
const SILENCE = 25000;

const failed = (problem, more = {}) => Object.assign(new Error(problem), { problem, ...more });

// Which problem it is when the agent cannot be reached: browsers say so only of the permission.
async function unreachable() {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      const permission = await navigator.permissions.query({ name });
      if (permission.state === "denied") return failed("permission-denied");
    } catch {
      // This browser asks for no such permission.
    }
  }
  return failed("no-client");
}

async function* lines(response, stop) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let timer = null;
  try {
    for (;;) {
      timer = setTimeout(() => stop.abort(), SILENCE);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const line of parts) if (line) yield JSON.parse(line);
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

export class CardAgent {
  #url;
  #key;
  #stream = null;

  constructor(url) {
    this.#url = url.replace(/\/$/, "");
    this.#key = `card agent at ${this.#url}`;
  }

  // Whether this browser was introduced to the agent before.
  get wasPaired() {
    return localStorage.getItem(this.#key) !== null;
  }

  // The agent's states, until the stream ends: then it may be asked for anew.
  async *states() {
    const stream = (this.#stream = { stop: new AbortController(), isOver: false });
    const response = await this.#fetch("/status", { signal: stream.stop.signal });
    try {
      yield* lines(response, stream.stop);
    } catch {
      if (!stream.isOver) throw await unreachable();
    } finally {
      stream.stop.abort();
    }
  }

  // What is going to be read is said at once, so that the user is asked only once for both.
  authenticate(nonce, lang, card, want = []) {
    return this.#post("/authenticate", { nonce, lang, want, ...(card && { card }) });
  }

  async identity(nonce, lang, want, card) {
    return (await this.#post("/identity", { nonce, lang, want, ...(card && { card }) })).files;
  }

  // Lets the agent show a code in its own window; returns the name of the pairing.
  async pair(lang) {
    return (await this.#post("/pair", { lang })).pairing;
  }

  async confirm(pairing, code) {
    const { token } = await this.#post("/pair/confirm", { pairing, code });
    localStorage.setItem(this.#key, token);
    // What the stream says belongs to those who were not introduced.
    this.#stream.isOver = true;
    this.#stream.stop.abort();
  }

  async #post(path, body) {
    const response = await this.#fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  async #fetch(path, options) {
    // The header makes the browser ask the agent first whether this page may call it at all.
    const headers = { ...options.headers, "Immo-Card": "1" };
    const token = localStorage.getItem(this.#key);
    if (token) headers["Immo-Card-Pairing"] = token;
    const asked = { ...options, headers, cache: "no-store", credentials: "omit", redirect: "error" };
    let response;
    try {
      response = await fetch(this.#url + path, asked);
    } catch {
      throw await unreachable();
    }
    if (response.ok) return response;
    const { problem, tries } = await response.json().catch(() => ({}));
    throw failed(problem ?? "failed", { tries });
  }
}
