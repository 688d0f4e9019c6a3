// The unchanged package @kinde/management-api-js manages the server (row K31). It requests its token with the credentials with
// which the server was bootstrapped, and each of its methods for M2M applications works, with answers as the package declares them.

import assert from 'node:assert/strict';
import { init, setToken, validateToken } from '@kinde/management-api-js';
import { decodeJwt } from 'jose';
import { check, issuer, management, refusal } from './checks.mjs';
import {
  Apis,
  Applications,
  Environments,
  fitsMethod,
  fitsRefusal,
  Organizations,
  Properties,
  unchecked,
} from './kinde_answers.mjs';

const AUDIENCE = 'https://orders.example/api';

/** Lets the package request a new token with these credentials. */
function signIn({ client_id, client_secret }) {
  process.env.KINDE_DOMAIN = issuer;
  process.env.KINDE_MANAGEMENT_CLIENT_ID = client_id;
  process.env.KINDE_MANAGEMENT_CLIENT_SECRET = client_secret;
  setToken('');
  init();
}

/** Checks that a request is refused with this status and code. */
async function refused(request, status, code) {
  const error = await refusal(request);
  assert.equal(error.name, 'ApiError', String(error));
  assert.equal(error.status, status, JSON.stringify(error.body));
  const [{ code: actual, message }] = error.body.errors;
  assert.equal(actual, code);
  assert.ok(message);
}

/** The answer to a token request with these credentials. */
async function askForToken({ client_id, client_secret }, audience) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, audience });
  const response = await fetch(`${issuer}/oauth2/token`, { method: 'POST', body });
  return { status: response.status, body: await response.json() };
}

/** The claims of a token that is requested with these credentials. */
async function claimsOf(credentials, audience) {
  const { status, body } = await askForToken(credentials, audience);
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(body.access_token);
}

const names = (records) => records.map(({ name }) => name);
const keys = (records) => records.map(({ key }) => key);

await check('K31: an answer that differs from the schemas of the package is found', async () => {
  const success = { code: 'OK', message: 'Success' };
  const api = { id: '1', name: 'Orders', audience: AUDIENCE, is_management_api: false };
  fitsMethod({ ...success, apis: [api], more: 1 }, 'getApis');
  const organization = { code: 'org_acme', message: 'Success', name: 'Acme', handle: null, is_default: false, external_id: null };
  const others = { is_suspended: false, created_on: '2026-11-20T00:00:00Z' };
  fitsMethod({ ...organization, ...others }, 'getOrganization');
  fitsRefusal({ errors: [{ code: 'API_NOT_FOUND', message: 'The API does not exist' }] });
  const application = { id: '1', name: 'Billing', type: 'Machine to machine (M2M)', is_active: null };
  const shown = (more) => ({ ...success, api: { ...api, scopes: [], applications: [{ ...application, ...more }] } });
  fitsMethod(shown({}), 'getApi');
  const flag = (type, value) => ({ ...success, feature_flags: { beta: { type, value } } });
  fitsMethod(flag('bool', 'true'), 'getOrganizationFeatureFlags');
  const property = { id: '1', name: 'Region', description: '', key: 'region' };
  const wrong = [
    ['getApis', { ...success, apis: [api], next_token: null }],
    ['getApis', { ...success, apis: [{ ...api, is_management_api: 'false' }] }],
    ['getApis', { ...success, apis: [{ id: '1', audience: AUDIENCE, is_management_api: false }] }],
    ['getApis', { code: 'OK', apis: [api] }],
    ['getApis', success],
    ['getApi', shown({ type: 'm2m' })],
    ['getApi', shown({ is_active: 'yes' })],
    ['getApplications', { ...success, applications: [], next_token: 7 }],
    ['getApplicationPropertyValues', { ...success, properties: [{ ...property, value: true }], has_more: false }],
    ['getOrganization', { ...organization, ...others, code: null }],
    ['getOrganization', { ...organization, ...others, created_on: 1_700_000_000 }],
    ['getOrganization', organization],
    ['getOrganizationFeatureFlags', flag('bool', true)],
    ['getOrganizationFeatureFlags', flag('int', 12)],
    ['getOrganizationFeatureFlags', flag('boolean', 'true')],
    ['updateApiScope', { message: 'Success' }],
  ];
  for (const [method, answer] of wrong) {
    assert.throws(() => fitsMethod(answer, method), { name: 'AssertionError' }, JSON.stringify(answer));
  }
  const wrongErrors = [undefined, {}, [{ code: 404, message: 'The API does not exist' }], [{ code: 'API_NOT_FOUND' }]];
  for (const answer of wrongErrors.map((errors) => ({ errors }))) {
    assert.throws(() => fitsRefusal(answer), { name: 'AssertionError' }, JSON.stringify(answer));
  }
});

