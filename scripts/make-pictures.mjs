// Takes the pictures of README and of the manifest from real runs in the app that `npm start` serves, and
// prints what their first minutes took. Run by hand, alone on the machine, when the page or a preset changes:
//   node scripts/make-pictures.mjs [planets|words|small]     default: all three
// Not here: the run of "What to expect" (make-reference.mjs).
import { ADDRESS, button, stateIs, visit } from './visit-app.mjs';

const DOCS = { width: 1280, height: 900 };
/** The set of samples by which a stranger sees spheres, and the one that the pictures show. */
const [FIRST, SHOWN] = [200, 2800];
const PROMPTS = [
  'a red circle on a dark background',
  'a yellow ring on a dark background',
  'a green square on a dark background',
  'a purple triangle on a light background',
];

/** A run of `tiny`, from the first visit to pictures on request. */
async function planets(page) {
  const opened = Date.now();
  await page.goto(`${ADDRESS}?preset=tiny`);
  await button(page, 'Train').and(page.locator(':enabled')).waitFor();
  tell('first visit: load to a Train that can be pressed', opened);
  await stateIs(page, 'idle');
  await page.getByText(/measured in .* on this device/).waitFor();
  await page.getByRole('grid', { name: /as the model will see them/ }).waitFor();
  await shoot(page, 'docs/idle.png');

  const pressed = Date.now();
  await button(page, 'Train').click();
  await stepReached(page, 1);
  tell('Train to the first step', pressed);
  await samplesOf(page, FIRST);
  tell(`Train to the samples of step ${FIRST}`, pressed);
  await shoot(page, 'test-results/first-samples.png');
  await samplesOf(page, SHOWN);
  await page.getByRole('list', { name: 'Checkpoints' }).getByTestId('checkpoint').first().waitFor();
  await shoot(page, 'docs/training.png');
  await shoot(page, 'public/screenshots/wide.png', { width: 1280, height: 800 });
  await shoot(page, 'public/screenshots/narrow.png', { width: 390, height: 844 });

  await pauseAndResume(page);
  await page.reload();
  await stateIs(page, 'validating');
  await page
    .getByRole('region', { name: 'Validation samples' })
    .getByText(/^[5-9] of /)
    .waitFor();
  await shoot(page, 'docs/validating.png');
  await stateIs(page, 'training');

  await page.getByRole('link', { name: 'Generate', exact: true }).click();
  await generate(page, 16);
  await button(page, 'Picture 6, drawn').click();
  await shoot(page, 'docs/generate.png');
}

/** What the model that comes with the app draws on a first visit. */
async function words(page) {
  const opened = Date.now();
  await page.goto(ADDRESS);
  await page.getByRole('link', { name: 'Draw with the model that comes with Perennial' }).click();
  await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill(PROMPTS[0]);
  await generate(page, 16);
  tell('first visit to 16 pictures of a prompt from the ready model', opened);
  await page.getByRole('radio', { name: 'Grid', exact: true }).check();
  await page.getByRole('textbox', { name: 'Prompts, one on each line' }).fill(PROMPTS.join('\n'));
  await page.getByLabel('Of each prompt').fill('4');
  await page.getByLabel('Seed', { exact: true }).fill('0');
  await generate(page, 16);
  await shoot(page, 'docs/words.png', { width: 1280, height: 860 });
}

/** The default preset: no pictures, a step takes too long in software. */
async function small(page) {
  await page.goto(`${ADDRESS}?preset=small`);
  await button(page, 'Train').click();
  await stepReached(page, 2);
  await pauseAndResume(page);
}

async function pauseAndResume(page) {
  const pressed = Date.now();
  await button(page, 'Pause').click();
  await stateIs(page, 'paused');
  tell('Pause, with the step that was under way', pressed);
  const step = Number(await page.getByTestId('global-step').textContent());
  const resumed = Date.now();
  await button(page, 'Resume').click();
  await stateIs(page, 'training');
  tell('Resume after Pause to training', resumed);
  await stepReached(page, step + 1);
  tell('Resume after Pause to the end of the next step', resumed);
}

async function generate(page, count) {
  const status = page.getByRole('status', { name: 'Pictures drawn' });
  await button(page, 'Generate').click();
  await button(page, 'Cancel').waitFor();
  await button(page, 'Generate').waitFor();
  await status.filter({ hasText: new RegExp(`^${count}, in `) }).waitFor();
}

async function shoot(page, path, size = DOCS) {
  await page.setViewportSize(size);
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await page.screenshot({ path: new URL(`../${path}`, import.meta.url).pathname });
  await page.setViewportSize(DOCS);
}

const stepReached = (page, step) =>
  page.waitForFunction(
    (least) => Number(document.querySelector('[data-testid=global-step]')?.textContent) >= least,
    step,
  );
/** Waits until this set of samples, or a later one, is shown complete. */
const samplesOf = (page, step) =>
  page.waitForFunction((least) => {
    const said = document.querySelector('section.samples .head')?.textContent ?? '';
    const shown = /^Samplesstep ([\d,]+)/.exec(said);
    return shown !== null && Number(shown[1].replaceAll(',', '')) >= least && !/is being drawn:/.test(said);
  }, step);
const tell = (what, since) => console.log(`${what}: ${((Date.now() - since) / 1000).toFixed(1)} s`);

const parts = { planets, words, small };
const asked = process.argv[2];
if (asked !== undefined && !(asked in parts)) {
  console.error('expected planets, words, small or nothing');
  process.exit(2);
}
for (const [name, take] of Object.entries(parts))
  if (asked === undefined || asked === name) await visit(take, { viewport: DOCS, colorScheme: 'light' });
