// The benchmark in Chromium: serves the page, opens it, passes its rows on. Not here: what is measured (bench.ts).
import { chromium, type Browser } from '@playwright/test';
import { createServer } from 'vite';
import { PREBUNDLED } from '../scripts/prebundled.ts';
import { CHROMIUM_ARGS, findChromium } from '../test/chromium.ts';
import type { Row } from './bench.ts';
import type { AdapterChoice } from './command-line.ts';
import type { BenchOptions } from './options.ts';
import type { Summary } from './summary.ts';

/** Timestamps as they are, not in steps of 100 microseconds. */
const EXACT_TIMESTAMPS = '--disable-dawn-features=timestamp_quantization';
/** The browser's own GPU, whatever its list of blocked ones says. */
const HARDWARE_ARGS = [
  ...CHROMIUM_ARGS.filter((arg) => !arg.startsWith('--use-webgpu-adapter')),
  '--enable-features=Vulkan',
  '--ignore-gpu-blocklist',
];
/** Clocks of 5 microseconds instead of 100. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export async function benchInBrowser(
  options: BenchOptions,
  adapter: AdapterChoice,
  emit: (row: Row) => void,
): Promise<Summary> {
  const server = await createServer({
    configFile: false,
    root: new URL('..', import.meta.url).pathname,
    appType: 'mpa',
    logLevel: 'error',
    // Its own: the development server's may be in use.
    cacheDir: 'node_modules/.vite-bench',
    optimizeDeps: { include: PREBUNDLED, entries: ['bench/index.html'] },
    server: { host: '127.0.0.1', port: 0, headers: ISOLATED, hmr: false, watch: null },
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0];
  const browser = await openBrowser(adapter, `${address}bench/`);
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(message.text());
    });
    const crashed = new Promise<never>((_, reject) => {
      page.once('crash', () => reject(new Error('the page crashed')));
    });
    page.on('pageerror', (error) => console.error(String(error)));
    await page.exposeFunction('emitRow', emit);
    await page.exposeFunction('cpuClock', await gpuProcessClock(browser));
    await page.goto(`${address}bench/`);
    await page.waitForFunction(() => 'runBench' in window);
    return await Promise.race([page.evaluate((given) => window.runBench(given), options), crashed]);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function openBrowser(adapter: AdapterChoice, address: string): Promise<Browser> {
  const open = (args: string[]) =>
    chromium.launch({ executablePath: findChromium(), args: [...args, EXACT_TIMESTAMPS] });
  if (adapter === 'software') return await open(CHROMIUM_ARGS);
  const browser = await open(HARDWARE_ARGS);
  if (adapter === 'hardware' || (await hasHardware(browser, address))) return browser;
  await browser.close();
  return await open(CHROMIUM_ARGS);
}

async function gpuProcessClock(browser: Browser): Promise<() => Promise<number>> {
  const session = await browser.newBrowserCDPSession();
  return async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return (processInfo.find(({ type }) => type === 'GPU')?.cpuTime ?? NaN) * 1000;
  };
}

async function hasHardware(browser: Browser, address: string): Promise<boolean> {
  const page = await browser.newPage();
  await page.goto(address);
  const found = await page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
    return adapter !== null && adapter !== undefined && !adapter.info.isFallbackAdapter;
  });
  await page.close();
  return found;
}
