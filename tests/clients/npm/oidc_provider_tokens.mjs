// The example orders_api of m2m-guard trusts oidc-provider, over plain http, once with ES256 and once with RS256. It accepts the JWT access
// tokens (RFC 9068), and refuses the other tokens of the provider, and each token that differs from an accepted one in one point.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { base64url, decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import * as client from 'openid-client';
import { check } from './checks.mjs';
import { CLIENT, generateKeys, LIFETIME, startProvider } from './oidc_provider.mjs';

const AUDIENCE = 'https://orders.example/api';

/** Starts the example for the tokens of an issuer. */
async function startApi(issuer) {
  const env = { ...process.env, ISSUER: issuer, AUDIENCE, PROFILE: 'rfc', ADDRESS: '127.0.0.1:0' };
  const api = spawn(process.env.CLIENTS_ORDERS_API, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  // Also if this program fails.
  process.on('exit', () => api.kill());
  const [line] = await once(createInterface(api.stdout), 'line');
  const [url] = /http:[^\s,]+/.exec(line);
  return { url: `${url}/orders`, stop: () => api.kill() };
}

/** Tokens that the API refuses: the status, the cause, and the token. */
async function refusedTokens({ accepted, alg, keys, getToken }) {
  const header = decodeProtectedHeader(accepted);
  const claims = decodeJwt(accepted);
  const [own, other] = keys[0].kid === header.kid ? keys : keys.toReversed();
  const [encodedHeader, payload, signature] = accepted.split('.');
  const sign = (changedClaims, changedHeader = {}, key = own.privateKey) =>
    new SignJWT({ ...claims, ...changedClaims }).setProtectedHeader({ ...header, ...changedHeader }).sign(key);
  const encoded = (value) => base64url.encode(JSON.stringify(value));
  const unsigned = encoded({ ...header, alg: 'none' });
  const stranger = await generateKeyPair(alg);
  const publicKey = new TextEncoder().encode(await exportSPKI(own.publicKey));
  const now = Math.floor(Date.now() / 1000);
  const { iss, sub, aud, iat, exp } = claims;
  const identity = { iss, sub, aud, iat, exp, auth_time: iat, nonce: 'nonce', at_hash: 'hash' };
  const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  return {
    'a token for another API': [401, 'audience-mismatch', await getToken('https://other.example/api', 'read:orders')],
    'an opaque token': [401, 'token-malformed', await getToken(`${AUDIENCE}/opaque`, 'read:orders')],
    'a token without the scope': [403, 'scope-insufficient', await getToken(AUDIENCE, 'write:orders')],
    'a token without scopes': [403, 'scope-insufficient', await getToken(AUDIENCE)],
    'an expired token': [401, 'token-expired', await sign({ iat: now - LIFETIME - 1, exp: now - 1 })],
    'a token that is not valid yet': [401, 'token-not-yet-valid', await sign({ nbf: now + 60 })],
    'a token of another issuer': [401, 'issuer-mismatch', await sign({ iss: 'https://id.example' })],
    'a changed signature': [401, 'token-signature-wrong', `${encodedHeader}.${payload}.${flipped}`],
    'changed claims': [401, 'token-signature-wrong', `${encodedHeader}.${encoded({ ...claims, sub: 'admin' })}.${signature}`],
    'alg none': [401, 'token-algorithm-wrong', `${unsigned}.${payload}.`],
    'alg none, with the signature': [401, 'token-algorithm-wrong', `${unsigned}.${payload}.${signature}`],
    'HS256 with the public key as secret': [401, 'token-algorithm-wrong', await sign({}, { alg: 'HS256' }, publicKey)],
    'typ JWT': [401, 'token-type-wrong', await sign({}, { typ: 'JWT' })],
    'no typ': [401, 'token-type-wrong', await sign({}, { typ: undefined })],
    'an ID token': [401, 'token-type-wrong', await new SignJWT(identity).setProtectedHeader({ alg, kid: own.kid }).sign(own.privateKey)],
    'an unknown kid': [401, 'token-key-unknown', await sign({}, { kid: 'third' }, stranger.privateKey)],
    'the kid of another key': [401, 'token-signature-wrong', await sign({}, { kid: other.kid })],
    'a key that the issuer does not have': [401, 'token-signature-wrong', await sign({}, {}, stranger.privateKey)],
  };
}

for (const alg of ['ES256', 'RS256']) {
  const { keys, jwks } = await generateKeys(alg);
  const provider = await startProvider(alg, jwks);
  const api = await startApi(provider.issuer);
  const call = (token) => fetch(api.url, { headers: { authorization: `Bearer ${token}` } });

  const authentication = client.ClientSecretBasic(CLIENT.client_secret);
  const options = { execute: [client.allowInsecureRequests] };
  const config = await client.discovery(new URL(provider.issuer), CLIENT.client_id, undefined, authentication, options);
  const getToken = async (resource, scope) => {
    const parameters = scope ? { resource, scope } : { resource };
    return (await client.clientCredentialsGrant(config, parameters)).access_token;
  };
  const accepted = await getToken(AUDIENCE, 'read:orders');

  await check(`orders_api accepts a token of oidc-provider with ${alg}`, async () => {
    const { alg: signedWith, typ } = decodeProtectedHeader(accepted);
    assert.deepEqual([signedWith, typ], [alg, 'at+jwt']);
    const response = await call(accepted);
    assert.equal(response.status, 200, response.headers.get('www-authenticate'));
  });

  for (const [name, [status, cause, token]] of Object.entries(await refusedTokens({ accepted, alg, keys, getToken }))) {
    await check(`orders_api refuses, with ${alg} of oidc-provider: ${name}`, async () => {
      const response = await call(token);
      const challenge = response.headers.get('www-authenticate');
      assert.equal(response.status, status, challenge);
      assert.match(challenge, status === 401 ? /error="invalid_token"/ : /error="insufficient_scope"/);
      assert.ok(challenge.includes(`/errors/${cause}"`), `${challenge} is not ${cause}`);
    });
  }

  api.stop();
  provider.stop();
}
