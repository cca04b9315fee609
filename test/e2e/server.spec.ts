// The app as it is served: the policy on page and workers, by the server or by the service worker; the
// network off; an update that waits; and that a request to another origin does not go unseen.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { SECURITY_HEADERS } from '../../src/security-headers.ts';
import { ADDRESS, openProfile, type Profile } from './browser.ts';
import { host, hostFolder } from './static-host.ts';

const DIST = join(import.meta.dirname, '../../dist');
const POLICY = SECURITY_HEADERS['Content-Security-Policy'];

let folder: string;
let profile: Profile;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-e2e-'));
  profile = await openProfile(join(folder, 'profile'));
});
test.afterEach(async () => {
  await profile.close();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until the service worker has stored the app and serves this page. */
async function stored(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const controlled = new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    if (!navigator.serviceWorker.controller) await controlled;
  });
}

/** The worker has looked at the machine: page, trainer and store are all there. */
async function workerIsUp(page: Page): Promise<void> {
  await expect(page.getByTestId('backend')).toHaveText(/^(webgpu|webgl|cpu)$/);
}

test('the server sends the policy with the page, its workers and the service worker', async () => {
  const { page, requests } = profile;
  const response = await page.goto('/?preset=tiny');
  expect(response?.headers()).toMatchObject(lowerCase(SECURITY_HEADERS));
  await workerIsUp(page);
  await stored(page);
  const workers = requests.filter((url) => /\/assets\/[\w-]*worker-[\w-]+\.js$|\/sw\.js$/.test(url));
  expect(new Set(workers).size).toBeGreaterThanOrEqual(3); // trainer, store, service worker
  for (const url of new Set(workers)) {
    const { headers } = await profile.context.request.get(url).then((got) => ({ headers: got.headers() }));
    expect(headers, url).toMatchObject(lowerCase(SECURITY_HEADERS));
    if (url.includes('/assets/')) expect(headers['cache-control'], url).toContain('immutable');
  }
  expect(response?.headers()['cache-control']).not.toContain('immutable');
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
});

test('the policy holds: no foreign request, no foreign script, no markup from a string', async () => {
  const { page } = profile;
  await page.goto('/');
  const outcome = await page.evaluate(async () => {
    const nameOf = (run: () => unknown): string => {
      try {
        run();
        return 'allowed';
      } catch (error) {
        return (error as Error).name;
      }
    };
    return {
      foreignWorker: nameOf(() => new Worker('https://elsewhere.invalid/x.js')),
      dataWorker: nameOf(() => new Worker('data:text/javascript,1')),
      markup: nameOf(() => (document.body.innerHTML = '<p>')),
      foreignFetch: await fetch('https://elsewhere.invalid/').then(
        () => 'allowed',
        (error: Error) => error.name,
      ),
    };
  });
  expect(outcome).toEqual({
    foreignWorker: 'TypeError',
    dataWorker: 'TypeError',
    markup: 'TypeError',
    foreignFetch: 'TypeError',
  });
  expect(profile.errors.join('\n')).toContain('Content Security Policy');
});

test('a host without headers gets them from the service worker, and the app opens with the network off', async () => {
  const { page, context } = profile;
  const plain = await hostFolder(DIST);
  const first = await page.goto(plain.address);
  expect(first?.headers()['content-security-policy']).toBeUndefined();
  await workerIsUp(page);
  await stored(page);
  // Page and service worker want the planets at the same time; the host gives them once.
  const sheets = plain.asked.filter((path) => path.startsWith('datasets/planets/sheet-'));
  expect([sheets.length, new Set(sheets).size]).toEqual([8, 8]);

  // What the first page still asks for is cancelled when it is left, and is no request of the second.
  await page.goto('about:blank');
  await plain.close();
  const failed: string[] = [];
  const policies = new Map<string, string | undefined>();
  context.on('requestfailed', (request) => failed.push(request.url()));
  context.on('response', (response) =>
    policies.set(new URL(response.url()).pathname, response.headers()['content-security-policy']),
  );
  const offline = await page.goto(`${plain.address}?preset=tiny&seed=7`);
  expect(offline?.headers()['content-security-policy']).toBe(POLICY);
  await workerIsUp(page);
  const workersSeen = () => [...policies].filter(([path]) => /worker-[\w-]+\.js$/.test(path));
  // The response event of a worker's script may come after the worker has answered.
  await expect.poll(() => workersSeen().length).toBeGreaterThanOrEqual(2);
  const workers = workersSeen();
  expect(workers.filter(([, policy]) => policy !== POLICY)).toEqual([]);
  expect(failed.filter((url) => !url.endsWith('/sw.js'))).toEqual([]);
});

