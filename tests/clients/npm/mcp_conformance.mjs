// A client that gets its token with m2m-client passes the conformance suite of the Model Context Protocol: its scenario for client credentials
// with a secret. The suite starts its own servers, and then the client, whose path is in CLIENTS_CONFORMANCE.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { check } from './checks.mjs';

const { CLIENTS_CONFORMANCE: program } = process.env;
const suite = fileURLToPath(new URL('node_modules/.bin/conformance', import.meta.url));
const scenario = 'auth/client-credentials-basic';

await check(`m2m-client passes ${scenario} of @modelcontextprotocol/conformance`, async () => {
  // The suite splits the command at spaces, so it gets no path.
  const command = ['client', '--command', `./${basename(program)}`, '--scenario', scenario, '--verbose'];
  const { stdout } = await promisify(execFile)(process.execPath, [suite, ...command], { cwd: dirname(program) });
  const passed = JSON.parse(stdout).filter(({ status }) => status === 'SUCCESS');
  // A client that gets a token and does not use it passes too.
  for (const id of ['prm-pathbased-requested', 'client-credentials-basic-auth', 'valid-bearer-token']) {
    assert.ok(passed.some((one) => one.id === id), `${id} is not among ${passed.map((one) => one.id)}`);
  }
});
