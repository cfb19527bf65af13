// <immo-connect-menu>: the name menu of Immo-Connect on the pages of a tool (docs/name-menu.md).
// The server writes one line above this one: SETTINGS, with the addresses and the words.

const GIVEN = ["name", "organisation", "organisation-id", "usage", "lang", "change-context", "sign-out"];
const WIDTH = 288;
const EDGE = 16;

const LOOK = `
  :host { display: inline-block; max-width: 100%; font: 400 1rem/1.35 system-ui, "Segoe UI", Roboto, sans-serif; text-align: start; }
  :host, [popover] { --surface: #fff; --sunken: #eaf3f3; --text: #0f2a2e; --quiet: #4b6468; --line: #6f888c; --accent: #0b5560; }
  @supports (color: light-dark(red, red)) {
    :host, [popover] {
      --surface: light-dark(#fff, #132326); --sunken: light-dark(#eaf3f3, #1d3337); --text: light-dark(#0f2a2e, #e7f0f0);
      --quiet: light-dark(#4b6468, #a5babd); --line: light-dark(#6f888c, #78959a); --accent: light-dark(#0b5560, #6cc8cd);
    }
  }
  :host([hidden]) { display: none; }
  * { box-sizing: border-box; }
  #opener {
    display: flex; align-items: center; gap: .5rem; max-width: 100%; min-height: 2.75rem; margin: 0; padding: .25rem .75rem;
    border: 1px solid var(--line); border-radius: .5rem; background: var(--surface); color: var(--text); font: inherit; text-align: start; cursor: pointer;
  }
  #opener:hover { background: var(--sunken); }
  #who { display: grid; min-width: 0; overflow-wrap: anywhere; line-height: 1.2; }
  #person { font-weight: 600; }
  #active { color: var(--quiet); font-size: .875rem; }
  svg { flex: none; width: 1.5rem; height: 1.5rem; }
  .house { fill: var(--accent); }
  .down { width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
  #list {
    position: absolute; inset: auto; margin: 0; padding: .5rem; border: 1px solid var(--line); border-radius: .5rem;
    background: var(--surface); color: var(--text); box-shadow: 0 .75rem 2rem -.75rem rgb(0 0 0 / 40%);
  }
  ul { margin: 0; padding: 0; list-style: none; }
  a, ::slotted(a), li button {
    display: block; width: 100%; min-height: 2.75rem; padding: .625rem .75rem; border: 0; border-radius: .25rem;
    background: none; color: var(--text); font: inherit; text-align: start; text-decoration: none; cursor: pointer;
  }
  /* The tool's own links look as its style sheet says, unless this is more important. */
  ::slotted(a) { color: var(--text) !important; font: inherit !important; text-decoration: none !important; }
  a:hover, ::slotted(a:hover), li button:hover { background: var(--sunken); text-decoration: underline; text-underline-offset: .2em; }
  li:last-child { margin-top: .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
  form { margin: 0; }
  :focus-visible, ::slotted(a:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
  a:focus-visible, ::slotted(a:focus-visible), li button:focus-visible { outline-offset: -3px; }
  @media (forced-colors: active) { .house { fill: currentColor; } }
  @media print { :host { display: none; } }
`;

const look = new CSSStyleSheet();
look.replaceSync(LOOK);

