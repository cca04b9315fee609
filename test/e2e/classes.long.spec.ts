// A model that draws by class, on pictures whose folders are their classes: imported, trained, stopped and
// opened again at the same step, asked for one class and for the other. The model with words beside it draws
// what it drew before. Not here: its numbers beside PyTorch's (test/interop-live/classes.spec.ts).
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { READY_MODEL } from '../../src/settings/ready-model.ts';
import { openProfile, step, waitForState, waitForStep } from './browser.ts';
import { floats, readCheckpoint } from './checkpoint-file.ts';
import { generate, prompt, view } from './drawing.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { zipOfModel } from './model-folders.ts';
import { BROKEN, writePictures } from './pictures.ts';
import {
  address,
  button,
  chooseCheckpoint,
  confirmImport,
  drop,
  exportTo,
  TINY,
  validation,
} from './visit.ts';

const CLASSES = ['cats', 'dogs'];
const SETTINGS = { ...TINY, batchSize: 2, maxSteps: 1000, sampleSteps: 1 };

const newFolder = temporaryFolders();

const classChoice = (page: Page): Locator => page.getByRole('combobox', { name: 'Class' });

/** Writes a zip of 8 pictures, half of them in the folder of each class. Returns its path. */
async function zipOfClasses(folder: string): Promise<string> {
  await writePictures(folder, 8);
  const files = (await readdir(folder)).filter((name) => !BROKEN.includes(name));
  const entries = files.map(async (name, i) => ({
    name: `${CLASSES[i % 2]}/${name}`,
    content: new Uint8Array(await readFile(join(folder, name))),
  }));
  const path = join(folder, 'pets.zip');
  await writeFile(path, new Uint8Array(await (await zipBlob(await Promise.all(entries))).arrayBuffer()));
  return path;
}

/** Draws 2 pictures of a prompt by seed 5 with the model that comes with the app. */
async function drawReady(page: Page): Promise<number[][]> {
  await view(page, 'Generate').click();
  await page.getByLabel('Checkpoint', { exact: true }).selectOption({ label: READY_MODEL.title });
  await prompt(page).fill('a red circle on a dark background');
  await expect(classChoice(page)).toHaveCount(0);
  return drawTwo(page, '5');
}

/** Draws 2 pictures by this seed in one step. */
async function drawTwo(page: Page, seed: string): Promise<number[][]> {
  await page.getByLabel('How many').fill('2');
  await page.getByLabel('Steps').fill('1');
  await page.getByLabel('Seed', { exact: true }).fill(seed);
  return generate(page, 2);
}

/** Draws 2 pictures of a class with the newest checkpoint. */
async function drawClass(page: Page, name: string): Promise<number[][]> {
  await classChoice(page).selectOption(name);
  return drawTwo(page, '11');
}

test('folders are classes, and a run of them is stopped, goes on, and draws the class that is chosen', async () => {
  const profile = await openProfile(await afterAVisit(await newFolder()));
  const { page } = profile;
  const folder = await newFolder();
  await page.goto(address(SETTINGS));
  await waitForState(page, 'idle');
  const ready = await drawReady(page);
  await view(page, 'Train').click();

  await drop(page, [await zipOfClasses(folder)]);
  const dialog = page.getByRole('dialog', { name: 'Import 8 pictures?' });
  await expect(dialog).toContainText('Pictures in folders of classes');
  await button(dialog, 'Import').click();
  await expect(page.getByRole('radio', { name: /^pets/ })).toBeChecked();
  await chooseCheckpoint(page, await zipOfModel('classes', folder));
  await expect(page.getByRole('list', { name: 'Missing' })).toContainText('No names of classes');
  await confirmImport(page, 0);

  await button(page, 'Resume').click();
  await waitForStep(page, 3);
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  const stopped = await step(page);
  const before = await readCheckpoint(await exportTo(page, folder, 'newest'));
  expect(JSON.parse(before.metadata['classes'] ?? '')).toEqual(CLASSES);

  await page.reload();
  await waitForState(page, 'paused');
  await expect(validation(page)).toHaveAttribute('data-step', String(stopped));
  expect(await step(page)).toBe(stopped);
  await expect(validation(page)).toContainText('all 16 identical');
  await validation(page).locator('summary').click();
  const samples = validation(page).getByTestId('sample');
  for (const i of [0, 1, 15])
    await expect(samples.nth(i)).toHaveAccessibleName(`Sample ${i + 1}, ${CLASSES[i % 2]}, drawn`);
  await button(page, 'Resume').click();
  await waitForStep(page, stopped + 2);
  await button(page, 'Pause').click();
  await waitForState(page, 'paused');
  const after = await readCheckpoint(await exportTo(page, await newFolder(), 'newest'));
  const losses = floats(after, 'history.batch_losses');
  expect(losses).toHaveLength(await step(page));
  expect(losses.slice(0, stopped)).toEqual(floats(before, 'history.batch_losses'));
  expect(after.metadata['classes']).toBe(before.metadata['classes']);

  await view(page, 'Generate').click();
  await expect(prompt(page)).toHaveCount(0);
  await expect(classChoice(page).locator('option')).toHaveText(['Each in turn', ...CLASSES]);
  const cats = await drawClass(page, 'cats');
  const dogs = await drawClass(page, 'dogs');
  for (const [i, cat] of cats.entries()) expect(dogs[i]).not.toEqual(cat);
  expect(await drawClass(page, 'cats')).toEqual(cats);
  // Each in turn: a cat and a dog, of the same noises.
  await classChoice(page).selectOption({ label: 'Each in turn' });
  expect(await drawTwo(page, '11')).toEqual([cats[0], dogs[1]]);

  expect(await drawReady(page)).toEqual(ready);
  expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
  await profile.close();
});
