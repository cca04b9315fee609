// Claims: a folder that is read again by its handle gives the files that a drop and a file input give, so
// that a stopped import knows them; the user is asked once, and a refusal is an answer.
import { beforeEach, expect, it } from 'vitest';
import { filesOf, permitted, type Reading, worthKeeping } from '../../src/app/given-files.ts';
import { filesFingerprint } from '../../src/data/stopped-imports.ts';
import { chosenFile } from '../data/sources/sourced.ts';
import { type FakeAccess, fakeFolder } from './fake-handles.ts';

const file = (name: string): File => new File([name], name, { lastModified: 5 });

let access: FakeAccess;
let counts: number[];
let controller: AbortController;
let reading: Reading;

beforeEach(() => {
  access = { state: 'granted', answer: 'granted', asked: 0 };
  counts = [];
  controller = new AbortController();
  reading = { found: (files) => void counts.push(files), signal: controller.signal };
});

const garden = () =>
  fakeFolder(
    'garden',
    { 'a.png': file('a.png'), '.DS_Store': file('.DS_Store'), old: { 'b.png': file('b.png') } },
    access,
  );

it('names files by their paths as a folder input does, and counts them', async () => {
  const files = await filesOf([garden()], reading);
  expect(files.map(({ name }) => name)).toEqual(['garden/a.png', 'garden/.DS_Store', 'garden/old/b.png']);
  expect(await files[2]?.text()).toBe('b.png');
  expect(counts).toEqual([1, 2, 3]);
  const chosen = ['garden/old/b.png', 'garden/a.png'].map((path) => {
    const one = chosenFile(path, path.slice(path.lastIndexOf('/') + 1));
    Object.defineProperty(one, 'lastModified', { value: 5 });
    return one;
  });
  // Without what the system has put there since.
  expect(await filesFingerprint(files)).toBe(await filesFingerprint(chosen));
});

it('passes on a single file that cannot be read as an empty one, the same each time', async () => {
  const folder = fakeFolder('garden', { 'a.png': file('locked') }, access);
  const [once, again] = [await filesOf([folder], reading), await filesOf([folder], reading)];
  expect(once.map(({ name, size }) => [name, size])).toEqual([['garden/a.png', 0]]);
  expect(await filesFingerprint(once)).toBe(await filesFingerprint(again));
});

it('stops where the permission is withdrawn on the way, and where Stop is pressed', async () => {
  const withdrawn = { ...reading, found: () => void (access.state = 'prompt') };
  await expect(filesOf([garden()], withdrawn)).rejects.toThrow('not allowed');
  access.state = 'granted';
  const stopped = { ...reading, found: () => controller.abort() };
  await expect(filesOf([garden()], stopped)).rejects.toMatchObject({ name: 'AbortError' });
});

it('reads a few files of a folder at once, and none after Stop', async () => {
  let [asked, atOnce, most] = [0, 0, 0];
  const one = (i: number) => ({
    ...{ kind: 'file', name: `${i}.png` },
    getFile: async () => {
      most = Math.max(most, ++atOnce);
      if (++asked === 100) controller.abort();
      await new Promise((resolve) => setTimeout(resolve));
      atOnce--;
      return file(`${i}.png`);
    },
  });
  const folder = fakeFolder('garden', {}, access);
  Object.assign(folder, {
    // oxlint-disable-next-line require-await -- as the browser's, which waits for the disk
    async *values() {
      for (let i = 0; i < 1000; i++) yield one(i);
    },
  });
  await expect(filesOf([folder], reading)).rejects.toMatchObject({ name: 'AbortError' });
  expect([asked, most <= 32]).toEqual([100, true]);
});

it.each([
  ['granted already', 'granted', 'denied', true, 0],
  ['granted when asked', 'prompt', 'granted', true, 1],
  ['refused when asked', 'prompt', 'denied', false, 1],
] as const)('knows a permission that is %s', async (_, state, answer, expected, asked) => {
  access = { state, answer, asked: 0 };
  expect(await permitted([garden()])).toBe(expected);
  expect(access.asked).toBe(asked);
});

it('has no permission where the press was too long ago, and where the browser cannot ask', async () => {
  access.state = 'prompt';
  const late = Object.assign(garden(), {
    requestPermission: () => Promise.reject(new DOMException('activation', 'SecurityError')),
  });
  expect(await permitted([late])).toBe(false);
  const { kind, name } = garden();
  expect(await permitted([{ kind, name } as FileSystemHandle])).toBe(false);
});

it('remembers what can be asked for again: all that was given, in a few questions', () => {
  const folder = garden();
  expect(worthKeeping([folder, folder])).toEqual([folder, folder]);
  expect(worthKeeping([folder, null])).toEqual([]);
  expect(worthKeeping(Array.from({ length: 9 }, () => folder))).toEqual([]);
});
