// Niceties only: every page works without this file.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
  // A password that stands in clear text would be offered again as one.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

// What was typed before the language was switched is there again in the new language.
for (const input of document.querySelectorAll("input[data-keep]")) {
  const key = `kept ${location.pathname} ${input.id}`;
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  if (kept && !input.value) input.value = kept;
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => sessionStorage.setItem(key, input.value));
  }
}

for (const field of document.querySelectorAll("[data-search-field]")) {
  const input = field.querySelector("input");
  const matches = (element) =>
    element.dataset.search.toLocaleLowerCase().includes(input.value.trim().toLocaleLowerCase());
  field.hidden = false;
  input.addEventListener("input", () => {
    for (const group of document.querySelectorAll(".organisation")) {
      const contexts = [...group.querySelectorAll("[data-search]")];
      for (const context of contexts) context.hidden = !matches(context);
      group.hidden = contexts.every((context) => context.hidden);
    }
  });
}

// A question in a dialog instead of on a page of its own.
for (const link of document.querySelectorAll("a[data-dialog]")) {
  const dialog = document.getElementById(link.dataset.dialog);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
}

// How strong a new password looks, as text: length is what counts.
for (const said of document.querySelectorAll("[data-strength]")) {
  const input = document.getElementById(said.dataset.strength);
  input.addEventListener("input", () => {
    const length = [...input.value].length;
    const { short, fair, good } = said.dataset;
    const text = length < 8 ? short : length < 12 ? fair : good;
    said.hidden = length === 0;
    if (said.textContent !== text) said.textContent = text;
  });
}

// The time until something may be done again, counted down beside its button.
for (const timer of document.querySelectorAll("[data-countdown]")) {
  const end = Date.now() + 1000 * Number(timer.dataset.countdown);
  const button = document.getElementById(timer.dataset.holds);
  const time = timer.querySelector("time");
  button.disabled = true;
  const tick = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    time.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) return;
    clearInterval(tick);
    timer.hidden = true;
    button.disabled = false;
  }, 500);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// What is written in an element, into the clipboard.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const label = button.firstChild;
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

// A state that changes elsewhere, such as a payment on its way: looked at again, and said once it has changed.
const WATCH_MILLISECONDS = 3000;
const WATCHED_TIMES = 200;
for (const watched of document.querySelectorAll("[data-watch]")) {
  const look = async (left) => {
    const answer = await fetch(location.href).catch(() => null);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const found = page?.getElementById(watched.id);
    if (found && found.dataset.status !== watched.dataset.status) {
      watched.replaceChildren(...found.childNodes);
      watched.dataset.status = found.dataset.status;
      document.title = page.title;
      if (!("watch" in found.dataset)) return;
    }
    if (left) setTimeout(look, WATCH_MILLISECONDS, left - 1);
  };
  setTimeout(look, WATCH_MILLISECONDS, WATCHED_TIMES);
}
