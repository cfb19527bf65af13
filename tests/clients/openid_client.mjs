// Drives openid-client through one whole use of the provider, as a client that registered itself.
//
//   node openid_client.mjs <settings as JSON>

import * as oidc from "openid-client";

import { clientKey, hear, say, settings } from "./conversation.mjs";

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
      const { key, kid, jwks } = await clientKey();
      return {
        metadata: { jwks, token_endpoint_auth_signing_alg: "ES256" },
        make: () => oidc.PrivateKeyJwt({ key, kid }),
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

const answer = new URL(await hear());
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
