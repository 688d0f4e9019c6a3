// The TypeScript SDK of the Model Context Protocol gets tokens for an MCP server, for each application.
//
// The MCP server is answered in this process: it requires a token of the server, and names the server in its metadata (RFC 9728).
// Everything else is sent to the server: the metadata of RFC 8414 and the token request with `resource`.

import assert from 'node:assert/strict';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InvalidClientError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { apis, applications, check, issuer, refusal, scope } from './checks.mjs';

const [{ audience: resource }] = apis;
const metadata = resource.replace('.example/', '.example/.well-known/oauth-protected-resource/');
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

/** `fetch` with the MCP server; it passes the claims of each token that it has verified to `seen`. */
const network = (seen) => async (url, init) => {
  const { href } = new URL(url);
  if (href === metadata) {
    return Response.json({ resource, authorization_servers: [issuer], scopes_supported: scope.split(' ') });
  }
  if (href !== resource) return fetch(url, init);
  const [scheme, token] = (new Headers(init.headers).get('authorization') ?? '').split(' ');
  if (scheme !== 'Bearer') {
    return new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${metadata}"` } });
  }
  seen((await jwtVerify(token, keys, { issuer, audience: resource })).payload);
  if (init.method !== 'POST') return new Response(null, { status: 405 });
  const { id, params } = JSON.parse(init.body);
  if (id === undefined) return new Response(null, { status: 202 });
  const { protocolVersion } = params;
  const result = { protocolVersion, capabilities: {}, serverInfo: { name: 'resource', version: '1' } };
  return Response.json({ jsonrpc: '2.0', id, result });
};

/** Connects to the MCP server, and returns the claims that it has verified. */
async function connect(clientId, clientSecret) {
  const claims = [];
  const authProvider = new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer: issuer, scope });
  const options = { authProvider, fetch: network((seen) => claims.push(seen)) };
  const client = new Client({ name: 'm2m-real-clients', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), options));
  await client.close();
  return claims[0];
}

for (const { client_id, client_secret } of applications) {
  await check(`@modelcontextprotocol/sdk connects to a resource as ${client_id}`, async () => {
    const claims = await connect(client_id, client_secret);
    assert.equal(claims.client_id, client_id);
    assert.equal(claims.scope, scope);
  });
}

await check('@modelcontextprotocol/sdk sees invalid_client for a wrong secret, and tries it twice', async () => {
  const [{ client_id, client_secret }] = applications;
  const error = await refusal(connect(client_id, `${client_secret}-not`));
  assert.ok(error instanceof InvalidClientError, String(error));
});
