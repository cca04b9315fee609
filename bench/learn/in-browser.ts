// `npm run learn` in Chromium: serves the page, opens it, passes its news on. Not here: the work (learn.ts).
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { PREBUNDLED } from '../../scripts/prebundled.ts';
import { CHROMIUM_ARGS, findChromium } from '../../test/chromium.ts';
import type { AdapterChoice } from './command-line.ts';
import type { LearnRequest, Learnt } from './learn.ts';
import type { News } from './news.ts';

/** The browser's own GPU, whatever its list of blocked ones says. */
const HARDWARE_ARGS = [
  ...CHROMIUM_ARGS.filter((arg) => !arg.startsWith('--use-webgpu-adapter')),
  '--enable-features=Vulkan',
  '--ignore-gpu-blocklist',
];

export async function learnInBrowser(
  request: LearnRequest,
  adapter: AdapterChoice,
  tell: (news: News) => void,
): Promise<Learnt> {
  const server = await createServer({
    configFile: false,
    root: new URL('../..', import.meta.url).pathname,
    appType: 'mpa',
    logLevel: 'error',
    // Its own: the development server's may be in use.
    cacheDir: 'node_modules/.vite-learn',
    optimizeDeps: { include: PREBUNDLED, entries: ['bench/learn/index.html'] },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  });
  await server.listen();
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: adapter === 'hardware' ? HARDWARE_ARGS : CHROMIUM_ARGS,
  });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(message.text());
    });
    page.on('pageerror', (error) => console.error(String(error)));
    const crashed = new Promise<never>((_, reject) => {
      page.once('crash', () => reject(new Error('the page crashed')));
    });
    await page.exposeFunction('tellNews', tell);
    await page.goto(`${server.resolvedUrls?.local[0]}bench/learn/`);
    await page.waitForFunction(() => 'learn' in window);
    return await Promise.race([page.evaluate((given) => window.learn(given), request), crashed]);
  } finally {
    await browser.close();
    await server.close();
  }
}
