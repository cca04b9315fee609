// Work in a page of Chromium: serves this repository, opens one of its pages, and closes both when the work
// is done or the page has crashed. Not here: what the page does (in-browser.ts, learn/in-browser.ts).
import { type Browser, chromium, type Page } from '@playwright/test';
import { createServer } from 'vite';
import { DEFINES } from '../scripts/defines.ts';
import { PREBUNDLED } from '../scripts/prebundled.ts';
import { CHROMIUM_ARGS, findChromium } from '../test/chromium.ts';

/** The machine's own GPU, even if Chromium blocks its driver. */
const HARDWARE_ARGS = [
  ...CHROMIUM_ARGS.filter((arg) => !arg.startsWith('--use-webgpu-adapter')),
  '--enable-features=Vulkan',
  '--ignore-gpu-blocklist',
];

export const openChromium = (
  adapter: 'software' | 'hardware',
  more: readonly string[] = [],
): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(),
    args: [...(adapter === 'hardware' ? HARDWARE_ARGS : CHROMIUM_ARGS), ...more],
  });

/** As `openChromium`, with a profile in this folder: what pages store lies on the disk, not in memory. */
export async function openProfile(folder: string): Promise<Browser> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: findChromium(),
    args: [...CHROMIUM_ARGS],
  });
  const browser = context.browser();
  if (!browser) throw new Error('the browser of a profile is not known');
  return browser;
}

interface PageOptions {
  /** Folder of the page's index.html, from the repository's root, with a slash at its end: "bench/". */
  folder: string;
  headers?: Record<string, string>;
  open: (address: string) => Promise<Browser>;
}

/**
 * Calls `prepare` before the page is loaded and `work` afterwards; answers what `work` answers. Rejects where
 * the page crashes. The page's errors go to stderr.
 */
export async function inPage<T>(
  { folder, headers = {}, open }: PageOptions,
  prepare: (page: Page, browser: Browser) => Promise<void>,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const server = await createServer({
    configFile: false,
    root: new URL('..', import.meta.url).pathname,
    appType: 'mpa',
    define: DEFINES,
    logLevel: 'error',
    // A cache of its own: the development server may be using the default one.
    cacheDir: `node_modules/.vite-${folder.replaceAll('/', '')}`,
    optimizeDeps: { include: PREBUNDLED, entries: [`${folder}index.html`] },
    server: { host: '127.0.0.1', port: 0, headers, hmr: false, watch: null },
  });
  await server.listen();
  const address = `${server.resolvedUrls?.local[0]}${folder}`;
  const browser = await open(address);
  try {
    const [profile] = browser.contexts();
    const page = await (profile ?? browser).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(message.text());
    });
    page.on('pageerror', (error) => console.error(String(error)));
    const crashed = new Promise<never>((_, reject) => {
      page.once('crash', () => reject(new Error('the page crashed')));
    });
    await prepare(page, browser);
    await page.goto(address);
    return await Promise.race([work(page), crashed]);
  } finally {
    await browser.close();
    await server.close();
  }
}
