// Proposes a user name while the name is typed, and says when an address looks like an office's.
// The server does both by itself when the form is sent.

const form = document.getElementById("registration");
const field = (id) => document.getElementById(id);
const PAUSE_MILLISECONDS = 350;
let proposed = "";
let waiting;
let newest = 0;

async function ask() {
  newest += 1;
  const number = newest;
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  for (const id of ["given-name", "family-name", "email"]) body.set(id, field(id).value);
  let answer;
  try {
    const response = await fetch(form.dataset.proposal, { method: "POST", body });
    if (!response.ok) return;
    answer = await response.json();
  } catch {
    return; // without a proposal the person types one, or the server proposes one later
  }
  // An answer that was overtaken by a newer question is old news.
  if (number !== newest) return;
  show(answer);
}

function show({ username, role_address: isRoleAddress }) {
  const input = field("username");
  // What somebody chose is theirs; only an earlier proposal gives way.
  if (username && (input.value === "" || input.value === proposed)) {
    proposed = username;
    input.value = username;
  }
  field("role-address").hidden = !isRoleAddress;
  if (isRoleAddress) form.elements["seen-warning"].value = field("email").value;
}

for (const id of ["given-name", "family-name", "email"]) {
  field(id).addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE_MILLISECONDS);
  });
}
