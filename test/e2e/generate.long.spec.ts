// Pictures from a checkpoint, in the view Generate: of a model that came from a file, while its run is
// paused, and with no run at all after a reload. The same seed gives the same pictures, however many are
// asked for; nothing is trained.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import sharp from 'sharp';
import { openProfile, waitForState } from './browser.ts';
import { generate, pictures, view } from './drawing.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { address, button, checkpoint, chooseCheckpoint, measured, seconds, TINY } from './visit.ts';

const MODEL = join(import.meta.dirname, '../fixtures/models/bfloats');
/** Sampler evaluations are slow in software: here one of 16 pictures, two of 4, two of 2. */
const SETTINGS = { ...TINY, dataset: 'shapes', sampleSteps: 1 };
const SEED = '7';

const newFolder = temporaryFolders();

test('a seed gives the same pictures beside a paused run and without a run, 4 of them or 2', async () => {
  const profile = await openProfile(await afterAVisit(await newFolder()));
  const { page } = profile;
  await page.goto(address(SETTINGS));
  await waitForState(page, 'idle');
  await chooseCheckpoint(
    page,
    ['config.json', 'diffusion_pytorch_model.safetensors'].map((name) => join(MODEL, name)),
  );
  await button(page.getByRole('dialog'), 'Import').click();
  await waitForState(page, 'paused');
  await expect(checkpoint(page, 'unet_step_0')).toBeVisible();

  await view(page, 'Generate').click();
  await expect(page).toHaveURL(/#generate$/);
  await expect(view(page, 'Generate')).toHaveAttribute('aria-current', 'page');
  await expect(page.getByLabel('Steps')).toHaveValue('1'); // as its run has them
  const four = await inTwoSteps(page, 4);
  expect(new Set(four).size).toBe(4);
  await pictures(page).nth(2).click();
  await expect(page.getByRole('heading', { name: 'Picture 3', exact: true })).toBeVisible();
  await expect(
    page.getByRole('img', { name: 'Picture 3 at 3 moments of its way, the noise first' }),
  ).toBeVisible();
  expect(await savedPicture(page, `unet_step_0_seed_${SEED}_picture_3.png`)).toBe(four[2]);

  await page.goBack();
  await expect(button(page, 'Resume')).toBeVisible();
  await page.goForward();
  await expect(pictures(page)).toHaveCount(4);
  await view(page, 'Train').click();
  await button(page, 'New run').click();
  await button(page, 'Start new run').click();
  await waitForState(page, 'idle');
  await page.goto('/#generate');
  await page.reload();
  await waitForState(page, 'idle');
  await expect(pictures(page)).toHaveCount(0);
  const from = Date.now();
  expect(await inTwoSteps(page, 2)).toEqual(four.slice(0, 2));
  measured('Generate to 2 pictures of 2 steps, just after a reload', seconds(Date.now() - from));
  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});

/** Generates `count` pictures in two sampler steps. Returns the pixels of each, RGBA as text. */
async function inTwoSteps(page: Page, count: number): Promise<string[]> {
  await page.getByLabel('Seed', { exact: true }).fill(SEED);
  await page.getByLabel('How many').fill(String(count));
  await page.getByLabel('Steps').fill('2');
  return (await generate(page, count)).map(String);
}

/** Saves the picture that is shown large as a PNG of this name. Returns its pixels, RGBA as text. */
async function savedPicture(page: Page, name: string): Promise<string> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: /^PNG of picture/ }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe(name);
  const png = await readFile(await download.path());
  return [...(await sharp(png).ensureAlpha().raw().toBuffer())].join();
}
