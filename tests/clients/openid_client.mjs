// Drives openid-client through one whole use of the provider. The page part is done by whoever
// started us: we print one JSON object a line, and read the address the browser came back to.
//
//   node openid_client.mjs <settings as JSON>

import { createInterface } from "node:readline";

import * as oidc from "openid-client";

const settings = JSON.parse(process.argv[2]);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (what, value) => console.log(JSON.stringify({ [what]: value }));
const insecure = { execute: [oidc.allowInsecureRequests] };

async function clientAuthentication(method) {
  switch (method) {
    case "client_secret_basic":
      return { metadata: {}, make: (secret) => oidc.ClientSecretBasic(secret) };
    case "client_secret_post":
      return { metadata: {}, make: (secret) => oidc.ClientSecretPost(secret) };
    case "none":
      return { metadata: {}, make: () => oidc.None() };
    case "private_key_jwt": {
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
      const key = { kty, crv, x, y, kid: "of-the-client", use: "sig", alg: "ES256" };
      return {
        metadata: { jwks: { keys: [key] }, token_endpoint_auth_signing_alg: "ES256" },
        make: () => oidc.PrivateKeyJwt({ key: pair.privateKey, kid: key.kid }),
      };
    }
    default:
      throw new Error(`no such method: ${method}`);
  }
}

const authentication = await clientAuthentication(settings.method);
const registered = await oidc.dynamicClientRegistration(
  new URL(settings.issuer),
  {
    client_name: "openid-client",
    redirect_uris: [settings.callback],
    post_logout_redirect_uris: [settings.goodbye],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: settings.method,
    id_token_signed_response_alg: settings.algorithm,
    ...authentication.metadata,
  },
  oidc.None(),
  insecure,
);
const { client_id, client_secret } = registered.clientMetadata();
say("registered", { client_id, has_secret: Boolean(client_secret) });

// Once more from the discovery document, as a client with a stored registration starts.
const config = await oidc.discovery(
  new URL(settings.issuer),
  client_id,
  { ...registered.clientMetadata() },
  authentication.make(client_secret),
  insecure,
);

const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
const expectedNonce = oidc.randomNonce();
const expectedState = oidc.randomState();
const request = oidc.buildAuthorizationUrl(config, {
  redirect_uri: settings.callback,
  scope: "openid profile email offline_access",
  prompt: "consent",
  code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  nonce: expectedNonce,
  state: expectedState,
});
say("authorize", request.href);

const answer = new URL((await lines.next()).value);
const tokens = await oidc.authorizationCodeGrant(config, answer, {
  pkceCodeVerifier,
  expectedNonce,
  expectedState,
  idTokenExpected: true,
});
say("claims", tokens.claims());
say("header", JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")));
say("userinfo", await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));

const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
say("refreshed", { claims: refreshed.claims(), rotated: Boolean(refreshed.refresh_token) });
say("userinfo", await oidc.fetchUserInfo(config, refreshed.access_token, tokens.claims().sub));

const latest = refreshed.refresh_token ?? tokens.refresh_token;
await oidc.tokenRevocation(config, latest);
try {
  await oidc.refreshTokenGrant(config, latest);
  say("after_revocation", "accepted");
} catch (error) {
  say("after_revocation", error.error);
}

say("end_session", oidc.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: settings.goodbye,
  state: "of-the-logout",
}).href);
process.exit(0);
