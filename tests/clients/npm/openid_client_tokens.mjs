// openid-client gets tokens: by header and by body, for each application, with the endpoint in the metadata.

import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { apis, applications, check, issuer, refusal, scope } from './checks.mjs';

const METHODS = { header: client.ClientSecretBasic, body: client.ClientSecretPost };
const [{ audience }] = apis;

// `oauth2` reads the document of RFC 8414, `oidc` that of OpenID Connect Discovery.
const discover = (algorithm, clientId, authentication) =>
  client.discovery(new URL(issuer), clientId, undefined, authentication, { algorithm });

for (const algorithm of ['oauth2', 'oidc']) {
  for (const [place, method] of Object.entries(METHODS)) {
    for (const { client_id, client_secret } of applications) {
      await check(`openid-client (${algorithm}) gets a token for ${client_id} by ${place}`, async () => {
        const config = await discover(algorithm, client_id, method(client_secret));
        const tokens = await client.clientCredentialsGrant(config, { audience, scope });
        assert.equal(tokens.token_type, 'bearer');
        assert.equal(tokens.expires_in, 3600);
        assert.equal(tokens.refresh_token, undefined);
        const claims = decodeJwt(tokens.access_token);
        assert.equal(claims.client_id, client_id);
        assert.deepEqual([claims.aud].flat(), [audience]);
        assert.equal(claims.scope, scope);
      });
    }
  }
}

for (const [place, method] of Object.entries(METHODS)) {
  for (const { client_id, client_secret } of applications) {
    await check(`openid-client sees invalid_client for ${client_id} with a wrong secret by ${place}`, async () => {
      const config = await discover('oauth2', client_id, method(`${client_secret}-not`));
      const error = await refusal(client.clientCredentialsGrant(config, { audience, scope }));
      // It reports the challenge of a 401 and does not read the body, so the challenge must contain everything that a caller needs.
      assert.ok(error instanceof client.WWWAuthenticateChallengeError, String(error));
      assert.equal(error.status, 401);
      const { scheme, parameters } = error.cause[0];
      assert.equal(scheme, 'basic');
      assert.equal(parameters.error, 'invalid_client');
      assert.ok(parameters.realm && parameters.error_description && parameters.trace_id, JSON.stringify(parameters));
    });
  }
}

await check('openid-client sees invalid_scope in the body for a scope that does not exist', async () => {
  const [{ client_id, client_secret }] = applications;
  const config = await discover('oauth2', client_id, client.ClientSecretBasic(client_secret));
  await assert.rejects(client.clientCredentialsGrant(config, { audience, scope: 'no:such' }), {
    name: 'ResponseBodyError',
    status: 400,
    error: 'invalid_scope',
  });
});
