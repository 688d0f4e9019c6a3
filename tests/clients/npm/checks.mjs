// The parts that the checks of a program share: the callers, and one line of output per check.

import { readFileSync } from 'node:fs';

const environment = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

/** The server, and the URL of the example orders_api. Some programs start their own. */
export const { CLIENTS_ISSUER: issuer, CLIENTS_ORDERS: orders } = process.env;

export const { applications, management, apis, scope } = JSON.parse(readFileSync(environment('CLIENTS_CALLERS'), 'utf8'));

/** Runs one check and prints its result. A check fails by throwing. */
export async function check(name, body) {
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${error.message.replaceAll('\n', ' ')}`);
    console.error(error);
    process.exitCode = 1;
  }
}

/** The error with which a request was refused. A request that succeeds fails the check. */
export const refusal = (request) =>
  request.then(
    () => {
      throw new Error('the request succeeded, but it must be refused');
    },
    (error) => error,
  );
