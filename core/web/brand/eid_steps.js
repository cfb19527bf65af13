// What the dialogue with a card shows: its four steps, what went wrong, and the two things a person does here.
// All words stand in the page (consent_templates/eid_dialogue.html); this decides which are shown.

export const eid = document.querySelector("[data-eid]");
export const lang = document.documentElement.lang;
const live = eid.querySelector("[data-live]");
const problems = [...eid.querySelectorAll("[data-problem]")];
const names = ["program", "reader", "card", "pin"];
const step = (name) => eid.querySelector(`[data-step="${name}"]`);

let news = [];

function announce(text) {
  if (news.push(text) > 1) return;
  // What changes together is said together.
  setTimeout(() => {
    live.textContent = news.join(" ");
    news = [];
  }, 100);
}

// Shows a step in a state (waiting, active, done or problem) with one of its sentences.
export function show(name, state, says = null) {
  const shown = step(name);
  const text = says && shown.querySelector(`[data-says="${says}"]`);
  const isNews = text && (shown.dataset.state !== state || text.hidden);
  shown.dataset.state = state;
  for (const word of shown.querySelectorAll("[data-word]")) word.hidden = word.dataset.word !== state;
  for (const line of shown.querySelectorAll("[data-says]")) line.hidden = line !== text;
  if (isNews) announce(`${shown.querySelector("h2").textContent}: ${text.textContent}`);
}

// The problem that is told now: its `name`, and whether it is the state of things or the end of a reading.
export let told = null;

export function clear() {
  told = null;
  for (const problem of problems) problem.hidden = true;
}

export function tell(name, { tries, day, isState = false } = {}) {
  const found = problems.find((problem) => problem.dataset.problem === name);
  if (!found) return tell("failed", { isState });
  // Said once, not every time that it is still so.
  if (told?.name === name && isState) return;
  clear();
  told = { name, isState };
  const beside = (kind, value) => {
    const place = found.querySelector(`[data-${kind}]`);
    place.hidden = value === undefined;
    place.querySelector("strong").textContent = value ?? "";
  };
  beside("tries", tries);
  beside("day", day && new Intl.DateTimeFormat(`${lang}-BE`, { dateStyle: "long" }).format(new Date(`${day}T12:00:00`)));
  for (const after of names.slice(names.indexOf(found.dataset.stage) + 1)) show(after, "waiting");
  show(found.dataset.stage, "problem");
  found.hidden = false;
}

// The other program that could be used, once it is known which one is.
export function offerInstead(program, chosen) {
  const button = eid.querySelector(`[data-instead="${program}"]`);
  button.hidden = false;
  button.addEventListener("click", chosen);
}

// Test cards to choose from; `chosen` gets the id of one.
export function offerCards(cards, chosen) {
  const list = step("card").querySelector("[data-cards]");
  const template = list.querySelector("template");
  list.hidden = false;
  if (list.querySelector("button")) return;
  for (const { id, name } of cards) {
    const entry = template.content.firstElementChild.cloneNode(true);
    const button = entry.querySelector("button");
    button.id = `test-card-${id}`;
    button.querySelector("[data-name]").textContent = name;
    button.addEventListener("click", () => {
      list.hidden = true;
      chosen(id);
    });
    list.append(entry);
  }
}

// Introduces page and agent to each other: `ask` makes the agent show a code, `confirm` sends what was typed.
export function offerPairing(isOffered, ask, confirm) {
  const place = step("program").querySelector("[data-pairing]");
  const wasOffered = !place.hidden;
  place.hidden = !isOffered;
  if (!isOffered || wasOffered) return;
  const [begin, form] = [place.querySelector("button[data-begin]"), place.querySelector("form")];
  const wrong = form.querySelector("[data-wrong]");
  let pairing = null;
  begin.onclick = async () => {
    clear();
    pairing = await ask().catch((error) => tell(error.problem));
    if (!pairing) return;
    begin.hidden = wrong.hidden = true;
    form.hidden = false;
    form.elements.code.value = "";
    form.elements.code.focus();
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await confirm(pairing, form.elements.code.value.replaceAll(/\D/g, ""));
    } catch (error) {
      if (error.problem !== "not-paired") return tell(error.problem);
      wrong.hidden = begin.hidden = false;
      begin.classList.replace("primary", "secondary");
      form.elements.code.setAttribute("aria-invalid", "true");
      form.elements.code.focus();
    }
  };
}
