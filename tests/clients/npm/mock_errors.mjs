// openid-client gets tokens from `m2m mock`, and sees each error that the mock is asked to answer.

import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { check, issuer, refusal } from './checks.mjs';

const CLIENT_ID = 'openid-client';
const AUDIENCE = 'https://orders.example/api';

// The codes of RFC 6749 and RFC 6750, with the status that each has unless another one is forced (rows G8 to G18).
const CODES = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  access_denied: 400,
  server_error: 500,
  temporarily_unavailable: 503,
  invalid_token: 401,
  insufficient_scope: 403,
};

const control = async (method, path, body) => {
  const response = await fetch(`${issuer}/mock${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.equal(response.headers.get('m2m-mock'), 'not for production');
  assert.ok(response.ok, await response.clone().text());
  return response.json();
};

// The next token request of this program is answered like this.
const force = (answer) => control('POST', '/forced-answers', { client_id: CLIENT_ID, times: 1, ...answer });

const config = await client.discovery(new URL(issuer), CLIENT_ID, undefined, client.ClientSecretBasic('any'), {
  algorithm: 'oauth2',
  execute: [client.allowInsecureRequests],
});
const token = (parameters) => client.clientCredentialsGrant(config, { audience: AUDIENCE, ...parameters });

await check('openid-client gets a token from the mock', async () => {
  const tokens = await token({ scope: 'read:orders' });
  const claims = decodeJwt(tokens.access_token);
  assert.equal(claims.client_id, CLIENT_ID);
  assert.equal(claims.aud, AUDIENCE);
  assert.equal(claims.scope, 'read:orders');
});

for (const [error, status] of Object.entries(CODES)) {
  await check(`openid-client sees ${error} of the mock`, async () => {
    await force({ error, description: 'forced for a test' });
    const seen = await refusal(token());
    if (seen instanceof client.WWWAuthenticateChallengeError) {
      // It reports the challenge of an answer that has one, and does not read the body.
      const [{ scheme, parameters }] = seen.cause;
      assert.equal(scheme, error === 'invalid_client' ? 'basic' : 'bearer');
      assert.equal(parameters.error, error);
      assert.equal(parameters.error_description, 'forced for a test');
      assert.equal(seen.status, status);
    } else if (status >= 500) {
      // It reports only the status of such an answer, with the answer itself.
      assert.equal(seen.cause.status, status);
      assert.equal((await seen.cause.json()).error, error);
    } else {
      assert.ok(seen instanceof client.ResponseBodyError, String(seen));
      assert.equal(seen.error, error);
      assert.equal(seen.error_description, 'forced for a test');
      assert.equal(seen.status, status);
    }
    await token();
  });
}

await check('openid-client sees the time to retry of the mock', async () => {
  await force({ status: 503, retry_after: 7 });
  const seen = await refusal(token());
  assert.equal(seen.cause.headers.get('retry-after'), '7');
});

for (const broken of ['not-json', 'html', 'empty', 'truncated', 'closed']) {
  await check(`openid-client fails on an answer of the mock that is broken: ${broken}`, async () => {
    await force({ broken });
    const seen = await refusal(token());
    assert.ok(seen instanceof client.ClientError || seen instanceof TypeError, String(seen));
    await token();
  });
}

await check('openid-client ends a request to the mock that takes too long', async () => {
  config.timeout = 1;
  await force({ delay_ms: 3000 });
  const seen = await refusal(token());
  assert.equal(seen.code, 'OAUTH_TIMEOUT', String(seen));
  config.timeout = 30;
  await token();
});

await check('openid-client gets the claims and the times that the mock is asked for', async () => {
  await control('PUT', '/clock', { time: 1_800_000_000, frozen: true });
  await force({ token: { lifetime: 60, claims: { org_code: 'org_acme' } } });
  const tokens = await token();
  assert.equal(tokens.expires_in, 60);
  const claims = decodeJwt(tokens.access_token);
  assert.deepEqual([claims.iat, claims.exp, claims.org_code], [1_800_000_000, 1_800_000_060, 'org_acme']);
  await control('DELETE', '/clock');
});

await check('the mock lists the requests of openid-client without its secret', async () => {
  const { requests } = await control('GET', '/requests');
  const own = requests.filter((request) => request.client_id === CLIENT_ID);
  assert.ok(own.length > 20, String(own.length));
  assert.ok(own.every((request) => request.authentication_method === 'client_secret_basic' && request.audience[0] === AUDIENCE));
});
