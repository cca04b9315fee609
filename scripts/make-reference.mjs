// Trains a preset on the planets with its own settings in the app that `npm start` serves, and keeps one
// sample through time: public/reference/<preset>-planets.png, 4 x 3 tiles, for "What to expect" on the page
// (src/ui/setup/reference-runs.ts names the steps). Run by hand when a preset changes:
//   node scripts/make-reference.mjs tiny 5
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import sharp from 'sharp';

const [preset = 'tiny', sample = '0'] = process.argv.slice(2);
const STEPS = [200, 400, 600, 800, 1000, 1400, 1800, 2200, 2800, 3400, 4000];
const ARGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const profile = await mkdtemp(join(tmpdir(), 'perennial-reference-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ARGS,
});
const page = await context.newPage();
const last = STEPS.at(-1);
await page.goto(
  `http://localhost:4173/?preset=${preset}&dataset=planets&maxSteps=${last}&sampleEverySteps=200`,
);
const state = (text) =>
  page.locator('[data-testid=run-state]', { hasText: text }).waitFor({ timeout: 3_600_000 });
await state(/^idle$/);
await page.getByRole('button', { name: 'Train', exact: true }).click();
await state(/^finished$/);
/** The sample sheets that the app keeps in its index: PNGs of 4 x 4 tiles. */
const sheets = await page.evaluate(async (steps) => {
  const open = indexedDB.open('perennial');
  await new Promise((resolve) => (open.onsuccess = resolve));
  const pictures = () => open.result.transaction('pictures').objectStore('pictures');
  const asked = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const [[runId]] = await asked(pictures().getAllKeys());
  const sheet = (step) => asked(pictures().get([runId, 'samples', step]));
  // The last set is drawn after the run has ended.
  while (!(await sheet(steps.at(-1)))) await new Promise((resolve) => setTimeout(resolve, 100));
  const blobs = await Promise.all(steps.map(sheet));
  return Promise.all(blobs.map(async (blob) => [...new Uint8Array(await blob.arrayBuffer())]));
}, STEPS);
await context.close();
await rm(profile, { recursive: true });

const size = (await sharp(Buffer.from(sheets[0])).metadata()).width / 4;
const index = Number(sample);
const place = (i) => ({ left: (i % 4) * size, top: Math.floor(i / 4) * size });
const tile = (sheet) =>
  sharp(Buffer.from(sheet))
    .extract({ ...place(index), width: size, height: size })
    .toBuffer();
// The first tile is left empty: the noise that the sample starts from follows from its seed.
const tiles = await Promise.all(
  sheets.map(async (sheet, i) => ({ input: await tile(sheet), ...place(i + 1) })),
);
await sharp({ create: { width: 4 * size, height: 3 * size, channels: 3, background: '#000' } })
  .composite(tiles)
  .png({ compressionLevel: 9 })
  .toFile(new URL(`../public/reference/${preset}-planets.png`, import.meta.url).pathname);
if (process.env.SHEET) await sharp(Buffer.from(sheets.at(-1))).toFile(process.env.SHEET);
