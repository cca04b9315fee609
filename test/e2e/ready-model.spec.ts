// The model that comes with the app: on a first visit pictures are drawn by words before anything is trained,
// they show what was said (told by the rule of bench/learn), and a run goes on from it. Not here: prompts and
// seeds of the view Generate (words-generate.long.spec.ts).
import { expect, type Page, test } from '@playwright/test';
import { everyLabel, scoreOf, shapeJudge } from '../../bench/learn/shape-judge.ts';
import { BACKGROUNDS, captionOfShape, COLOURS, KINDS } from '../../src/data/shapes.ts';
import { openProfile, waitForState, waitForStep } from './browser.ts';
import { temporaryFolders } from './folders.ts';
import { button, measured, pixelsOf, seconds } from './visit.ts';

const newFolder = temporaryFolders();
const SIZE = 16;
const COUNT = 16;
/** Of 16 samples of a prompt at least these show it; chance is 1 in 40. Drawn are the same 16 everywhere. */
const RIGHT = 10 / 16;

const [TOLD] = everyLabel();
if (!TOLD) throw new Error('there are no shapes');
const PROMPT = captionOfShape({
  kind: KINDS[TOLD.kind] as (typeof KINDS)[number],
  colour: COLOURS[TOLD.colour] as (typeof COLOURS)[number],
  background: BACKGROUNDS[TOLD.background] as (typeof BACKGROUNDS)[number],
});

/** The drawn pictures, uint8 RGB. */
async function picturesOn(page: Page): Promise<Uint8Array[]> {
  const canvases = page
    .getByRole('region', { name: 'Generated pictures' })
    .getByRole('button', { name: /^Picture \d+, .*drawn$/ })
    .locator('canvas');
  await expect(canvases).toHaveCount(COUNT);
  return (await pixelsOf(canvases)).map((rgba) => Uint8Array.from(rgba.filter((_, i) => i % 4 !== 3)));
}

test('a first visit draws what is said before any training, and a run goes on from the model', async () => {
  const profile = await openProfile(await newFolder());
  const { page } = profile;
  const began = Date.now();
  await page.goto('/');
  await page.getByRole('link', { name: 'Draw with the model that comes with Perennial' }).click();
  await expect(page.getByRole('main')).toContainText('A small model that comes with Perennial');
  await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill(PROMPT);
  await button(page, 'Generate').click();
  const drawn = page.getByRole('status', { name: 'Pictures drawn' });
  await expect(drawn).toHaveText(new RegExp(`^${COUNT}, in `));
  measured('first visit to 16 pictures of a prompt from the ready model', seconds(Date.now() - began));
  const pictures = await picturesOn(page);
  const { both } = scoreOf(
    shapeJudge(SIZE),
    pictures,
    Array.from({ length: COUNT }, () => TOLD),
  );
  expect(both).toBeGreaterThanOrEqual(RIGHT);

  await button(page, 'Train on from it').click();
  await waitForStep(page, 1);
  await waitForState(page, 'training');
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});
