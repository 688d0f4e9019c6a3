// simple-oauth2 gets tokens: by header in both of its encodings and by body, for each application.

import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import simple from 'simple-oauth2';
import { apis, applications, check, issuer, refusal, scope } from './checks.mjs';

// `strict` form-encodes id and secret before they go into the header, `loose` does not.
const METHODS = {
  'header (strict)': { authorizationMethod: 'header', credentialsEncodingMode: 'strict' },
  'header (loose)': { authorizationMethod: 'header', credentialsEncodingMode: 'loose' },
  body: { authorizationMethod: 'body' },
};
const [{ audience }] = apis;

const client = (id, secret, options) =>
  new simple.ClientCredentials({
    client: { id, secret },
    auth: { tokenHost: issuer, tokenPath: '/oauth2/token' },
    options,
  });

for (const [place, options] of Object.entries(METHODS)) {
  for (const { client_id, client_secret } of applications) {
    await check(`simple-oauth2 gets a token for ${client_id} by ${place}`, async () => {
      const { token } = await client(client_id, client_secret, options).getToken({ audience, scope });
      assert.equal(token.token_type, 'Bearer');
      assert.equal(token.expires_in, 3600);
      const claims = decodeJwt(token.access_token);
      assert.equal(claims.client_id, client_id);
      assert.equal(claims.scope, scope);
    });

    await check(`simple-oauth2 sees invalid_client for ${client_id} with a wrong secret by ${place}`, async () => {
      const error = await refusal(client(client_id, `${client_secret}-not`, options).getToken({ audience, scope }));
      assert.ok(error.isBoom, String(error));
      assert.equal(error.output.statusCode, 401);
      assert.equal(error.data.payload.error, 'invalid_client');
      assert.ok(error.data.payload.error_description);
    });
  }
}
