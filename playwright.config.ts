// End-to-end tests: e2e drives the built app as `npm start` serves it, ui the gallery of the screen's states.
// Three at a time on two cores: a page waits as long as it works, and every test has a profile of its own, so
// that they share nothing but the server. The tests of one file of e2e follow one another. `npm test` leaves
// out the files named *.long.spec.ts and what is tagged @long, which CI runs too (`npm run test:all`), and
// what is tagged @sweep.
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './test/chromium.ts';

const GALLERY_CONFIG = '--config test/ui/gallery.config.ts --logLevel warn';
const APP = { testDir: 'test/e2e', use: { baseURL: 'http://localhost:4173/' } };
const GALLERY = { testDir: 'test/ui', fullyParallel: true, use: { baseURL: 'http://localhost:4174/' } };
const SWEEP = /@sweep/;
const AT_LENGTH = /@long/;
/** Flows beside the main ones: half of the time of all. */
const LONG = '**/*.long.spec.ts';
/** Limits only end what hangs: no test claims a time, and a machine may be busy with other work. */
const MINUTE = 60_000;

export default defineConfig({
  testMatch: '**/*.spec.ts',
  workers: 3,
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
    { name: 'visited', ...APP, testMatch: 'visited.setup.ts' },
    { name: 'e2e', ...APP, testIgnore: LONG, grepInvert: SWEEP, dependencies: ['visited'] },
    { name: 'long', ...APP, testMatch: LONG, grepInvert: SWEEP, dependencies: ['visited'] },
    // Minutes for what another flow nearly claims: a part of `npm run test:sweep`.
    { name: 'sweep', ...APP, grep: SWEEP, dependencies: ['visited'] },
    { name: 'ui', ...GALLERY, grepInvert: AT_LENGTH },
    { name: 'long-ui', ...GALLERY, grep: AT_LENGTH },
  ],
  webServer: [
    {
      command: 'npm run preview',
      url: 'http://localhost:4173/',
      timeout: 5 * MINUTE,
      reuseExistingServer: false,
    },
    {
      command: `npx vite build ${GALLERY_CONFIG} && npx vite preview ${GALLERY_CONFIG}`,
      url: 'http://localhost:4174/gallery.html',
      timeout: 5 * MINUTE,
      reuseExistingServer: false,
    },
  ],
});
