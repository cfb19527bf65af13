// Drives openid-client as a device without a browser (RFC 8628); with `binds` its tokens are bound by DPoP.
//
//   node openid_client_device.mjs <settings as JSON>

import * as oidc from "openid-client";

import { say, settings } from "./conversation.mjs";

const insecure = { execute: [oidc.allowInsecureRequests] };
const registered = await oidc.dynamicClientRegistration(
  new URL(settings.issuer),
  {
    client_name: "A screen on the wall",
    grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    response_types: [],
    token_endpoint_auth_method: "none",
    dpop_bound_access_tokens: settings.binds,
  },
  oidc.None(),
  insecure,
);
const { client_id } = registered.clientMetadata();
const config = await oidc.discovery(new URL(settings.issuer), client_id, undefined, oidc.None(), insecure);
const options = settings.binds ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256")) } : {};

const device = await oidc.initiateDeviceAuthorization(config, { scope: "openid profile" });
say("device", device);
const tokens = await oidc.pollDeviceAuthorizationGrant(config, device, undefined, options);
say("claims", tokens.claims());
say("token_type", tokens.token_type);
say("userinfo", await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, options));
process.exit(0);
