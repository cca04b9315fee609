// The live half of interop, run by `npm run test:interop` (scripts/interop.mjs): the built app beside real
// PyTorch. It has a port of its own and can run beside `npm run dev`. Not here: `npm test`, which needs no
// Python.
import { defineConfig } from '@playwright/test';
import { findChromium, CHROMIUM_ARGS } from '../chromium.ts';

const PORT = 4175;

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  workers: 1,
  retries: 0,
  timeout: 20 * 60_000,
  globalTimeout: 60 * 60_000,
  expect: { timeout: 5 * 60_000 },
  reporter: [['list']],
  outputDir: '../../test-results/interop-live',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    launchOptions: { executablePath: findChromium(), args: CHROMIUM_ARGS },
  },
  webServer: {
    command: `npm run preview -- --port ${PORT} --strictPort`,
    cwd: '../..',
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
  },
});
