// Drives openid-client as a client of FAPI 2.0: pushed requests, private_key_jwt, and tokens bound
// by DPoP; with `signs` also request objects and signed answers (Message Signing).
//
//   node openid_client_fapi.mjs <settings as JSON>

import * as oidc from "openid-client";

import { clientKey, hear, say, settings } from "./conversation.mjs";

const { key, kid, jwks } = await clientKey();
say("jwks", jwks);
const config = await oidc.discovery(
  new URL(settings.issuer),
  await hear(),
  { id_token_signed_response_alg: "ES256", authorization_signed_response_alg: "ES256" },
  oidc.PrivateKeyJwt({ key, kid }),
  { execute: [oidc.allowInsecureRequests] },
);
if (settings.signs) oidc.useJwtResponseMode(config);

const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
const expectedNonce = oidc.randomNonce();
const expectedState = oidc.randomState();
let parameters = {
  redirect_uri: settings.callback,
  scope: "openid profile offline_access",
  prompt: "consent",
  code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  nonce: expectedNonce,
  state: expectedState,
};
if (settings.signs) {
  const signed = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key, kid });
  parameters = Object.fromEntries(signed.searchParams);
}
say("authorize", (await oidc.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })).href);

const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
const tokens = await oidc.authorizationCodeGrant(config, new URL(await hear()), checks, undefined, { DPoP });
const { sub } = tokens.claims();
say("claims", tokens.claims());
say("token_type", tokens.token_type);
say("userinfo", await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP }));

const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
say("refreshed", { claims: refreshed.claims(), rotated: Boolean(refreshed.refresh_token) });
say("userinfo", await oidc.fetchUserInfo(config, refreshed.access_token, sub, { DPoP }));

// Whoever has the token and not the key has nothing.
const { userinfo_endpoint } = config.serverMetadata();
const bearer = await fetch(userinfo_endpoint, { headers: { authorization: `Bearer ${refreshed.access_token}` } });
say("stolen", bearer.status);
process.exit(0);
