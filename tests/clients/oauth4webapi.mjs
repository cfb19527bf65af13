// Drives oauth4webapi step by step, as its documentation does; with `binds` by PAR, private_key_jwt
// and DPoP. The package leaves it to its user to ask again with the nonce that a refusal brings.
//
//   node oauth4webapi.mjs <settings as JSON>

import * as oauth from "oauth4webapi";

import { clientKey, hear, say, settings } from "./conversation.mjs";

const issuer = new URL(settings.issuer);
const insecure = { [oauth.allowInsecureRequests]: true };
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));

const { key, kid, jwks } = await clientKey();
say("jwks", jwks);
const { client_id, client_secret } = JSON.parse(await hear());
const client = { client_id, id_token_signed_response_alg: settings.algorithm };
const authentication = settings.binds
  ? oauth.PrivateKeyJwt({ key, kid })
  : oauth.ClientSecretBasic(client_secret);
const options = { ...insecure };
if (settings.binds) options.DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));

let challenges = 0;
async function exchange(request, process) {
  try {
    return await process(await request());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    challenges += 1;
    return process(await request());
  }
}

const verifier = oauth.generateRandomCodeVerifier();
const nonce = oauth.generateRandomNonce();
const state = oauth.generateRandomState();
let parameters = new URLSearchParams({
  client_id,
  redirect_uri: settings.callback,
  response_type: "code",
  scope: "openid profile offline_access",
  prompt: "consent",
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  nonce,
  state,
});
if (settings.binds) {
  const { request_uri } = await exchange(
    () => oauth.pushedAuthorizationRequest(as, client, authentication, parameters, options),
    (response) => oauth.processPushedAuthorizationResponse(as, client, response),
  );
  parameters = new URLSearchParams({ client_id, request_uri });
}
say("authorize", `${as.authorization_endpoint}?${parameters}`);

const answer = oauth.validateAuthResponse(as, client, new URL(await hear()), state);
const tokens = await exchange(
  () => oauth.authorizationCodeGrantRequest(as, client, authentication, answer, settings.callback, verifier, options),
  async (response) => {
    const result = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(as, response, insecure);
    return result;
  },
);
const claims = oauth.getValidatedIdTokenClaims(tokens);
say("claims", claims);
say("token_type", tokens.token_type);

const person = (token) => exchange(
  () => oauth.userInfoRequest(as, client, token, options),
  (response) => oauth.processUserInfoResponse(as, client, claims.sub, response),
);
say("userinfo", await person(tokens.access_token));

const refreshed = await exchange(
  () => oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, options),
  (response) => oauth.processRefreshTokenResponse(as, client, response),
);
say("userinfo", await person(refreshed.access_token));
say("challenges", challenges);

await oauth.processRevocationResponse(
  await oauth.revocationRequest(as, client, authentication, refreshed.access_token, insecure),
);
try {
  await person(refreshed.access_token);
  say("after_revocation", "accepted");
} catch (error) {
  say("after_revocation", error.cause?.[0]?.parameters?.error ?? String(error));
}
process.exit(0);