await check('K31: a wrong secret leads to 401', async () => {
  signIn({ ...management, client_secret: `${management.client_secret}-not` });
  // The package ignores the answer to its token request, and continues without a token.
  await refused(Environments.getEnvironment(), 401, 'TOKEN_MISSING');
});

signIn(management);

await check('K31: the environment is read', async () => {
  const { code, message, environment } = await Environments.getEnvironment();
  assert.equal(code, 'OK');
  assert.equal(message, 'Success');
  assert.equal(environment.kinde_domain, new URL(issuer).host);
  assert.equal(environment.is_live, true);
  assert.ok(Date.parse(environment.created_on) <= Date.now() + 1000);
});

let api;
await check('K31: an API is created, read and listed', async () => {
  const created = await Apis.addApis({ requestBody: { name: 'Orders', audience: AUDIENCE } });
  assert.match(created.message, /created/);
  api = created.api.id;
  const shown = (await Apis.getApi({ apiId: api })).api;
  assert.equal(shown.id, api);
  assert.equal(shown.name, 'Orders');
  assert.equal(shown.audience, AUDIENCE);
  assert.equal(shown.is_management_api, false);
  assert.deepEqual(shown.scopes, []);
  assert.deepEqual(shown.applications, []);
  const { apis } = await Apis.getApis();
  const [managing] = apis.filter((listed) => listed.is_management_api);
  assert.equal(managing.audience, `${issuer}/api`);
  assert.ok(apis.some(({ id, audience }) => id === api && audience === AUDIENCE));
});

await check('K31: an audience cannot be used twice', async () => {
  await refused(Apis.addApis({ requestBody: { name: 'Again', audience: AUDIENCE } }), 409, 'AUDIENCE_TAKEN');
});

const scopes = {};
await check('K31: scopes of an API are created, read, updated and deleted', async () => {
  for (const key of ['read:orders', 'write:orders', 'delete:orders']) {
    const { scope } = await Apis.addApiScope({ apiId: api, requestBody: { key, description: `May ${key}` } });
    scopes[key] = scope.id;
  }
  const { scopes: listed } = await Apis.getApiScopes({ apiId: api });
  assert.deepEqual(keys(listed), ['read:orders', 'write:orders', 'delete:orders']);
  const place = { apiId: api, scopeId: scopes['read:orders'] };
  await Apis.updateApiScope({ ...place, requestBody: { description: 'Read orders' } });
  const { scope } = await Apis.getApiScope(place);
  assert.deepEqual(scope, { id: place.scopeId, key: 'read:orders', description: 'Read orders' });
  await Apis.deleteApiScope({ apiId: api, scopeId: scopes['delete:orders'] });
  await refused(Apis.getApiScope({ apiId: api, scopeId: scopes['delete:orders'] }), 404, 'SCOPE_NOT_FOUND');
});

await check('K31: the list of APIs contains scopes only on request', async () => {
  const own = ({ apis }) => apis.find(({ id }) => id === api);
  assert.deepEqual(keys(own(await Apis.getApis({ expand: 'scopes' })).scopes), ['read:orders', 'write:orders']);
  assert.equal(own(await Apis.getApis()).scopes, undefined);
});

let application;
await check('K31: an application is created and read', async () => {
  const created = await Applications.createApplication({ requestBody: { name: 'Billing job', type: 'm2m' } });
  application = created.application;
  assert.ok(application.client_id && application.client_secret.length >= 32);
  const { application: shown } = await Applications.getApplication({ applicationId: application.id });
  assert.equal(shown.id, application.id);
  assert.equal(shown.name, 'Billing job');
  assert.equal(shown.type, 'm2m');
  assert.equal(shown.client_id, application.client_id);
  assert.equal(shown.client_secret, undefined);
});

