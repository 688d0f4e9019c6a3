// oidc-provider in this process and over plain http, as a server that is not ours. It issues JWT access tokens by RFC 9068.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

export const CLIENT = { client_id: 'orders-job', client_secret: 'throw-away-Hn5Wq8Zt3Lx7Vb2K' };

/** The time for which a token is valid. Unit: seconds. */
export const LIFETIME = 600;

/** Two pairs of keys, of which the provider publishes both and signs with one. */
export async function generateKeys(alg) {
  const pair = async (kid) => ({ kid, ...(await generateKeyPair(alg, { extractable: true })) });
  const keys = await Promise.all([pair('first'), pair('second')]);
  const jwks = keys.map(async ({ kid, privateKey }) => ({ ...(await exportJWK(privateKey)), kid, alg, use: 'sig' }));
  return { keys, jwks: { keys: await Promise.all(jwks) } };
}

/**
 * Starts the provider. An API whose identifier ends with `opaque` gets opaque tokens. If `answer` returns true, it has answered the request itself.
 */
export async function startProvider(alg, jwks, answer = () => false) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const registration = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, ...registration, id_token_signed_response_alg: alg }],
    jwks,
    scopes: ['read:orders', 'write:orders'],
    ttl: { ClientCredentials: LIFETIME },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({
          scope: 'read:orders write:orders',
          audience,
          accessTokenFormat: audience.endsWith('opaque') ? 'opaque' : 'jwt',
          jwt: { sign: { alg } },
        }),
      },
    },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => answer(request, response) || handle(request, response));
  return { issuer, stop: () => server.close() };
}
