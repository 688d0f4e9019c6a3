// jose verifies tokens of each algorithm, with the JWK set that the metadata names.

import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { apis, applications, check, issuer, scope } from './checks.mjs';

const WELL_KNOWN = ['oauth-authorization-server', 'openid-configuration'];
const [{ client_id, client_secret }] = applications;

for (const document of WELL_KNOWN) {
  for (const { signing_alg, audience } of apis) {
    await check(`jose verifies ${signing_alg} through ${document}`, async () => {
      const metadata = await fetch(`${issuer}/.well-known/${document}`).then((response) => response.json());
      assert.equal(metadata.issuer, issuer);

      const config = new client.Configuration(metadata, client_id, undefined, client.ClientSecretBasic(client_secret));
      const { access_token } = await client.clientCredentialsGrant(config, { audience, scope });

      const { payload, protectedHeader } = await jwtVerify(
        access_token,
        createRemoteJWKSet(new URL(metadata.jwks_uri)),
        {
          algorithms: [signing_alg],
          audience,
          issuer,
          typ: 'at+jwt',
          requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti', 'scope'],
        },
      );
      assert.equal(protectedHeader.alg, signing_alg);
      assert.equal(payload.sub, client_id);
      assert.equal(payload.exp - payload.iat, 3600);
    });
  }
}