await check('K31: an application whose type is not m2m is refused', async () => {
  await refused(Applications.createApplication({ requestBody: { name: 'Shop', type: 'spa' } }), 400, 'FIELD_INVALID');
});

await check('K31: an application is updated', async () => {
  const place = { applicationId: application.id };
  const change = { name: 'Billing', homepage_uri: 'https://orders.example/' };
  await Applications.updateApplication({ ...place, requestBody: change });
  assert.equal((await Applications.getApplication(place)).application.name, 'Billing');
});

await check('K31: applications are listed page by page, in both orders', async () => {
  for (const name of ['Archive', 'Courier', 'Dispatch']) {
    await Applications.createApplication({ requestBody: { name, type: 'm2m' } });
  }
  const all = async (sort) => {
    const pages = [];
    let nextToken;
    do {
      const page = await Applications.getApplications({ sort, pageSize: 2, nextToken });
      assert.ok(page.applications.length <= 2);
      pages.push(...page.applications);
      nextToken = page.next_token;
    } while (nextToken);
    return names(pages);
  };
  const ascending = ['Archive', 'Billing', 'Courier', 'Dispatch', 'm2m management'];
  assert.deepEqual(await all('name_asc'), ascending);
  assert.deepEqual(await all('name_desc'), ascending.toReversed());
  // The package does not send an order or a page size that is not set, and neither is required.
  assert.deepEqual(names((await Applications.getApplications()).applications).sort(), ascending.toSorted());
});

await check('K26: an application is authorized for an API, and scopes are assigned to it', async () => {
  const { body } = await askForToken(application, AUDIENCE);
  assert.ok(body.error, 'a token was issued before the application was authorized');

  const change = { applications: [{ id: application.id }] };
  const changed = await Apis.updateApiApplications({ apiId: api, requestBody: change });
  assert.deepEqual(changed.applications_connected, [application.id]);
  assert.deepEqual(changed.applications_disconnected, []);
  for (const scopeId of Object.values(scopes).slice(0, 2)) {
    await Apis.addApiApplicationScope({ apiId: api, applicationId: application.id, scopeId });
  }
  const { applications } = (await Apis.getApi({ apiId: api })).api;
  assert.equal(applications.length, 1);
  assert.equal(applications[0].id, application.id);
  assert.equal(applications[0].name, 'Billing');
  assert.equal(applications[0].type, 'Machine to machine (M2M)');
  assert.equal(applications[0].is_active, true);
});

await check('K26: its token has exactly the scopes that are assigned to it', async () => {
  const claims = await claimsOf(application, AUDIENCE);
  assert.deepEqual([claims.aud].flat(), [AUDIENCE]);
  assert.deepEqual(claims.scope.split(' ').sort(), ['read:orders', 'write:orders']);
});

await check('K31: the lifetime of tokens is changed', async () => {
  const lifetimes = { access_token_lifetime: 120, refresh_token_lifetime: 86400, is_hasura_mapping_enabled: false };
  await Applications.updateApplicationTokens({ applicationId: application.id, requestBody: lifetimes });
  const claims = await claimsOf(application, AUDIENCE);
  assert.equal(claims.exp - claims.iat, 120);
});

await check('K26: a scope is removed from an application', async () => {
  const place = { apiId: api, applicationId: application.id, scopeId: scopes['write:orders'] };
  await Apis.deleteApiApplicationScope(place);
  assert.equal((await claimsOf(application, AUDIENCE)).scope, 'read:orders');
  await refused(Apis.deleteApiApplicationScope(place), 404, 'SCOPE_NOT_ASSIGNED');
});

