// The user's own pictures looked through in the view Pictures: found, captions edited and undone, a picture
// removed, a duplicate found, captions exported, another square cut of a file, and what training then learns
// from. Not here: the view on
// 200,000 pictures (../ui/pictures.spec.ts).
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import sharp, { type Sharp } from 'sharp';
import { openProfile, type Profile, waitForState } from './browser.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { address, button, byTestId, drop, TINY } from './visit.ts';

const newFolder = temporaryFolders();
let profile: Profile;

test.beforeEach(async () => {
  profile = await openProfile(await afterAVisit(await newFolder()));
});
test.afterEach(() => profile.close());

const CAPTIONS = ['a red fox', 'a red barn', 'a blue boat', 'a blue barn', '', 'a green field'];

/** Soft patches of light and dark, unlike one another: their hashes differ in half of their bits. */
function patches(seed: number): Sharp {
  const raw = Uint8Array.from(
    { length: 9 * 8 * 3 },
    (_, i) => (((i + 1) * (seed * 2 + 3) * 7919) >> 3) & 255,
  );
  return sharp(raw, { raw: { width: 9, height: 8, channels: 3 } }).resize(90, 80, { kernel: 'cubic' });
}

/** Six pictures, all but one with a caption, and the first one once more, smaller and worse. */
async function writeSet(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const [i, caption] of CAPTIONS.entries()) {
    paths.push(join(folder, `${i}.jpg`));
    await writeFile(join(folder, `${i}.jpg`), await patches(i).jpeg({ quality: 95 }).toBuffer());
    if (caption === '') continue;
    paths.push(join(folder, `${i}.txt`));
    await writeFile(join(folder, `${i}.txt`), caption);
  }
  const again = await sharp(await patches(0).png().toBuffer())
    .resize(72, 64)
    .jpeg({ quality: 60 })
    .toBuffer();
  paths.push(join(folder, 'again.jpg'));
  await writeFile(join(folder, 'again.jpg'), again);
  return paths;
}

test('pictures with captions: found, edited, undone, removed, compared, exported; training learns from the rest', async () => {
  const { page } = profile;
  const folder = await newFolder();
  await page.goto(address({ ...TINY, maxSteps: 2 }));
  await waitForState(page, 'idle');
  await drop(page, await writeSet(folder));
  await expect(page.getByText('7 pictures: the model will learn them by heart.')).toBeVisible();
  await page.getByRole('link', { name: 'Pictures', exact: true }).click();
  const found = page.getByRole('status', { name: 'Pictures found' });
  const changed = page.getByRole('status', { name: 'Last change' });
  await expect(found).toHaveText('7 pictures');
  await expect(page.getByRole('grid').getByRole('button')).toHaveCount(7);

  await page.getByLabel('Caption or file name has').fill('BARN');
  await expect(found).toHaveText('2 of 7 pictures');
  await page.getByRole('grid').getByRole('button').first().click();
  const dialog = page.getByRole('dialog');
  const captions = dialog.getByLabel('Captions, one on each line');
  await expect(captions).toHaveValue('a red barn');
  await expect(dialog).toContainText('90 × 80 pixels');
  await captions.fill('a red barn\na barn in a field');
  await button(dialog, 'Close').click();
  await expect(changed).toHaveText('1 caption changed.');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(changed).toHaveText('Undone: 1 caption changed.');
  await page.getByLabel('What to do').selectOption('Replace a word');
  await page.getByLabel('Word', { exact: true }).fill('barn');
  await page.getByLabel('By', { exact: true }).fill('house');
  await button(page, 'Change 2 pictures').click();
  await expect(changed).toHaveText('2 captions changed.');
  await button(page, 'Show all pictures').click();

  await page.getByLabel('Show', { exact: true }).selectOption('Without caption');
  await expect(found).toHaveText('2 of 7 pictures');
  await page.getByLabel('Show', { exact: true }).selectOption('All pictures');
  await button(page, 'Find duplicates').click();
  const group = page.getByRole('group', { name: 'Group 1, 2 pictures' });
  await expect(group).toContainText('90 × 80, largest');
  await button(page, 'Keep the largest of each').click();
  await button(page, 'Remove 1 ticked').click();
  await expect(page.getByText('No two pictures are as alike as that.')).toBeVisible();
  await button(page.getByRole('main'), 'Show all pictures').click();
  await expect(found).toHaveText('6 pictures, 1 removed');

  const waiting = page.waitForEvent('download');
  await button(page, 'metadata.jsonl').click();
  const download = await waiting;
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  const texts = lines.map((line) => (JSON.parse(line) as { text?: string }).text ?? '');
  expect(texts.toSorted()).toEqual([
    '',
    'a blue boat',
    'a blue house',
    'a green field',
    'a red fox',
    'a red house',
  ]);

  await page.reload();
  await waitForState(page, 'idle');
  await page.getByLabel('Set', { exact: true }).selectOption('Dropped pictures');
  await expect(found).toHaveText('6 pictures, 1 removed');
  await expect(changed).toHaveText('Earlier: 2 captions changed.');
  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await page.getByRole('radio', { name: /^Dropped pictures.*6$/ }).check();
  await button(page, 'Train').click();
  await waitForState(page, 'finished');
  await expect(byTestId(page, 'global-step')).toHaveText('2');
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
});

test('another square of a picture: cut while its files are at hand, and again once they are chosen anew', async () => {
  const { page } = profile;
  const paths = await writeSet(await newFolder());
  await page.goto(address({ ...TINY, maxSteps: 2 }));
  await waitForState(page, 'idle');
  await drop(page, paths);
  await page.getByRole('link', { name: 'Pictures', exact: true }).click();
  const changed = page.getByRole('status', { name: 'Last change' });
  const dialog = page.getByRole('dialog');
  const move = async (name: string): Promise<void> => {
    await button(page.getByRole('grid'), name).click();
    await button(dialog, 'Move the square').click();
  };
  const square = dialog.getByRole('slider', { name: 'Square that the model sees' });
  const says = (text: string) => expect(square).toHaveAttribute('aria-valuetext', text);
  await move('2.jpg');
  await says('5 pixels from the left, 0 from the top, 80 wide');
  for (let i = 0; i < 3; i++) await square.press('ArrowRight');
  await button(dialog, 'Save the square').click();
  await expect(dialog).toContainText('cut by hand');
  await button(dialog, 'Close').click();
  await expect(changed).toHaveText('1 square moved.');

  await page.reload();
  await waitForState(page, 'idle');
  await page.getByLabel('Set', { exact: true }).selectOption('Dropped pictures');
  await expect(changed).toHaveText('Earlier: 1 square moved.');
  await move('2.jpg');
  await expect(dialog).toContainText('The file of this picture is not at hand');
  await dialog.getByLabel('Choose its file').setInputFiles(paths.filter((path) => path.endsWith('1.jpg')));
  await expect(dialog).toContainText('None of these files is the one that was imported');
  await dialog.getByLabel('Choose its file').setInputFiles(paths.filter((path) => path.endsWith('2.jpg')));
  await says('8 pixels from the left, 0 from the top, 80 wide');
  await square.press('-');
  await button(dialog, 'Save the square').click();
  await button(dialog, 'Close').click();
  await expect(changed).toHaveText('1 square moved.');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(changed).toHaveText('Undone: 1 square moved.');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await button(page, 'Train').click();
  await waitForState(page, 'finished');
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
});
