// How a client talks with the test that drives it: it prints one JSON object a line, and reads what
// only the test can know, such as the address the browser came back to.

import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const settings = JSON.parse(process.argv[2]);
export const say = (what, value) => console.log(JSON.stringify({ [what]: value }));
export const hear = async () => (await lines.next()).value;

// A key of the client, and what it registers of it.
export async function clientKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const published = { kty, crv, x, y, kid: "of-the-client", use: "sig", alg: "ES256" };
  return { key: pair.privateKey, kid: published.kid, jwks: { keys: [published] } };
}
