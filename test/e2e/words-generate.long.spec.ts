// Pictures of prompts, in the view Generate, from a run of text-tiny that has made three steps: the same seed
// and prompt give the same pictures, another prompt others, two prompts beside each other the same as alone;
// a saved PNG that is dropped on the page fills the form, from which the same picture comes.
import { expect, type Page, test } from '@playwright/test';
import { openProfile, waitForState } from './browser.ts';
import { generate, prompt, view } from './drawing.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { button, drop, TINY, train } from './visit.ts';

const SETTINGS = {
  ...{ ...TINY, preset: 'text-tiny', dataset: 'shapes', imageSize: 8, maxImages: 64 },
  ...{ batchSize: 2, maxSteps: 3, sampleSteps: 2 },
};
const RED = 'a red circle';
const BLUE = 'a blue square';

const newFolder = temporaryFolders();

test('a prompt and a seed give their pictures, alone or compared, and a saved PNG tells both', async () => {
  const profile = await openProfile(await afterAVisit(await newFolder()));
  const { page } = profile;
  await train(page, SETTINGS);
  await waitForState(page, 'finished');
  await view(page, 'Generate').click();
  await expect(prompt(page)).not.toHaveValue(''); // the run's first prompt
  await page.getByLabel('How many').fill('4');
  await page.getByLabel('Seed', { exact: true }).fill('7');
  await button(page, 'Keep the seed').click();

  await prompt(page).fill(RED);
  const red = await generate(page, 4);
  expect(new Set(red.map(String)).size).toBe(4);
  const saved = await savePicture(page, 3);
  expect(await generate(page, 4)).toEqual(red);
  await prompt(page).fill(BLUE);
  const blue = await generate(page, 4);
  for (const [i, picture] of blue.entries()) expect(picture).not.toEqual(red[i]);
  await button(page, 'Keep the seed').click();
  const next = await generate(page, 4);
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('8');
  expect(next).not.toEqual(blue);

  // The whole form follows from the picture, and the picture from the form.
  await page.getByLabel('How many').fill('1');
  await page.getByText('Negative prompt and guidance interval').click();
  await page.getByLabel('Negative prompt').fill('green');
  await view(page, 'Train').click();
  await drop(page, [saved]);
  await expect(page).toHaveURL(/#generate$/);
  await expect(page.getByText('Filled in from the picture: unet_final, seed 7.')).toBeVisible();
  await expect(prompt(page)).toHaveValue(RED);
  await expect(page.getByLabel('How many')).toHaveValue('4');
  await expect(page.getByLabel('Negative prompt')).toHaveValue('');
  expect(await generate(page, 4)).toEqual(red);
  await expect(page.getByRole('heading', { name: 'Picture 3', exact: true })).toBeVisible();

  await page.getByRole('radio', { name: 'Compare two' }).check();
  await page.getByLabel('Compare with another prompt').fill(BLUE);
  await page.getByLabel('Seed', { exact: true }).fill('7');
  expect(await generate(page, 8)).toEqual([...red, ...blue]);
  await expect(page.getByRole('grid', { name: `4 pictures of ${BLUE}` })).toBeVisible();
  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});

/** Saves picture `n` (1 the first). Returns its file's path. */
async function savePicture(page: Page, n: number): Promise<string> {
  await button(page, `Picture ${n}, drawn`).click();
  const waiting = page.waitForEvent('download');
  await button(page, `PNG of picture ${n}`).click();
  return (await waiting).path();
}
