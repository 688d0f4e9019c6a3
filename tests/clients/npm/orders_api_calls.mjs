// The example orders_api of m2m-guard is called with tokens that openid-client gets from the server, for each application.

import assert from 'node:assert/strict';
import * as client from 'openid-client';
import { apis, applications, check, issuer, orders, refusal } from './checks.mjs';

const METADATA = new URL('/.well-known/oauth-protected-resource/orders', orders).href;

/** Gets a token with these parameters, and returns a function that calls the API with it. */
async function withToken({ client_id, client_secret }, parameters) {
  const authentication = client.ClientSecretBasic(client_secret);
  const config = await client.discovery(new URL(issuer), client_id, undefined, authentication, { algorithm: 'oauth2' });
  const { access_token } = await client.clientCredentialsGrant(config, parameters);
  // The API speaks plain http.
  client.allowInsecureRequests(config);
  return (method, path) => client.fetchProtectedResource(config, access_token, new URL(path, orders), method);
}

/** Checks that a call is refused with this status and error, and that the challenge names the metadata and a page about the cause. */
async function refused(call, status, expected) {
  const error = await refusal(call);
  assert.ok(error instanceof client.WWWAuthenticateChallengeError, String(error));
  assert.equal(error.status, status);
  const [{ scheme, parameters }] = error.cause;
  assert.equal(scheme, 'bearer');
  assert.equal(parameters.error, expected);
  assert.equal(parameters.resource_metadata, METADATA);
  assert.equal((await fetch(parameters.error_uri)).status, 200, parameters.error_uri);
  return parameters;
}

await check('orders_api refuses a call without a token, with a challenge that names its metadata', async () => {
  const response = await fetch(orders);
  assert.equal(response.status, 401);
  assert.equal(response.headers.get('www-authenticate'), `Bearer resource_metadata="${METADATA}"`);
});

for (const application of applications) {
  const { client_id, organization } = application;
  const other = applications.find((one) => one !== application).organization;

  await check(`orders_api answers ${client_id}, with a token of openid-client`, async () => {
    const call = await withToken(application, { resource: orders, scope: 'read:orders write:orders' });
    const list = await call('GET', '/orders');
    assert.equal(list.status, 200);
    assert.match(await list.text(), /anvils/);
    const created = await call('POST', '/orders');
    assert.equal(created.status, 201);
    assert.equal(await created.text(), `created for ${client_id}\n`);
  });

  await check(`orders_api refuses ${client_id} without the scope that a call needs`, async () => {
    const call = await withToken(application, { resource: orders, scope: 'read:orders' });
    const { scope } = await refused(call('POST', '/orders'), 403, 'insufficient_scope');
    assert.equal(scope, 'write:orders');
  });

  await check(`orders_api refuses ${client_id} the orders of another organization`, async () => {
    const call = await withToken(application, { resource: orders, scope: 'read:orders' });
    assert.equal((await call('GET', `/orgs/${organization}/orders`)).status, 200);
    await refused(call('GET', `/orgs/${other}/orders`), 403, 'insufficient_scope');
  });
}

await check('orders_api refuses a token for another API', async () => {
  const [application] = applications;
  const call = await withToken(application, { audience: apis[0].audience });
  await refused(call('GET', '/orders'), 401, 'invalid_token');
});