let property;
await check('K31: properties are created, listed page by page and updated', async () => {
  const made = {};
  for (const key of ['region', 'tier', 'owner']) {
    const { property } = await Properties.createProperty({
      requestBody: {
        name: `The ${key}`,
        description: 'A property',
        key,
        type: 'single_line_text',
        context: key === 'owner' ? 'org' : 'app',
        is_private: false,
        category_id: 'cat_machines',
      },
    });
    made[key] = property.id;
  }
  property = made.region;

  const first = await Properties.getProperties({ pageSize: 2, context: null });
  assert.equal(first.properties.length, 2);
  assert.equal(first.has_more, true);
  const last = first.properties[1].id;
  const second = await Properties.getProperties({ pageSize: 2, startingAfter: last });
  assert.equal(second.has_more, false);
  const both = [...first.properties, ...second.properties];
  assert.deepEqual(keys(both).sort(), ['owner', 'region', 'tier']);
  const before = await Properties.getProperties({ endingBefore: last });
  assert.deepEqual(keys(before.properties), keys(first.properties.slice(0, 1)));
  const ofApplications = await Properties.getProperties({ context: 'app' });
  assert.deepEqual(keys(ofApplications.properties).sort(), ['region', 'tier']);

  const change = { name: 'Region', description: 'Where it runs', is_private: true, category_id: 'cat_places' };
  await Properties.updateProperty({ propertyId: property, requestBody: change });
  const shown = (await Properties.getProperties()).properties.find(({ id }) => id === property);
  const { id, key, name, description, is_private, is_kinde_property } = shown;
  assert.deepEqual(
    { id, key, name, description, is_private, is_kinde_property },
    { id: property, key: 'region', name: 'Region', description: 'Where it runs', is_private: true, is_kinde_property: false },
  );
});

await check('K31: property values of an application are set and read', async () => {
  const place = { applicationId: application.id };
  const put = (propertyKey, value) =>
    Applications.updateApplicationsProperty({ ...place, propertyKey, requestBody: { value } });
  await put('region', 'eu');
  await put('tier', true);
  const { properties, has_more } = await Applications.getApplicationPropertyValues(place);
  const values = Object.fromEntries(properties.map(({ key, value }) => [key, value]));
  assert.deepEqual(values, { region: 'eu', tier: 'true' });
  assert.equal(properties.find(({ key }) => key === 'region').id, property);
  assert.equal(has_more, false);
  await refused(put('unknown', 'x'), 404, 'PROPERTY_NOT_FOUND');
});

await check('K31: a property is deleted, together with its values', async () => {
  await Properties.deleteProperty({ propertyId: property });
  const { properties } = await Applications.getApplicationPropertyValues({ applicationId: application.id });
  assert.deepEqual(keys(properties), ['tier']);
});

let organization;
await check('K31: an organization is created and read', async () => {
  const created = await Organizations.createOrganization({
    requestBody: {
      name: 'Acme',
      external_id: '4711',
      handle: 'acme',
      feature_flags: { beta: 'bool', seats: 'int', theme: 'str' },
      // The package can set the pages that people would see; the server accepts these members and ignores them.
      background_color: '#fff',
      is_allow_registrations: false,
    },
  });
  organization = created.organization.code;
  const shown = await Organizations.getOrganization({ code: organization });
  assert.equal(shown.code, organization);
  assert.equal(shown.name, 'Acme');
  assert.equal(shown.handle, 'acme');
  assert.equal(shown.external_id, '4711');
  assert.equal(shown.is_default, false);
  assert.equal(shown.is_suspended, false);
  assert.ok(Date.parse(shown.created_on) <= Date.now() + 1000);
  // The package can request more data, which an organization of M2M applications does not have.
  assert.equal((await Organizations.getOrganization({ code: organization, expand: 'billing' })).code, organization);
});

await check('K27: organizations are listed page by page, in both orders', async () => {
  for (const name of ['Brook', 'Cedar']) await Organizations.createOrganization({ requestBody: { name } });
  const { organizations } = await Organizations.getOrganizations();
  assert.deepEqual(names(organizations).sort(), ['Acme', 'Brook', 'Cedar']);
  assert.equal(organizations.find(({ name }) => name === 'Acme').code, organization);
  const first = await Organizations.getOrganizations({ sort: 'name_desc', pageSize: 2 });
  assert.deepEqual(names(first.organizations), ['Cedar', 'Brook']);
  const second = await Organizations.getOrganizations({ sort: 'name_desc', pageSize: 2, nextToken: first.next_token });
  assert.deepEqual(names(second.organizations), ['Acme']);
  assert.ok(first.next_token);
  assert.ok(!('next_token' in second));
});

