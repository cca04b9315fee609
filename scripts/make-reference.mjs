// Trains a preset on the planets with its own settings in the app that `npm start` serves, and keeps one
// sample through time: public/reference/<preset>-planets.png, 4 x 3 tiles, for "What to expect" on the page
// (src/ui/setup/reference-runs.ts names the steps). Run by hand when a preset changes:
//   node scripts/make-reference.mjs tiny 5
import sharp from 'sharp';
import { ADDRESS, button, stateIs, visit } from './visit-app.mjs';

const [preset = 'tiny', sample = '0'] = process.argv.slice(2);
const STEPS = [200, 400, 600, 800, 1000, 1400, 1800, 2200, 2800, 3400, 4000];
const last = STEPS.at(-1);

/** The sample sheets that the app keeps in its index: PNGs of 4 x 4 tiles. */
const sheets = await visit(async (page) => {
  await page.goto(`${ADDRESS}?preset=${preset}&dataset=planets&maxSteps=${last}&sampleEverySteps=200`);
  await stateIs(page, 'idle');
  await button(page, 'Train').click();
  await stateIs(page, 'finished');
  return page.evaluate(async (steps) => {
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
});

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
