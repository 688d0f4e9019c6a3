// The TypeScript SDK of the Model Context Protocol gets tokens for the example orders_api, for each application.
//
// The API refuses the first call with a challenge, and names the server in its metadata (RFC 9728). The SDK reads both, discovers
// the server by RFC 8414, and gets a token with `resource`. The API does not speak MCP, so calls of an MCP client that it accepts are
// answered here.

import assert from 'node:assert/strict';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { withOAuth } from '@modelcontextprotocol/sdk/client/middleware.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InvalidClientError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { applications, check, issuer, orders, refusal } from './checks.mjs';

/** `fetch`, with the answer of an MCP server to each call that the API accepts. `accepted` gets the answer of the API to a POST. */
const mcpOver = (accepted) => async (url, init) => {
  const response = await fetch(url, init);
  if (String(url) !== orders || !response.ok) return response;
  if (init.method !== 'POST') return new Response(null, { status: 405 });
  accepted(await response.text());
  const { id, params } = JSON.parse(init.body);
  if (id === undefined) return new Response(null, { status: 202 });
  const { protocolVersion } = params;
  const result = { protocolVersion, capabilities: {}, serverInfo: { name: 'orders', version: '1' } };
  return Response.json({ jsonrpc: '2.0', id, result });
};

const provider = (clientId, clientSecret, scope) =>
  new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer: issuer, scope });

/** Connects an MCP client, and returns the answers of the API to its messages. */
async function connect(clientId, clientSecret) {
  const answers = [];
  const options = { authProvider: provider(clientId, clientSecret), fetch: mcpOver((answer) => answers.push(answer)) };
  const client = new Client({ name: 'm2m-real-clients', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(orders), options));
  await client.close();
  return answers;
}

for (const { client_id, client_secret } of applications) {
  await check(`@modelcontextprotocol/sdk reads orders as ${client_id}`, async () => {
    const authorized = withOAuth(provider(client_id, client_secret), orders)(fetch);
    const response = await authorized(orders);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /anvils/);
  });

  await check(`@modelcontextprotocol/sdk connects an MCP client as ${client_id}`, async () => {
    const answer = `created for ${client_id}\n`;
    // The message that begins a session, and the one that confirms it.
    assert.deepEqual(await connect(client_id, client_secret), [answer, answer]);
  });
}

await check('@modelcontextprotocol/sdk reads from a challenge which scope a token lacks', async () => {
  const [{ client_id, client_secret }] = applications;
  const authorized = withOAuth(provider(client_id, client_secret, 'read:orders'), orders)(fetch);
  const response = await authorized(orders, { method: 'POST' });
  assert.equal(response.status, 403);
  const { error, scope, resourceMetadataUrl } = extractWWWAuthenticateParams(response);
  assert.deepEqual([error, scope], ['insufficient_scope', 'write:orders']);
  assert.equal(resourceMetadataUrl.pathname, '/.well-known/oauth-protected-resource/orders');
});

await check('@modelcontextprotocol/sdk sees invalid_client for a wrong secret, and tries it twice', async () => {
  const [{ client_id, client_secret }] = applications;
  const error = await refusal(connect(client_id, `${client_secret}-not`));
  assert.ok(error instanceof InvalidClientError, String(error));
});
