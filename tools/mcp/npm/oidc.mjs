// openid-client at an issuer: node oidc.mjs ISSUER CLIENT SECRET USER. It throws when something is not as it should be.
import assert from "node:assert/strict";

import * as client from "openid-client";

const [issuer, id, secret, user] = process.argv.slice(2);
const callback = "http://127.0.0.1:1/callback";

const config = await client.discovery(new URL(issuer), id, secret, undefined, { execute: [client.allowInsecureRequests] });
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const expectedNonce = client.randomNonce();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: callback,
  scope: "openid email profile offline_access",
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  state: expectedState,
  nonce: expectedNonce,
});
const response = await fetch(address, { redirect: "manual" });
const location = new URL(response.headers.get("location"));

const tokens = await client.authorizationCodeGrant(config, location, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
assert.equal(tokens.claims().sub, user);
assert.equal((await client.fetchUserInfo(config, tokens.access_token, user)).email, "ada@example.com");

const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
assert.notEqual(fresh.access_token, tokens.access_token);
assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, true);
await client.tokenRevocation(config, fresh.refresh_token);
assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, false);
await assert.rejects(client.refreshTokenGrant(config, fresh.refresh_token), { error: "invalid_grant" });
await assert.rejects(client.authorizationCodeGrant(config, location, { pkceCodeVerifier, expectedState, expectedNonce }), { error: "invalid_grant" });
