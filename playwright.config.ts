// End-to-end tests: e2e drives the built app as `npm start` serves it, ui the gallery of the screen's states.
// One at a time: they share the address that is contract, and a software GPU leaves no room for two.
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './test/chromium.ts';

const GALLERY_PORT = 4174;
/** Limits only end what hangs: no test claims a time, and a machine may be busy with other work. */
const MINUTE = 60_000;

export default defineConfig({
  testMatch: '**/*.spec.ts',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 20 * MINUTE,
  globalTimeout: 60 * MINUTE,
  expect: { timeout: 5 * MINUTE },
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    launchOptions: { executablePath: findChromium(), args: CHROMIUM_ARGS },
    trace: 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'e2e', testDir: 'test/e2e', use: { baseURL: 'http://localhost:4173/' } },
    { name: 'ui', testDir: 'test/ui', use: { baseURL: `http://localhost:${GALLERY_PORT}/` } },
  ],
  webServer: [
    {
      command: 'npm run preview',
      url: 'http://localhost:4173/',
      timeout: 5 * MINUTE,
      reuseExistingServer: false,
    },
    {
      command: `npm run dev -- --port ${GALLERY_PORT} --strictPort`,
      url: `http://localhost:${GALLERY_PORT}/`,
      timeout: 5 * MINUTE,
      reuseExistingServer: false,
    },
  ],
});
