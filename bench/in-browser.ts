// The benchmark in Chromium: serves the page, opens it, forwards its rows. Not here: what is measured
// (bench.ts).
import type { Browser } from '@playwright/test';
import type { Row } from './row.ts';
import type { AdapterChoice } from './command-line.ts';
import { inPage, openChromium } from './in-page.ts';
import type { BenchOptions } from './options.ts';
import type { Summary } from './summary.ts';

/** GPU timestamps without rounding to 100 microseconds. */
const EXACT_TIMESTAMPS = '--disable-dawn-features=timestamp_quantization';
/** Cross-origin isolation: `performance.now()` in steps of 5 microseconds instead of 100. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export function benchInBrowser(
  options: BenchOptions,
  adapter: AdapterChoice,
  emit: (row: Row) => void,
): Promise<Summary> {
  return inPage(
    { folder: 'bench/', headers: ISOLATED, open: (address) => openBrowser(adapter, address) },
    async (page, browser) => {
      await page.exposeFunction('emitRow', emit);
      await page.exposeFunction('cpuClock', await gpuProcessClock(browser));
    },
    async (page) => {
      await page.waitForFunction(() => 'runBench' in window);
      return page.evaluate((given) => window.runBench(given), options);
    },
  );
}

async function openBrowser(adapter: AdapterChoice, address: string): Promise<Browser> {
  const open = (kind: 'software' | 'hardware') => openChromium(kind, [EXACT_TIMESTAMPS]);
  if (adapter === 'software') return await open('software');
  const browser = await open('hardware');
  if (adapter === 'hardware' || (await hasHardware(browser, address))) return browser;
  await browser.close();
  return await open('software');
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
