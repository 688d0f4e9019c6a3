// openid-client introspects and revokes tokens: by header and by body, for each application, with the endpoints in the metadata.

import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { apis, applications, check, issuer, scope } from './checks.mjs';

const METHODS = { header: client.ClientSecretBasic, body: client.ClientSecretPost };
const [{ audience }] = apis;

for (const [place, method] of Object.entries(METHODS)) {
  for (const { client_id, client_secret } of applications) {
    await check(`openid-client introspects and revokes a token of ${client_id} by ${place}`, async () => {
      const authentication = method(client_secret);
      const config = await client.discovery(new URL(issuer), client_id, undefined, authentication, { algorithm: 'oauth2' });
      const { access_token } = await client.clientCredentialsGrant(config, { audience, scope });
      const active = await client.tokenIntrospection(config, access_token);
      assert.equal(active.active, true);
      assert.equal(active.client_id, client_id);
      assert.equal(active.scope, scope);
      assert.equal(active.exp, decodeJwt(access_token).exp);
      await client.tokenRevocation(config, access_token, { token_type_hint: 'access_token' });
      assert.deepEqual(await client.tokenIntrospection(config, access_token), { active: false });
      // A text that is not a token is not an error.
      await client.tokenRevocation(config, 'not-a-token');
    });
  }
}