await check('K31: feature flags of an organization are updated', async () => {
  const set = (featureFlagKey, value) =>
    Organizations.updateOrganizationFeatureFlagOverride({ orgCode: organization, featureFlagKey, value });
  const flags = async () => (await Organizations.getOrganizationFeatureFlags({ orgCode: organization })).feature_flags;
  assert.deepEqual(await flags(), {
    beta: { type: 'bool', value: 'false' },
    seats: { type: 'int', value: '0' },
    theme: { type: 'str', value: '' },
  });
  await set('beta', 'true');
  await set('seats', '12');
  await set('theme', 'dark & quiet');
  assert.deepEqual(await flags(), {
    beta: { type: 'bool', value: 'true' },
    seats: { type: 'int', value: '12' },
    theme: { type: 'str', value: 'dark & quiet' },
  });
  await refused(set('seats', 'many'), 409, 'FEATURE_FLAG_TYPE');
});

await check('K31: the token of an application in an organization has org_code, unless the organization is suspended', async () => {
  const { application: member } = await Applications.createApplication({
    requestBody: { name: 'Member', type: 'm2m', org_code: organization },
  });
  await Apis.updateApiApplications({ apiId: api, requestBody: { applications: [{ id: member.id }] } });
  assert.equal((await claimsOf(member, AUDIENCE)).org_code, organization);
  const suspend = (is_suspended) =>
    Organizations.updateOrganization({ orgCode: organization, requestBody: { name: 'Acme Ltd', is_suspended } });
  await suspend(true);
  assert.equal((await Organizations.getOrganization({ code: organization })).is_suspended, true);
  assert.ok((await askForToken(member, AUDIENCE)).body.error, 'a token was issued for a suspended organization');
  await suspend(false);
  assert.equal((await claimsOf(member, AUDIENCE)).org_code, organization);

  await refused(Organizations.deleteOrganization({ orgCode: organization }), 409, 'ORGANIZATION_IN_USE');
  await Applications.deleteApplication({ applicationId: member.id });
  await Organizations.deleteOrganization({ orgCode: organization });
  await refused(Organizations.getOrganization({ code: organization }), 404, 'ORGANIZATION_NOT_FOUND');
});

await check('K26: an authorization is deleted', async () => {
  const change = { applications: [{ id: application.id, operation: 'delete' }] };
  const changed = await Apis.updateApiApplications({ apiId: api, requestBody: change });
  assert.deepEqual(changed.applications_connected, []);
  assert.deepEqual(changed.applications_disconnected, [application.id]);
  assert.ok((await askForToken(application, AUDIENCE)).body.error, 'a token was issued without an authorization');
});

await check('K31: the package verifies a token that is signed with RSA', async () => {
  // It verifies only RSA. The algorithm is a member of our own API, so the package has no method to set it.
  const { access_token } = (await askForToken(management, `${issuer}/api`)).body;
  await fetch(`${issuer}/api/v1/apis/${api}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ signing_alg: 'RS256' }),
  });
  await Apis.updateApiApplications({ apiId: api, requestBody: { applications: [{ id: application.id }] } });
  const { body } = await askForToken(application, AUDIENCE);
  assert.equal(await validateToken(body.access_token, AUDIENCE), true);
});

await check('K31: an application and an API are deleted', async () => {
  await Applications.deleteApplication({ applicationId: application.id });
  await refused(Applications.getApplication({ applicationId: application.id }), 404, 'APPLICATION_NOT_FOUND');
  assert.equal((await askForToken(application, AUDIENCE)).body.error, 'invalid_client');
  await Apis.deleteApi({ apiId: api });
  await refused(Apis.getApi({ apiId: api }), 404, 'API_NOT_FOUND');
});

await check('K31: the management API and its last manager cannot be deleted', async () => {
  const { applications } = await Applications.getApplications({ sort: 'name_desc', pageSize: 1 });
  await refused(Applications.deleteApplication({ applicationId: applications[0].id }), 409, 'MANAGEMENT_PROTECTED');
  const [{ id }] = (await Apis.getApis()).apis.filter((listed) => listed.is_management_api);
  await refused(Apis.deleteApi({ apiId: id }), 409, 'MANAGEMENT_PROTECTED');
  assert.equal((await Environments.getEnvironment()).code, 'OK');
});

await check('K31: each answer has the types that the package declares', async () => {
  assert.deepEqual(unchecked(), []);
});