function made(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

function drawing(name, box, path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS(svg.namespaceURI, "path");
  for (const [attribute, value] of [["class", name], ["viewBox", box], ["aria-hidden", "true"]]) svg.setAttribute(attribute, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

// An address of a page, never a script; null for anything else.
function page(address) {
  const url = address && URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
  return url && ["http:", "https:"].includes(url.protocol) ? url.href : null;
}

class NameMenu extends HTMLElement {
  static observedAttributes = GIVEN;

  #person = made("span", { id: "person", part: "person" });
  #active = made("span", { id: "active", part: "active" });
  #opener = made("button", { id: "opener", part: "button", type: "button", "aria-expanded": "false", "aria-controls": "list" },
    drawing("house", "0 0 48 48", SETTINGS.house), made("span", { id: "who" }, this.#person, this.#active),
    drawing("down", "0 0 24 24", "m6.5 9.5 5.5 5.5 5.5-5.5"));
  #entries = made("ul");
  #list = made("nav", { id: "list", part: "list", popover: "auto" }, this.#entries);

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [look];
    root.append(this.#opener, this.#list);
    this.#opener.popoverTargetElement = this.#list;
    this.#list.addEventListener("beforetoggle", (event) => this.#prepare(event.newState === "open"));
    this.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.contains(event.relatedTarget)) this.#list.hidePopover();
    });
  }

  connectedCallback() { this.#show(); }

  attributeChangedCallback() { if (this.isConnected) this.#show(); }

  #given(name) { return this.getAttribute(name)?.trim() ?? ""; }

  get #words() {
    const language = (this.closest("[lang]")?.lang ?? "").slice(0, 2).toLowerCase();
    return SETTINGS.words[language] ?? SETTINGS.words.nl;
  }

  #show() {
    const words = this.#words;
    this.#person.textContent = this.#given("name") || "Immo-Connect";
    this.#active.textContent = [this.#given("organisation"), this.#given("usage")].filter(Boolean).join(" · ");
    this.#active.hidden = !this.#active.textContent;
    this.#list.setAttribute("aria-label", words.menu.replace("%(name)s", this.#person.textContent));
    this.#entries.replaceChildren(...this.#links(words), ...this.#own(), ...this.#ending(words));
  }

  #links(words) {
    const id = encodeURIComponent(this.#given("organisation-id"));
    const ofOrganisation = (part) => (id ? `${SETTINGS.organisations}/${id}/${part}` : SETTINGS.organisations);
    const links = [
      ["change-context", page(this.#given("change-context"))],
      ["profile", SETTINGS.profile],
      ["organisations", SETTINGS.organisations],
      ["tools", ofOrganisation("tools")],
      ["wallet", ofOrganisation("wallet")],
    ];
    return links.filter(([, url]) => url).map(([entry, href]) => made("li", {}, made("a", { href, "data-entry": entry }, words[entry])));
  }

  // Links of the tool's own: <a slot="entry">.
  #own() {
    const has = [...this.children].some((child) => child.slot === "entry");
    return has ? [made("li", {}, made("slot", { name: "entry" }))] : [];
  }

  // By a form, so that no link signs anybody out; a tool whose form needs a token gives its own: <form slot="sign-out">.
  #ending(words) {
    const action = page(this.#given("sign-out"));
    if (!action && ![...this.children].some((child) => child.slot === "sign-out")) return [];
    const button = made("button", { type: "submit", "data-entry": "sign-out" }, words["sign-out"]);
    const form = action ? [made("form", { method: "post", action }, button)] : [];
    return [made("li", {}, made("slot", { name: "sign-out" }, ...form))];
  }

  #prepare(opens) {
    this.#opener.setAttribute("aria-expanded", String(opens));
    if (!opens) {
      // Whoever was in the list goes on from where it was opened.
      if (this.contains(document.activeElement)) this.#opener.focus();
      return;
    }
    const under = this.#opener.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const width = Math.min(WIDTH, room - 2 * EDGE);
    const left = Math.min(Math.max(under.right - width, EDGE), room - width - EDGE);
    Object.assign(this.#list.style, {
      width: `${width}px`, left: `${left + scrollX}px`, top: `${under.bottom + scrollY + 4}px`,
    });
  }
}

// Where the browser lacks what the menu needs, what stands inside the element stays.
const able = "popover" in HTMLElement.prototype && "canParse" in URL;
if (able && !customElements.get("immo-connect-menu")) customElements.define("immo-connect-menu", NameMenu);
