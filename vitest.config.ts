// Two kinds of test: `unit` runs in Node (tfjs on its cpu
// backend), `gpu` runs in a real Chromium with WebGPU.
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import about from './package.json' with { type: 'json' };
import { CHROMIUM_ARGS, findChromium } from './test/chromium.ts';
import { PREBUNDLED } from './scripts/prebundled.ts';

const define = { __APP_VERSION__: JSON.stringify(about.version) };

export default defineConfig({
  test: {
    projects: [
      {
        define,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/**/*.gpu.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        define,
        optimizeDeps: { include: PREBUNDLED },
        test: {
          name: 'gpu',
          include: ['test/**/*.gpu.test.ts'],
          testTimeout: 240_000,
          fileParallelism: false,
          // One page for all files: they share a device and what is compiled on it.
          isolate: false,
          browser: {
            enabled: true,
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
