// `m2m doctor` against oidc-provider, in this process and over plain http: each step passes, and each of the faults that are built in on purpose is named
// by the step in which it belongs, with something to do.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { check } from './checks.mjs';
import { CLIENT, generateKeys, startProvider } from './oidc_provider.mjs';

const API = 'https://orders.example/api';

/** Runs the command, and returns its exit code and its document. */
async function doctor(issuer, options, secret = CLIENT.client_secret) {
  const env = { PATH: process.env.PATH, M2M_ISSUER: issuer, M2M_CLIENT_ID: CLIENT.client_id, M2M_CLIENT_SECRET: secret };
  const ended = await promisify(execFile)(process.env.CLIENTS_M2M, ['doctor', '--output', 'json', ...options], { env }).catch((error) => error);
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes(secret), 'the secret is printed');
  return { code: ended.code ?? 0, ...JSON.parse(ended.stdout) };
}

const failed = (report) => report.steps.filter(({ result }) => result === 'failed').map(({ step }) => step);

const { jwks } = await generateKeys('ES256');
const { jwks: foreign } = await generateKeys('ES256');
let change = () => false;
const provider = await startProvider('ES256', jwks, (request, response) => change(request, response));
const { issuer } = provider;
const call = ['--resource', API, '--scope', 'read:orders'];

/** Answers requests for this path itself, instead of the provider. */
const answer = (path, body) => (request, response) => {
  if (request.url !== path) return false;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
  return true;
};

await check('m2m doctor passes each step with oidc-provider', async () => {
  const report = await doctor(issuer, call);
  assert.deepEqual([report.code, failed(report)], [0, []], JSON.stringify(report));
  const passed = report.steps.filter(({ result }) => result === 'passed');
  assert.equal(passed.length, 11, JSON.stringify(report));
});

const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
const keysPath = new URL(metadata.jwks_uri).pathname;
const publicKeys = ({ keys }) => ({ keys: keys.map(({ d, ...key }) => key) });
const tls = createServer().listen(0, '127.0.0.1');
await once(tls, 'listening');
const token = async () => {
  const parameters = { grant_type: 'client_credentials', resource: 'https://other.example/api', scope: 'read:orders' };
  const authorization = `Basic ${btoa(`${CLIENT.client_id}:${CLIENT.client_secret}`)}`;
  const response = await fetch(metadata.token_endpoint, { method: 'POST', headers: { authorization }, body: new URLSearchParams(parameters) });
  return (await response.json()).access_token;
};

/** The faults: the step that names each, its cause, the exit code, the options, and what is changed. */
const faults = {
  'a wrong secret': ['token_request', 'token-request-refused', 1, call, { secret: 'wrong' }],
  'an issuer with another slash': ['discovery', 'metadata-issuer-mismatch', 1, call, { issuer: `${issuer}/` }],
  'an issuer with another path': ['discovery', 'metadata-not-found', 3, call, { issuer: `${issuer}/tenant` }],
  'a port at which nothing listens': ['discovery', 'connection-refused', 3, call, { issuer: 'http://127.0.0.1:1' }],
  'https to a server of plain http': ['tls', 'tls-failed', 3, call, { issuer: `https://127.0.0.1:${tls.address().port}` }],
  'a request that names no API': ['decoding', 'token-malformed', 1, []],
  'a scope that the server does not know, and ignores': ['scopes', 'scope-insufficient', 1, ['--resource', API, '--scope', 'admin']],
  'metadata without jwks_uri': [
    'keys',
    null,
    1,
    call,
    { change: answer('/.well-known/oauth-authorization-server', { ...metadata, jwks_uri: undefined }) },
  ],
  'a JWK set without keys': ['keys', 'token-key-unknown', 1, call, { change: answer(keysPath, { keys: [] }) }],
  'the JWK set of another server': ['signature', 'token-signature-wrong', 1, call, { change: answer(keysPath, publicKeys(foreign)) }],
  'a token for another API': ['audience', 'audience-mismatch', 1, [...call, '--token', await token()]],
  'a scope that the token lacks': ['scopes', 'scope-insufficient', 1, ['--scope', 'write:orders', '--token', await token()]],
  'an organization, which the server does not have': ['organization', 'organization-missing', 1, [...call, '--organization', 'org_acme']],
  'a clock that is five minutes ahead': [
    'clock',
    'token-issued-in-future',
    1,
    call,
    {
      change: (_, response) => {
        response.setHeader('date', new Date(Date.now() + 300_000).toUTCString());
        return false;
      },
    },
  ],
};

for (const [name, [step, cause, code, options, changed = {}]] of Object.entries(faults)) {
  await check(`m2m doctor names a fault with oidc-provider: ${name}`, async () => {
    change = changed.change ?? (() => false);
    const report = await doctor(changed.issuer ?? issuer, options, changed.secret);
    assert.deepEqual([report.code, failed(report)], [code, [step]], JSON.stringify(report));
    const { problems } = report.steps.find((own) => own.step === step);
    assert.equal(problems[0].cause, cause);
    assert.ok(problems[0].meaning && problems[0].fixes.length > 0, JSON.stringify(problems));
  });
}

tls.close();
provider.stop();
