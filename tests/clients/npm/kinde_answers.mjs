// The package @kinde/management-api-js with each answer of the server checked against the schema that the package ships for it (row K31).
//
// The declarations of the package name the schema of each method in `@returns`. Where that is `unknown`, the schema is `success_response`.
// Additional members are allowed. No schema has a required member, therefore the members that the package's callers read are listed here.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as kinde from '@kinde/management-api-js';
import Ajv from 'ajv';

const inEach = (place, names) => names.split(' ').map((name) => `${place}.${name}`);

const SUCCESS = ['code', 'message'];
const FAILURE = inEach('errors[]', 'code message');
const API = 'id name audience is_management_api';
const ORGANIZATION = 'code name handle is_default external_id';

/** The members of each answer in addition to `code` and `message`. */
const MEMBERS = {
  getApis: inEach('apis[]', API),
  addApis: ['api.id'],
  getApi: [
    ...inEach('api', API),
    ...inEach('api.scopes[]', 'id key'),
    ...inEach('api.applications[]', 'id name type is_active'),
  ],
  deleteApi: [],
  getApiScopes: inEach('scopes[]', 'id key description'),
  addApiScope: ['scope.id'],
  getApiScope: inEach('scope', 'id key description'),
  updateApiScope: [],
  deleteApiScope: [],
  updateApiApplications: ['applications_connected', 'applications_disconnected'],
  addApiApplicationScope: [],
  deleteApiApplicationScope: [],
  getApplications: inEach('applications[]', 'id name type'),
  createApplication: inEach('application', 'id client_id client_secret'),
  getApplication: inEach('application', 'id name type client_id'),
  updateApplication: [],
  deleteApplication: [],
  updateApplicationTokens: [],
  getApplicationPropertyValues: [...inEach('properties[]', 'id name description key value'), 'has_more'],
  updateApplicationsProperty: [],
  getProperties: [...inEach('properties[]', 'id key name is_private description is_kinde_property'), 'has_more'],
  createProperty: ['property.id'],
  updateProperty: [],
  deleteProperty: [],
  getOrganizations: inEach('organizations[]', ORGANIZATION),
  getOrganization: [...ORGANIZATION.split(' '), 'is_suspended', 'created_on'],
  createOrganization: ['organization.code'],
  updateOrganization: [],
  deleteOrganization: [],
  getEnvironment: inEach('environment', 'code name is_default is_live kinde_domain created_on'),
  getOrganizationFeatureFlags: inEach('feature_flags{}', 'type value'),
  updateOrganizationFeatureFlagOverride: [],
};

const schemas = Object.fromEntries(
  Object.entries(kinde)
    .filter(([name]) => name.startsWith('$'))
    .map(([name, schema]) => [name.slice(1), schema]),
);

// The schemas are those of OpenAPI 3.0: they have `nullable`, and keywords that JSON Schema does not have.
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'kinde', components: { schemas } });

/** The name of the schema of each method, from the declarations of the package. */
const returned = (() => {
  const place = new URL('./api/sdk.gen.d.ts', import.meta.resolve('@kinde/management-api-js'));
  const declarations = readFileSync(place, 'utf8');
  const methods = declarations.matchAll(/@returns (\w+) (?:(?!\*\/)[^])*\*\/\s*static (\w+)\(/g);
  return Object.fromEntries([...methods].map(([, schema, method]) => [method, schema]));
})();

/** The values at a place such as `apis[].scopes[].id`: `[]` means each item, and `{}` each member of an object. */
function at(value, place) {
  let values = [value];
  for (const part of place.split('.')) {
    const [, name, each] = /^(\w+)(\[\]|\{\})?$/.exec(part);
    values = values.map((one) => one?.[name]);
    if (each) values = values.flatMap((many) => (many === undefined ? [many] : Object.values(many ?? {})));
  }
  return values;
}

/** Checks an answer against a schema of the package, and for the members at these places. */
function fits(answer, schema, places) {
  const validate = ajv.getSchema(`kinde#/components/schemas/${schema}`);
  assert.ok(validate, `the package has no schema ${schema}`);
  const faults = validate(answer) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
  for (const place of places) {
    if (at(answer, place).includes(undefined)) faults.push(`${place} is absent`);
  }
  assert.deepEqual(faults, [], `${JSON.stringify(answer)} is not a ${schema}`);
}

/** Checks the answer to a call of this method. */
export function fitsMethod(answer, method) {
  assert.ok(method in MEMBERS && method in returned, `${method} is not in the table of calls`);
  const schema = returned[method] === 'unknown' ? 'success_response' : returned[method];
  fits(answer, schema, [...SUCCESS, ...MEMBERS[method]]);
}

/** Checks the answer to a call that was refused. */
export function fitsRefusal(answer) {
  fits(answer, 'error_response', FAILURE);
}

/** The methods whose answers were checked. */
const checked = new Set();

/** The methods of the table whose answers were not checked. */
export const unchecked = () => Object.keys(MEMBERS).filter((method) => !checked.has(method));

/** The bodies of the answers since the last call, as they were received. */
const received = [];
const { fetch } = globalThis;
globalThis.fetch = async (...request) => {
  const response = await fetch(...request);
  if (new URL(response.url).pathname.includes('/api/v1/')) received.push(await response.clone().text());
  return response;
};

/** The answer to the only request of a call. */
function theAnswer() {
  assert.equal(received.length, 1, 'a call sends one request');
  const answer = JSON.parse(received[0]);
  // A repeated member is lost when an answer is parsed.
  assert.equal(JSON.stringify(answer), received[0]);
  return answer;
}

/** A class of the package whose methods check the answers. */
function observed(service) {
  const call = (method) => async (data) => {
    received.length = 0;
    let result;
    try {
      result = await service[method](data);
    } catch (error) {
      if (error instanceof kinde.ApiError) fitsRefusal(theAnswer());
      throw error;
    }
    const answer = theAnswer();
    assert.deepEqual(result, answer);
    fitsMethod(answer, method);
    checked.add(method);
    return result;
  };
  return new Proxy(service, { get: (_, method) => call(method) });
}

export const Apis = observed(kinde.Apis);
export const Applications = observed(kinde.Applications);
export const Environments = observed(kinde.Environments);
export const Organizations = observed(kinde.Organizations);
export const Properties = observed(kinde.Properties);
