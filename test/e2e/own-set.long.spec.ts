// A few pictures of the user's own, dropped as a zip, to the end of their run. Not here: a folder of pictures
// (train.spec.ts).
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { openProfile, type Profile, waitForState } from './browser.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { BROKEN, writePictures } from './pictures.ts';
import { address, button, byTestId, drop, measured, stepsWithSamples, TINY } from './visit.ts';

const newFolder = temporaryFolders();
let profile: Profile;

test.beforeEach(async () => {
  profile = await openProfile(await afterAVisit(await newFolder()));
});
test.afterEach(() => profile.close());

/**
 * One step an epoch, and two denoising calls a set: no set fits into an epoch. Drawing may take 15 % of the
 * time, so what counts is the time of all steps: 80 steps completed 4 sets, 140 steps 6 or 7.
 */
const FEW = { ...TINY, maxSteps: 160, sampleEverySteps: 20, sampleSteps: 2 };

test("four pictures of the user's own, in a zip, from drop to the end: samples complete all along", async () => {
  const { page } = profile;
  const folder = await newFolder();
  await writePictures(folder, 4);
  const files = (await readdir(folder)).filter((name) => !BROKEN.includes(name));
  const entries = await Promise.all(
    files.map(async (name) => ({ name: `discs/${name}`, content: await readFile(join(folder, name)) })),
  );
  const zip = await zipBlob(entries.map((one) => ({ ...one, content: Uint8Array.from(one.content) })));
  await writeFile(join(folder, 'my discs.zip'), new Uint8Array(await zip.arrayBuffer()));
  await page.goto(address(FEW));
  await waitForState(page, 'idle');
  await drop(page, [join(folder, 'my discs.zip')]);
  const dialog = page.getByRole('dialog', { name: 'Import 4 pictures?' });
  await expect(dialog.getByRole('list', { name: 'Examples' }).getByRole('listitem')).toHaveText(
    files.map((name) => new RegExp(`discs/${name}`)),
  );
  await button(dialog, 'Import').click();
  await expect(page.getByRole('radio', { name: /^my discs/ })).toBeChecked();
  await expect(page.getByText('4 pictures: the model will learn them by heart.')).toBeVisible();
  await button(page, 'Train').click();
  await waitForState(page, 'finished');
  await expect(byTestId(page, 'epoch')).toHaveText(String(FEW.maxSteps));
  const samples = page.getByRole('region', { name: 'Samples', exact: true });
  await expect(samples.getByRole('button', { name: /^Sample \d+, drawn$/ })).toHaveCount(16);
  await expect(samples).toContainText(`step ${FEW.maxSteps}`);
  const steps = await stepsWithSamples(page);
  measured('steps with a complete set of samples', steps.join(', '));
  expect(steps.length).toBeGreaterThanOrEqual(5);
  expect(steps[0]).toBe(10);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
});
