// oauth4webapi gets tokens: by header and by body, for each application, with the endpoint in the metadata.

import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import { apis, applications, check, issuer, refusal, scope } from './checks.mjs';

// It form-encodes every byte of a Basic header that is not a letter or a digit, even `-` as `%2D`.
const METHODS = { header: oauth.ClientSecretBasic, body: oauth.ClientSecretPost };
const [{ audience }] = apis;

const discover = async () => {
  const expected = new URL(issuer);
  return oauth.processDiscoveryResponse(expected, await oauth.discoveryRequest(expected, { algorithm: 'oauth2' }));
};

async function getToken(client_id, authentication, parameters) {
  const [server, client] = [await discover(), { client_id }];
  const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters);
  return oauth.processClientCredentialsResponse(server, client, response);
}

for (const [place, method] of Object.entries(METHODS)) {
  for (const { client_id, client_secret } of applications) {
    await check(`oauth4webapi gets a token for ${client_id} by ${place}`, async () => {
      const tokens = await getToken(client_id, method(client_secret), { audience, scope });
      assert.equal(tokens.token_type, 'bearer');
      assert.equal(tokens.expires_in, 3600);
      const claims = decodeJwt(tokens.access_token);
      assert.equal(claims.client_id, client_id);
      assert.equal(claims.scope, scope);
    });

    await check(`oauth4webapi sees invalid_client for ${client_id} with a wrong secret by ${place}`, async () => {
      const error = await refusal(getToken(client_id, method(`${client_secret}-not`), { audience, scope }));
      // Like openid-client, which is based on it, it reports the challenge and not the body.
      assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, String(error));
      assert.equal(error.status, 401);
      assert.equal(error.cause[0].scheme, 'basic');
      assert.equal(error.cause[0].parameters.error, 'invalid_client');
    });
  }
}

await check('oauth4webapi gets a token with the parameter resource (RFC 8707)', async () => {
  const [{ client_id, client_secret }] = applications;
  const tokens = await getToken(client_id, oauth.ClientSecretBasic(client_secret), { resource: audience, scope });
  assert.deepEqual([decodeJwt(tokens.access_token).aud].flat(), [audience]);
});
