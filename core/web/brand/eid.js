// The dialogue with an identity card: finds the program, follows reader and card, and carries the
// card's answer to the server. Nothing here is trusted: the server verifies all that arrives.

const place = document.querySelector("[data-eid]").dataset;
const steps = await import(place.steps);
const { CardAgent } = await import(place.cardAgent);
const { clear, eid, lang, show, tell } = steps;
const wanted = place.files.split(" ").filter(Boolean);
const [AT_ONCE, RECONNECT] = [200, 3000];
const CHOSEN = "program that reads the card";
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const problem = (name, more = {}) => Object.assign(new Error(name), { problem: name, ...more });

// The server

async function ask(url, body) {
  const sent = body && { method: "POST", body: JSON.stringify(body) };
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) };
  let response;
  try {
    response = await fetch(url, { ...sent, headers });
  } catch {
    throw problem("unreachable");
  }
  const said = await response.json().catch(() => ({}));
  if (response.ok) return said;
  // Whatever is no problem of a card is over: the page itself knows best what to do then.
  throw problem(typeof said.problem === "string" ? said.problem : "challenge-gone", { day: said.day });
}

function go(next) {
  const url = new URL(next, location.href);
  if (url.origin === location.origin) location.assign(url);
}

// One reading of the card

let program = null;
let isBusy = false;
// Which card was read last: a number of its insertion, and null once it is out.
let cardRead = null;
// Whether the person wants to use the last try of the PIN.
let dares = false;

async function read(says, card) {
  isBusy = true;
  dares = false;
  clear();
  show("pin", "active", says);
  try {
    const { nonce } = await ask(place.challenge);
    const token = await program.authenticate(nonce, lang, card, wanted);
    const files = program.identity && wanted.length ? await program.identity(nonce, lang, wanted, card) : undefined;
    show("pin", "active", "checking");
    const { next } = await ask(place.answer, { uid: place.uid, csrf: place.csrf, token, files, source: program.source });
    show("pin", "done", "done");
    go(next);
  } catch (error) {
    isBusy = false;
    tell(error.problem ?? "failed", error);
    program.resume?.();
  }
}

function again() {
  const name = steps.told?.name;
  // The page itself may be over by now; only the server knows.
  if (["challenge-gone", "unreachable"].includes(name)) return location.reload();
  dares = name === "pin-last-try";
  clear();
  program ? program.again() : location.reload();
}

// Web eID asks for reader, card and PIN in windows of its own

async function useWebEid() {
  show("program", "active", "searching");
  const client = await import(place.webEid);
  await client.isThere();
  const begin = () => {
    show("program", "done", "web-eid");
    for (const name of ["reader", "card"]) show(name, "active", "web-eid");
    read("web-eid");
  };
  program = { source: "web-eid", authenticate: client.authenticate, again: begin };
  if (place.agent) steps.offerInstead("agent", () => choose("agent"));
  begin();
}

// The card agent tells what happens to reader and card

async function useAgent(agent) {
  show("program", "active", "searching");
  let last = null;
  const resume = () => last && follow(last);
  program = {
    source: "agent",
    authenticate: (...asked) => agent.authenticate(...asked),
    identity: (...asked) => agent.identity(...asked),
    again: resume,
    resume,
  };
  if (location.protocol === "https:") steps.offerInstead("web-eid", () => choose("web-eid"));

  function follow(state) {
    last = state;
    const kind = !state.paired ? "pair" : state.mode === "software" ? "software" : "agent";
    show("program", state.paired ? "done" : "active", kind);
    steps.offerPairing(!state.paired, () => agent.pair(lang), (pairing, code) => agent.confirm(pairing, code));
    if (kind === "software") followSoftware(state);
    if (kind === "agent") followCard(state);
  }

  for (;;) {
    let wait = AT_ONCE;
    try {
      let isBack = true;
      for await (const state of agent.states()) {
        // A program that was gone is there again, and the page goes on.
        if (isBack && ["no-client", "permission-denied"].includes(steps.told?.name)) clear();
        isBack = false;
        follow(state);
      }
    } catch (error) {
      wait = RECONNECT;
      if (!isBusy) tell(error.problem ?? "failed", { isState: true });
    }
    await pause(wait);
  }
}

function followSoftware({ cards }) {
  show("reader", "done", "software");
  if (isBusy) return;
  // Choosing another one is also the way on from most of what can go wrong.
  if (!steps.told) show("card", "active", "choose");
  steps.offerCards(cards, (card) => {
    show("card", "done", "chosen");
    read("software", card);
  });
}

function followCard({ reader, card, pin, problem: found, insertion = 0 }) {
  const said = reader === "no-service" ? (found ?? "no-service") : found;
  const hasReader = reader === "present";
  const hasCard = hasReader && card === "present";
  if (!hasCard) cardRead = null;
  if (isBusy) return;
  if (steps.told?.isState && steps.told.name !== said) clear();
  if (said && !["no-reader", "no-card"].includes(said)) return tell(said, { isState: true });
  // What went wrong stays to be read until the card is put in again, or another one, or the person asks.
  if (steps.told && hasCard && cardRead === insertion) return;
  show("reader", hasReader ? "done" : "active", hasReader ? "found" : "missing");
  show("card", hasCard ? "done" : hasReader ? "active" : "waiting", hasCard ? "found" : hasReader ? "missing" : null);
  if (!hasCard) show("pin", "waiting");
  if (!hasCard) return;
  cardRead = insertion;
  if (pin?.tries === 1 && !dares) return tell("pin-last-try", { tries: 1 });
  read(pin?.pad ? "pad" : "ask");
}

// The extension first where it can work. For linking the agent, where it was used before: it reads more of the card.

async function start() {
  if (!window.isSecureContext) return tell("insecure-context");
  const agent = place.agent ? new CardAgent(place.agent) : null;
  const chosen = sessionStorage.getItem(CHOSEN);
  sessionStorage.removeItem(CHOSEN);
  const agentFirst = location.protocol !== "https:" || (place.use === "link" && agent?.wasPaired);
  if (agent && (chosen ? chosen === "agent" : agentFirst)) return useAgent(agent);
  try {
    await useWebEid();
  } catch (error) {
    if (agent && chosen !== "web-eid") return useAgent(agent);
    tell(error.problem ?? "failed");
  }
}

function choose(name) {
  sessionStorage.setItem(CHOSEN, name);
  location.reload();
}

for (const button of eid.querySelectorAll("button[data-again]")) button.addEventListener("click", again);
// A page that comes back out of the browser's memory would go on in the middle.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

const before = document.querySelector("[data-eid-before]");

function begin() {
  if (before) {
    [before.hidden, eid.hidden] = [true, false];
    eid.focus();
  }
  return start();
}

// The button waits for this script: nobody would hear it before.
if (before && !sessionStorage.getItem(CHOSEN)) {
  const button = before.querySelector("[data-eid-start]");
  button.addEventListener("click", begin);
  button.disabled = false;
} else {
  begin();
}
