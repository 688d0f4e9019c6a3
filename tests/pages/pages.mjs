// Opens every kind of page in Chromium, in both colour schemes and several widths, and checks that axe-core finds no violation, that the
// console has no message, that nothing is loaded from elsewhere, and that nothing scrolls sideways. Prints `ok …` or `failed …` per check.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [binary, executablePath, world] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const body = JSON.stringify({
  error: 'invalid_scope',
  error_description: 'The scope is unknown',
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
});

// The pages, each with its path and its status.
const PAGES = [
  ['the index', '/errors', 200],
  ['a search', '/errors?q=expired+secret', 200],
  ['a mistyped name in the search', '/errors?q=invalid_clinet', 200],
  ['a search without results', `/errors?q=${'z'.repeat(200)}`, 200],
  ['a response in the search', `/errors?q=${encodeURIComponent(body)}`, 200],
  ['a cause', '/errors/secret-rotated-out', 200],
  ['a cause with an answer per profile', '/errors/grant-type-unsupported', 200],
  ['a code', '/errors/invalid_client', 200],
  ['a status', '/errors/503', 200],
  ['an unknown name', '/errors/invalid_clinet', 404],
  ['a long unknown name', `/errors/${'z'.repeat(500)}`, 404],
  ['a refusal', '/nothing', 404],
];

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let failed = 0;

function check(name, problems) {
  if (problems.length === 0) {
    console.log(`ok ${name}`);
    return;
  }
  failed += 1;
  console.log(`failed ${name}`);
  for (const problem of problems) console.log(`  ${problem}`);
}

// Starts the server, and returns its issuer once it is ready.
function start() {
  const options = ['--listen', '127.0.0.1:0', '--ops-listen', 'off', '--support-url', 'mailto:support@id.example'];
  const server = spawn(binary, ['serve', '--world', world, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  createInterface({ input: server.stderr }).on('line', (line) => log.push(line));
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`the server exited with ${code}: ${log.join('\n')}`)));
    createInterface({ input: server.stdout }).once('line', (line) => {
      const issuer = /issuer (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (issuer) resolve([server, issuer]);
      else reject(new Error(`the ready line contains no issuer: ${line}`));
    });
  });
}

// Opens a page, and returns what is wrong with it.
async function open(page, issuer, path, status) {
  const problems = [];
  const url = issuer + path;
  const onConsole = (message) => {
    // Chromium reports the status of the page itself.
    const isStatus = status >= 400 && message.location().url === url;
    if (!isStatus) problems.push(`console: ${message.text()}`);
  };
  const onError = (error) => problems.push(`error: ${error.message}`);
  const onRequest = (request) => {
    const isOurs = request.url().startsWith(`${issuer}/`) || request.url().startsWith('data:');
    if (!isOurs) problems.push(`loads ${request.url()}`);
  };
  page.on('console', onConsole).on('pageerror', onError).on('request', onRequest);
  const response = await page.goto(url);
  if (response.status() !== status) problems.push(`status ${response.status()}`);
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  if (wide > width) problems.push(`is ${wide} px wide in a window of ${width} px`);
  page.off('console', onConsole).off('pageerror', onError).off('request', onRequest);
  return problems;
}

// Returns what axe-core finds on the page that is open.
async function violations(page) {
  const problems = [];
  await page.evaluate(axe);
  const { passes, violations: found } = await page.evaluate(() => globalThis.axe.run());
  if (!passes.some((rule) => rule.id === 'color-contrast')) problems.push('axe-core did not check the contrast');
  for (const violation of found) {
    const places = violation.nodes.map((node) => node.target.join(' ')).slice(0, 3);
    problems.push(`axe-core: ${violation.id}: ${violation.help}: ${places.join('; ')}`);
  }
  return problems;
}

async function everyPage(browser, issuer) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 1280, 2000]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      for (const [name, path, status] of PAGES) {
        const problems = await open(page, issuer, path, status);
        // In the widest window, layout and colours are those of 1280 px.
        if (width < 2000) problems.push(...(await violations(page)));
        check(`${name}, ${colorScheme}, ${width} px`, problems);
      }
      await context.close();
    }
  }
}

// The search and the links work in a browser that runs no script.
async function withoutScripts(browser, issuer) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${issuer}/errors`);
  await page.getByRole('searchbox').fill('secret-wrong');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: 'secret-wrong' }).first().click();
  const title = await page.title();
  check('search and links without scripts', title.includes('secret-wrong') ? [] : [`the title is ${title}`]);
  await context.close();
}

// The first stop of the keyboard is a link to the content, which is visible while it has the focus.
async function keyboard(browser, issuer) {
  const page = await browser.newPage();
  await page.goto(`${issuer}/errors/401`);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  const problems = [];
  if (!(await skip.evaluate((link) => link === document.activeElement))) problems.push('the link has no focus');
  if (((await skip.boundingBox())?.y ?? -1) < 0) problems.push('the link is not visible');
  await page.keyboard.press('Enter');
  if (!(await page.locator('main').evaluate((main) => main === document.activeElement))) {
    problems.push('the content does not get the focus');
  }
  check('a link that skips to the content', problems);
  await page.close();
}

const [server, issuer] = await start();
server.removeAllListeners('exit');
let browser;
try {
  browser = await chromium.launch({ executablePath, args: FLAGS });
  await everyPage(browser, issuer);
  await withoutScripts(browser, issuer);
  await keyboard(browser, issuer);
} finally {
  await browser?.close();
  server.kill('SIGTERM');
}
console.log(failed === 0 ? '# all pages passed' : `# ${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
