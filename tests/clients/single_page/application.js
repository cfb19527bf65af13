// An application of one page, as oidc-client-ts has it: the test calls what is named here. Opened
// with an answer in its address it takes that, in the window or in the frame of a silent sign-in.

const { UserManager, WebStorageStateStore, IndexedDbDPoPStore } = window.oidc;

const settings = JSON.parse(sessionStorage.getItem("settings") ?? "null");
const answer = new URL(location.href).searchParams;

function manager() {
  const { binds, ...given } = settings;
  const callback = `${location.origin}/`;
  return new UserManager({
    ...given,
    redirect_uri: callback,
    silent_redirect_uri: callback,
    post_logout_redirect_uri: `${location.origin}/goodbye`,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    // The package asks userinfo with bearer tokens alone; bound ones are its user's to send.
    loadUserInfo: !binds,
    filterProtocolClaims: false,
    automaticSilentRenew: false,
    ...(binds ? { dpop: { bind_authorization_code: true, store: new IndexedDbDPoPStore() } } : {}),
  });
}

const seen = (user) => ({
  claims: user.profile,
  access_token: user.access_token,
  token_type: user.token_type,
  refreshes: Boolean(user.refresh_token),
});

async function person() {
  const holder = manager();
  const [user, url] = [await holder.getUser(), await holder.metadataService.getUserInfoEndpoint()];
  const ask = async (nonce) => fetch(url, {
    headers: { authorization: `DPoP ${user.access_token}`, dpop: await holder.dpopProof(url, user, "GET", nonce) },
  });
  const refused = await ask();
  const answer = await ask(refused.headers.get("DPoP-Nonce"));
  return { challenge: refused.headers.get("WWW-Authenticate"), claims: await answer.json() };
}

window.application = {
  person,
  begin: async (given) => {
    sessionStorage.setItem("settings", JSON.stringify(given));
    location.reload();
  },
  signIn: () => manager().signinRedirect(),
  renew: async () => seen(await manager().signinSilent()),
  signOut: () => manager().signoutRedirect(),
};

if (answer.has("state") && location.pathname === "/") {
  const taken = manager().signinCallback();
  window.arrived = taken.then((user) => (user ? seen(user) : null), (error) => ({ error: String(error) }));
}
