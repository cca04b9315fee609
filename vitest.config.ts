// Two kinds of test: `unit` runs in Node (tfjs on its cpu backend), `gpu` runs in a real Chromium with
// WebGPU. What takes long in Node is named *.long.test.ts, the project `long-unit`: `npm test` leaves it out,
// CI runs it.
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGS, findChromium } from './test/chromium.ts';
import { DEFINES } from './scripts/defines.ts';
import { PREBUNDLED } from './scripts/prebundled.ts';

/** Limits only end what hangs: no test claims a time, and a machine may be busy with other work. */
const MINUTE = 60_000;
const LIMITS = {
  testTimeout: 10 * MINUTE,
  hookTimeout: 10 * MINUTE,
  expect: { poll: { timeout: 5 * MINUTE } },
};

const LONG = 'test/**/*.long.test.ts';
const inNode = (name: string, include: string[], exclude: string[] = []) => ({
  define: DEFINES,
  test: { name, include, exclude, maxWorkers: '100%', ...LIMITS },
});

export default defineConfig({
  test: {
    projects: [
      inNode('unit', ['test/**/*.test.ts', 'test/**/*.test.tsx'], ['test/**/*.gpu.test.ts', LONG]),
      inNode('long-unit', [LONG]),
      {
        define: DEFINES,
        optimizeDeps: { include: PREBUNDLED },
        test: {
          name: 'gpu',
          include: ['test/**/*.gpu.test.ts'],
          ...LIMITS,
          fileParallelism: false,
          // One page for all files: they share a device and what is compiled on it.
          isolate: false,
          browser: {
            enabled: true,
            connectTimeout: 5 * MINUTE,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium(), args: CHROMIUM_ARGS },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
