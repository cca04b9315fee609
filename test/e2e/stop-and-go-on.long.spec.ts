// An import of a folder that is stopped by everything that can stop it: Stop, a reload, files that are gone,
// SIGKILL. Each time it goes on, and the set that it becomes has every picture exactly once. Not here:
// moments of single writes and full disks (test/data/stopped-import.test.ts).
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import sharp from 'sharp';
import { readRecord, RECORD_BYTES } from '../../src/data/store/record.ts';
import { unpackTexts } from '../../src/data/store/texts.ts';
import { randomWord, STREAMS } from '../../src/random.ts';
import { openProfile, type Profile, waitForState } from './browser.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { address, button, drop, measured, TINY } from './visit.ts';

const COUNT = 1500;
/** What an import may decode again after it was killed. */
const MOST_AGAIN = 256;
/** Another one kills at other moments: `KILL_SEED=5 npm run test:sweep`. */
const SEED = Number(process.env['KILL_SEED'] ?? 13);

const newFolder = temporaryFolders();
let folder: string;
let profile: Profile;

test.beforeAll(async () => {
  folder = join(await newFolder(), 'garden');
  await mkdir(folder);
  for (let i = 0; i < COUNT; i++) await writeFile(join(folder, nameOf(i)), await picture(i));
});
test.beforeEach(async () => {
  profile = await openProfile(await afterAVisit(await newFolder()));
});
test.afterEach(() => profile.close());

const nameOf = (i: number): string => `${String(i).padStart(4, '0')}.png`;
const NAMES = Array.from({ length: COUNT }, (_, i) => `garden/${nameOf(i)}`);

