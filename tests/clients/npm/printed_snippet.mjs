// Runs the JavaScript example of the guide as printed, with our issuer, audience and scope. The page is the argument.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as client from 'openid-client';
import { apis, applications, check, issuer } from './checks.mjs';

const [, , page] = process.argv;
const [{ client_id, client_secret }] = applications;
const { audience } = apis.find(({ signing_alg }) => signing_alg === 'ES256');

/** Returns a text in which this one occurs, with another one in its place. */
function replaced(text, printed, own) {
  assert.ok(text.includes(printed), `the example has no ${printed}`);
  return text.replaceAll(printed, own);
}

await check('the JavaScript example of the guide verifies a token', async () => {
  const [, rest] = readFileSync(page, 'utf8').split('```js\n');
  let [example] = rest.split('```');
  example = replaced(example, 'https://orders.example/api', audience);
  example = replaced(example, 'read:orders', 'read:users');

  const metadata = { issuer, token_endpoint: `${issuer}/oauth2/token` };
  const config = new client.Configuration(metadata, client_id, undefined, client.ClientSecretBasic(client_secret));
  const { access_token } = await client.clientCredentialsGrant(config, { audience });

  // Modules are searched next to their importer.
  const file = fileURLToPath(new URL('printed.mjs', import.meta.url));
  writeFileSync(file, example);
  try {
    const env = { ...process.env, TOKEN: access_token, M2M_ISSUER: issuer };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    assert.equal(stdout.trim(), client_id);
  } finally {
    rmSync(file);
  }
});
