// A real browser whose profile outlives it: opened, killed and opened again as a user's is. Notes every
// request (page, workers, service worker) and every console error. Not here: what the tests claim.
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from '../chromium.ts';

/** Where `npm start` serves, always. */
export const ADDRESS = 'http://localhost:4173/';

export interface Profile {
  context: BrowserContext;
  page: Page;
  /** Address of every request since the profile was opened, by page, workers and service worker alike. */
  requests: string[];
  /** Console errors and uncaught exceptions. */
  errors: string[];
  /** Requests that left the app's origin. */
  leaks(home?: string): string[];
  /** Ends the browser by SIGKILL: nothing is flushed, no page is told. Resolves when the browser is gone. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Only ends what hangs: the machine may be busy with other work, and its GPU is in software. */
const LIMIT_MS = 5 * 60_000;

/** As launchPersistentContext takes them. */
type Options = NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>;

/**
 * Opens a browser with one blank page on the profile in `folder`, which is created where it is missing.
 * Addresses may be relative: `page.goto('/?preset=tiny')`.
 */
export async function openProfile(folder: string, options: Options = {}): Promise<Profile> {
  const context = await chromium.launchPersistentContext(folder, {
    baseURL: ADDRESS,
    executablePath: findChromium(),
    timeout: LIMIT_MS,
    args: [
      ...CHROMIUM_ARGS,
      // After lost GPUs: without these flags Chromium refuses the third device until the browser is
      // restarted.
      '--disable-domain-blocking-for-3d-apis',
      '--disable-gpu-process-crash-limit',
    ],
    ...options,
  });
  const requests: string[] = [];
  const errors: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => errors.push(String(error.error())));
  // The dialogs of these functions cannot be driven by a test; the page falls back on a download link and a
  // file input.
  await context.addInitScript(() => {
    delete window.showSaveFilePicker;
    delete window.showDirectoryPicker;
  });
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    requests,
    errors,
    leaks: (home = ADDRESS) => requests.filter((url) => /^(https?|wss?):/.test(url) && !url.startsWith(home)),
    kill: () => kill(context),
    close: () => context.close(),
  };
}

async function kill(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error('The browser of this profile is gone already.');
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const browser = processInfo.find(({ type }) => type === 'browser');
  if (!browser) throw new Error('The browser does not tell its process id.');
  const gone = new Promise((resolve) => context.once('close', resolve));
  process.kill(browser.id, 'SIGKILL');
  await gone;
}

/** Waits until the page says that it is in this state; else the error has what the page says. */
export async function waitForState(page: Page, state: string): Promise<void> {
  const said = page.locator('[data-testid=run-state]');
  try {
    await said.filter({ hasText: new RegExp(`^\\s*${state}\\s*$`) }).waitFor({ timeout: LIMIT_MS });
  } catch (error) {
    const alerts = await page.getByRole('alert').allTextContents();
    const now = await said.textContent({ timeout: 1000 }).catch(() => 'nothing');
    throw new Error(`expected the state ${state}, it is ${now}; alerts: ${alerts.join(' | ') || 'none'}`, {
      cause: error,
    });
  }
}

/** Finished steps, as the page shows them. */
export async function step(page: Page): Promise<number> {
  return Number(await page.locator('[data-testid=global-step]').textContent());
}

/** Waits until at least this step is finished. */
export async function waitForStep(page: Page, atLeast: number): Promise<void> {
  await page.waitForFunction(
    (least) => Number(document.querySelector('[data-testid=global-step]')?.textContent) >= least,
    atLeast,
    { timeout: LIMIT_MS },
  );
}