/** Sixteen squares, white where the number has a 1: no two are alike. */
function picture(i: number): Promise<Buffer> {
  const edge = 200;
  const pixels = Buffer.alloc(edge * edge * 3, 60);
  for (let at = 0; at < edge * edge; at++) {
    const cell = Math.floor(at / edge / 50) * 4 + Math.floor((at % edge) / 50);
    if ((i >> cell) & 1) pixels.fill(255, at * 3, at * 3 + 3);
  }
  return sharp(pixels, { raw: { width: edge, height: edge, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Opens the page on what there is, ready to import. */
async function open(page: Page): Promise<void> {
  await page.goto(address(TINY));
  await waitForState(page, 'idle');
}

async function chooseFolder(page: Page): Promise<void> {
  await page.getByRole('radio', { name: /^Your pictures/ }).check();
  await page.getByLabel('Choose folder', { exact: true }).setInputFiles(folder);
}

const progress = (page: Page): Locator => page.getByText(/^[\d,]+ of 1,500 pictures/);
const stopped = (page: Page): Locator => page.getByRole('region', { name: 'Stopped import of garden' });

const numberIn = (text: string | null): number => Number(/[\d,]+/.exec(text ?? '')?.[0].replaceAll(',', ''));

/** Waits until so many entries were tried; returns how many the page tells. */
async function waitForDone(page: Page, atLeast: number): Promise<number> {
  let done = 0;
  await expect
    .poll(async () => (done = numberIn(await progress(page).textContent())), { intervals: [20] })
    .toBeGreaterThanOrEqual(atLeast);
  return done;
}

/** How far the page says that the stopped import has come. */
async function stoppedAt(page: Page): Promise<number> {
  const text = await stopped(page).textContent();
  return numberIn(/stopped at ([\d,]+) of 1,500/.exec(text ?? '')?.[1] ?? null);
}

/** The set is whole: read from the store's files by their layout, each picture once, in order. */
async function expectEachOnce(page: Page, names: readonly string[] = NAMES): Promise<void> {
  await expect(page.getByRole('radio', { name: /^(?:garden|mine)/ })).toBeChecked();
  const sets = await page.evaluate(async () => {
    const pictures = await (await navigator.storage.getDirectory()).getDirectoryHandle('pictures');
    const all: { info: string; records: number[]; words: number[] }[] = [];
    for await (const set of pictures.values()) {
      const file = async (name: string): Promise<File> =>
        (await (set as FileSystemDirectoryHandle).getFileHandle(name)).getFile();
      const bytes = async (name: string): Promise<number[]> => [
        ...new Uint8Array(await (await file(name)).arrayBuffer()),
      ];
      all.push({
        info: await (await file('info.json')).text(),
        records: await bytes('records.bin'),
        words: await bytes('words.bin'),
      });
    }
    return all;
  });
  expect(sets).toHaveLength(1);
  const { info, records, words } = sets[0] ?? { info: '', records: [], words: [] };
  expect(JSON.parse(info)).toMatchObject({ count: names.length });
  const read = names.map((_, i) => {
    const record = readRecord(Uint8Array.from(records.slice(i * RECORD_BYTES, (i + 1) * RECORD_BYTES)));
    if (!record) return null;
    const { offset, bytes } = record.words;
    const { name } = unpackTexts(Uint8Array.from(words.slice(offset, offset + bytes)));
    return { entry: record.entry, name };
  });
  expect(records).toHaveLength(names.length * RECORD_BYTES);
  expect(read).toEqual(names.map((name, entry) => ({ entry, name })));
  await expect(stopped(page)).toHaveCount(0);
}

test('Stop, files that are moved away and back, a reload: each time Go on, and every picture once', async () => {
  const { page } = profile;
  await open(page);
  await chooseFolder(page);
  await waitForDone(page, 100);
  await rename(folder, `${folder}, moved`);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The files of the import can no longer be read');
  await expect(alert).toContainText(/garden\/\d{4}\.png/);
  const gone = await stoppedAt(page);
  expect(gone).toBeGreaterThanOrEqual(100);
  expect(gone).toBeLessThan(COUNT);
  await rename(`${folder}, moved`, folder);
  await button(alert, 'Dismiss').click();

  await button(stopped(page), 'Go on').click();
  await waitForDone(page, gone + 100);
  await button(page, 'Stop').click();
  const atStop = await stoppedAt(page);
  expect(atStop).toBeGreaterThanOrEqual(gone + 100);
  measured('stopped at', `${gone} (moved away), ${atStop} (Stop)`);

  await page.reload();
  await waitForState(page, 'idle');
  // Nothing that was stored is imported anew.
  expect(await stoppedAt(page)).toBe(atStop);
  await button(stopped(page), 'Go on').click();
  await page.getByLabel('Same folder', { exact: true }).setInputFiles(folder);
  await expectEachOnce(page);
  expect(profile.errors).toEqual([]);
  expect(profile.leaks()).toEqual([]);
});

test('a folder that the browser remembers goes on after a reload without being found again', async () => {
  const { context, page } = profile;
  // The browser's dialog cannot be driven: it gives a folder of the origin, whose handle is a real one.
  await context.addInitScript(() => {
    window.showDirectoryPicker = async () =>
      (await navigator.storage.getDirectory()).getDirectoryHandle('mine', { create: true });
  });
  await open(page);
  const count = 600;
  const pngs: string[] = [];
  for (let i = 0; i < count; i++) pngs.push((await picture(i)).toString('base64'));
  await page.evaluate(async (all) => {
    const mine = await (await navigator.storage.getDirectory()).getDirectoryHandle('mine', { create: true });
    const write = async (png: string, i: number): Promise<void> => {
      const file = await mine.getFileHandle(`${String(i).padStart(4, '0')}.png`, { create: true });
      const stream = await file.createWritable();
      await stream.write(Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0)));
      await stream.close();
    };
    await Promise.all(all.map(write));
  }, pngs);
  await page.getByRole('radio', { name: /^Your pictures/ }).check();
  await page.getByText('Choose folder', { exact: true }).click();
  const mine = page.getByRole('region', { name: 'Stopped import of mine' });
  await page.getByText(/^[1-9]\d* of 600 pictures/).waitFor();
  await button(page, 'Stop').click();
  await mine.waitFor();
  await page.reload();
  await waitForState(page, 'idle');
  await button(mine, 'Go on').click();
  await expectEachOnce(
    page,
    Array.from({ length: count }, (_, i) => `mine/${nameOf(i)}`),
  );
  expect(profile.errors).toEqual([]);
});

test('Stop while files are looked at: no import begins, and the page is as before', async () => {
  const { page } = profile;
  await open(page);
  // A folder whose files are never told, as one on a disk that does not answer.
  await page.evaluate(() => {
    const slow = { isFile: false, isDirectory: true, name: 'slow', fullPath: '/slow' };
    const createReader = () => ({ readEntries: () => undefined });
    DataTransferItem.prototype.webkitGetAsEntry = () =>
      ({ ...slow, createReader }) as Partial<FileSystemDirectoryEntry> as FileSystemDirectoryEntry;
  });
  await drop(page, [folder]);
  const looking = page.getByRole('region', { name: 'Looking at files' });
  await button(looking, 'Stop').click();
  await expect(looking).toHaveCount(0);
  await waitForState(page, 'idle');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await chooseFolder(page);
  await waitForDone(page, 1);
});

/** Kills the browser at a moment of an import that the seed tells, and lets the import go on. */
async function killAndGoOn(moment: number): Promise<void> {
  const at = 1 + (randomWord(SEED, moment, STREAMS.order, 0) % (COUNT - 300));
  const home = await newFolder();
  await profile.close();
  profile = await openProfile(await afterAVisit(home));
  await open(profile.page);
  await chooseFolder(profile.page);
  const told = await waitForDone(profile.page, at);
  await profile.kill();
  profile = await openProfile(home);
  await open(profile.page);
  const isStored = (await stopped(profile.page).count()) > 0;
  const kept = isStored ? await stoppedAt(profile.page) : 0;
  measured(`SIGKILL, seed ${SEED}, moment ${moment}`, `at ${told} of ${COUNT}, went on at ${kept}`);
  expect(told - kept).toBeLessThanOrEqual(MOST_AGAIN);
  if (isStored) {
    await button(stopped(profile.page), 'Go on').click();
    await profile.page.getByLabel('Same folder', { exact: true }).setInputFiles(folder);
  } else await chooseFolder(profile.page);
  await expectEachOnce(profile.page);
}

test('SIGKILL in the middle of an import: it goes on, and every picture is there once', () => killAndGoOn(0));

test(
  'SIGKILL at ten moments of an import: it goes on, and every picture is there once',
  { tag: '@sweep' },
  async () => {
    for (let moment = 1; moment <= 10; moment++) await killAndGoOn(moment);
  },
);
