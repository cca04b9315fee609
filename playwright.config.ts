// End-to-end tests: e2e drives the built app as `npm start` serves it, ui the gallery of the screen's states.
// One at a time: they share the address that is contract, and a software GPU leaves no room for two.
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './test/chromium.ts';

const GALLERY_PORT = 4174;

export default defineConfig({
  testMatch: '**/*.spec.ts',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 10 * 60_000,
  globalTimeout: 24 * 60_000,
  expect: { timeout: 30_000 },
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
    { command: 'npm run preview', url: 'http://localhost:4173/', reuseExistingServer: false },
    {
      command: `npm run dev -- --port ${GALLERY_PORT} --strictPort`,
      url: `http://localhost:${GALLERY_PORT}/`,
      reuseExistingServer: false,
    },
  ],
});