test('an update waits until the user takes it, then the page is the new one', async () => {
  const { page } = profile;
  const dist = join(folder, 'dist');
  await cp(DIST, dist, { recursive: true });
  const plain = await hostFolder(dist);
  await page.goto(plain.address);
  await stored(page);

  await publishNextVersion(dist);
  await page.evaluate(() => {
    document.documentElement.dataset['visit'] = 'first';
    return navigator.serviceWorker.getRegistration().then((registration) => registration?.update());
  });
  const take = page.getByRole('button', { name: /update/i });
  await take.waitFor();
  // The next version is installed, and stays so until it is told to take over.
  expect(await workersOf(page)).toEqual({ installing: null, waiting: 'installed', active: 'activated' });
  // A second tab, opened and closed meanwhile, still gets the old version; the first was not reloaded.
  const second = await profile.context.newPage();
  await second.goto(plain.address);
  await expect(second.getByTestId('run-state')).toHaveText('elsewhere');
  expect(await second.getAttribute('html', 'data-version')).toBeNull();
  await second.close();
  expect(await page.getAttribute('html', 'data-visit')).toBe('first');
  expect(await page.getAttribute('html', 'data-version')).toBeNull();
  expect(await workersOf(page)).toEqual({ installing: null, waiting: 'installed', active: 'activated' });

  await take.click();
  await expect(page.locator('html[data-version=next]')).toBeAttached();
  expect(await page.getAttribute('html', 'data-visit')).toBeNull();
  await plain.close();
});

/** States of the service workers of the page's registration. */
const workersOf = (page: Page): Promise<Record<'installing' | 'waiting' | 'active', string | null>> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const stateOf = (worker: ServiceWorker | null | undefined): string | null => worker?.state ?? null;
    return {
      installing: stateOf(registration?.installing),
      waiting: stateOf(registration?.waiting),
      active: stateOf(registration?.active),
    };
  });

/** The same app with another page, as a new deployment would bring it. */
async function publishNextVersion(dist: string): Promise<void> {
  const page = join(dist, 'index.html');
  await writeFile(page, (await readFile(page, 'utf8')).replace('<html', '<html data-version="next"'));
  const worker = join(dist, 'sw.js');
  const text = await readFile(worker, 'utf8');
  const next = text.replace(/(url:\s*["'`]index\.html["'`],\s*revision:\s*["'`])\w+/, '$1next');
  expect(next).not.toBe(text);
  await writeFile(worker, next);
}

test('a request to another origin is seen, wherever it starts', async () => {
  const other = await host(() => Promise.resolve(''));
  const leak = (name: string): string => `fetch('${other.address}${name}', { mode: 'no-cors' });`;
  const files: Record<string, string> = {
    'index.html': '<script src="page.js"></script>',
    'page.js': `${leak('page')} new Worker('worker.js'); navigator.serviceWorker.register('sw.js');`,
    'worker.js': `${leak('worker')} new Worker('nested.js');`,
    'nested.js': leak('nested'),
    'sw.js': leak('service-worker'),
  };
  const home = await host((path) =>
    files[path] === undefined ? Promise.reject(new Error(path)) : Promise.resolve(files[path]),
  );
  await profile.page.goto(home.address);
  await expect.poll(() => new Set(other.asked).size).toBe(4);
  const seen = (): string[] =>
    profile
      .leaks(home.address)
      .map((url) => url.slice(other.address.length))
      .sort();
  await expect.poll(seen).toEqual(['nested', 'page', 'service-worker', 'worker']);
  await Promise.all([other.close(), home.close()]);
});

test('an address that is not there is not the page', async () => {
  const { context } = profile;
  expect((await context.request.get(`${ADDRESS}assets/nothing.js`)).status()).toBe(404);
  expect((await context.request.get(`${ADDRESS}?preset=tiny`)).status()).toBe(200);
});

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
