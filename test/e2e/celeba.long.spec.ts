// CelebA as people have it, from the drop to a run that goes on after a reload: the zip of its pictures and
// its attribute file, seen, imported, stopped, gone on with, learnt. Not here: its forms and sentences
// (test/data/sources/layouts/celeba.test.ts), bits of a run that goes on (resume.spec.ts).
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import sharp from 'sharp';
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { openProfile, type Profile, step, waitForState, waitForStep } from './browser.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { address, button, drop, TINY } from './visit.ts';

const COUNT = 1500;
/** Of the forty attributes, in the order of the official list. */
const NAMES = ['Blond_Hair', 'Brown_Hair', 'Eyeglasses', 'Goatee', 'Male', 'Smiling', 'Wearing_Hat', 'Young'];
const RUN = { ...TINY, maxSteps: 24, checkpointEverySteps: 8 };

const newFolder = temporaryFolders();
let profile: Profile;
test.beforeEach(async () => {
  profile = await openProfile(await afterAVisit(await newFolder()));
});
test.afterEach(() => profile.close());

const nameOf = (i: number): string => `${String(i + 1).padStart(6, '0')}.jpg`;
const FIRST = ['Brown_Hair', 'Eyeglasses', 'Goatee', 'Male', 'Smiling', 'Young'];
const has = (i: number, name: string): boolean =>
  i === 0 ? FIRST.includes(name) : (i + NAMES.indexOf(name)) % 3 === 0;

/** 178 x 218 as CelebA's aligned faces: a ground and twelve bars, white where the number has a 1. */
function face(i: number): Promise<Buffer> {
  const [width, height] = [178, 218];
  const pixels = Buffer.alloc(width * height * 3, 90);
  for (let at = 0; at < width * height; at++)
    if ((i >> Math.floor(((at % width) * 12) / width)) & 1) pixels.fill(255, at * 3, at * 3 + 3);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}

/** Writes img_align_celeba.zip and list_attr_celeba.txt; their paths. */
async function celeba(folder: string): Promise<string[]> {
  const [zip, list] = ['img_align_celeba.zip', 'list_attr_celeba.txt'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  const entries = await Promise.all(
    Array.from({ length: COUNT }, async (_, i) => ({
      ...{ name: `img_align_celeba/${nameOf(i)}`, content: Uint8Array.from(await face(i)) },
    })),
  );
  await writeFile(zip, new Uint8Array(await (await zipBlob(entries)).arrayBuffer()));
  const lines = entries.map((_, i) => `${nameOf(i)} ${NAMES.map((one) => (has(i, one) ? 1 : -1)).join(' ')}`);
  await writeFile(list, `${[COUNT, NAMES.join(' '), ...lines].join('\n')}\n`);
  return [zip, list];
}

// Of the sweep: on a quick machine the import may end before Stop is pressed.
test(
  'CelebA: seen, imported, stopped, gone on with, learnt from, and after a reload from the next step on',
  {
    tag: '@sweep',
  },
  async () => {
    const { page } = profile;
    const files = await celeba(await newFolder());
    await page.goto(address(RUN));
    await waitForState(page, 'idle');
    await drop(page, files);
    const dialog = page.getByRole('dialog', { name: 'Import 1,500 pictures?' });
    const found = dialog.getByRole('region', { name: 'CelebA' });
    await expect(found).toContainText('non-commercial');
    const examples = found.getByRole('list', { name: 'Examples' }).getByRole('listitem');
    await expect(examples).toHaveCount(5);
    await expect(examples.first()).toContainText(
      'a man with brown hair and a goatee, smiling, wearing glasses',
    );
    await button(dialog, 'Import').click();
    await button(page, 'Stop').click();
    const stopped = page.getByRole('region', { name: /^Stopped import of/ });
    await expect(stopped).toContainText(/stopped at [\d,]+ of 1,500/);
    await button(stopped, 'Go on').click();
    await expect(page.getByText('1,500 pictures').first()).toBeVisible();
    await expect(stopped).toHaveCount(0);

    await button(page, 'Train').click();
    await waitForStep(page, 9);
    await page.reload();
    await waitForState(page, 'validating');
    await expect(page.getByRole('heading', { name: 'Found checkpoint unet_step_8' })).toBeVisible();
    expect(await step(page)).toBe(8);
    await expect(page.getByText(/Training resumes at step 9\./)).toBeVisible();
    await waitForState(page, 'finished');
    expect(await step(page)).toBe(24);
    expect(profile.errors).toEqual([]);
    expect(profile.leaks()).toEqual([]);
  },
);
