// Claims: using what is there of a stopped import never makes a set smaller, and takes the place of no other
// set than the one it was adding to, as that was. On the disk in memory.
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { changeCaptions } from '../../src/data/edit-captions.ts';
import { completeDraft } from '../../src/data/draft-folder.ts';
import { changeSquare } from '../../src/data/edit-squares.ts';
import { copyPictures } from '../../src/data/copy-pictures.ts';
import { removeNumbers } from '../../src/data/edit-pictures.ts';
import { openStored } from '../../src/data/open-stored.ts';
import { listStored, removeStored } from '../../src/data/picture-store.ts';
import { listStopped, stoppedNote, useStopped } from '../../src/data/stopped-imports.ts';
import { unpackTexts } from '../../src/data/store/texts.ts';
import { crc32 } from '../../src/formats/crc32.ts';
import type { DatasetInfo } from '../../src/data/api.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import { draftOf, madeSet, pushMade, shownPixels } from './made-set.ts';
import { storeOn } from './memory-storage.ts';

const COUNT = 20;

beforeEach(() => storeOn(new MemoryDisk()));
afterAll(() => vi.unstubAllGlobals());

/** A set of twenty pictures. */
const setOf20 = (): Promise<DatasetInfo> => madeSet(Array.from({ length: COUNT }, () => ({})));

const addTo = ({ id, count, words = '' }: DatasetInfo) => ({ id, count, words });

/** Adding a picture to a set, whose tab was killed once so many of its own were copied; the folder. */
async function killedAt(set: DatasetInfo, copied: number, added: readonly number[]): Promise<string> {
  const before = await openStored(set.id);
  if (!before) throw new Error('there is no set');
  const draft = await draftOf('Garden', addTo(set));
  await copyPictures({ ...before, active: before.active.subarray(0, copied) }, draft);
  for (const shown of added) await pushMade(draft, shown);
  draft.write();
  draft.stop();
  return draft.folder.name;
}

const sets = async () => (await listStored()).map(({ id, count }) => ({ id, count }));

it('killed while the set was copied, leaves the set as it was', async () => {
  const set = await setOf20();
  const folder = await killedAt(set, 5, []);
  expect(await useStopped(folder)).toEqual(set);
  expect(await sets()).toEqual([{ id: set.id, count: COUNT }]);
  expect(await listStopped()).toEqual([]);
});

it('killed behind the copy, takes the place of the set with all its pictures and the new ones', async () => {
  const set = await setOf20();
  const info = await useStopped(await killedAt(set, COUNT, [100, 101]));
  expect(info.count).toBe(COUNT + 2);
  expect(await sets()).toEqual([{ id: info.id, count: COUNT + 2 }]);
  expect((await openStored(set.id))?.info.id).toBe(info.id);
});

it('where the set was changed meanwhile, becomes a set beside it', async () => {
  const set = await setOf20();
  const folder = await killedAt(set, COUNT, [100]);
  const changed = await removeNumbers(set.id, Uint32Array.of(3));
  const info = await useStopped(folder);
  expect(info.count).toBe(COUNT + 1);
  expect((await sets()).sort((a, b) => a.count - b.count)).toEqual([
    { id: changed?.id, count: COUNT - 1 },
    { id: info.id, count: COUNT + 1 },
  ]);
  expect((await openStored(set.id))?.info.id).toBe(changed?.id);
});

it('where the set was changed meanwhile, does not go on: it would begin anew', async () => {
  const set = await setOf20();
  const folder = await killedAt(set, COUNT, [100]);
  expect((await stoppedNote(folder, 'files')).addTo?.id).toBe(set.id);
  await removeNumbers(set.id, Uint32Array.of(3));
  await expect(stoppedNote(folder, 'files')).rejects.toThrow('Garden has changed since');
});

it('where the set was deleted meanwhile, becomes a set of what it copied', async () => {
  const set = await setOf20();
  const folder = await killedAt(set, 5, []);
  await removeStored(set.id);
  expect((await useStopped(folder)).count).toBe(5);
});

it('where a square had been cut by hand, has it and that of the import, in the place of the set or beside it', async () => {
  const before = await setOf20();
  const pixels = shownPixels(77);
  const square = { region: { left: 1, top: 2, edge: 3 }, differenceHash: new Uint8Array(8), pixels };
  const { info: set } = await changeSquare(before.id, 3, square);
  const folders = [await killedAt(set, 5, []), await killedAt(set, COUNT, [100])];
  const goneOn = await openStored((await useStopped(folders[1] ?? '')).id);
  const beside = await openStored((await useStopped(folders[0] ?? '')).id);
  expect([goneOn?.info.count, beside?.info.count]).toEqual([COUNT + 1, 5]);
  for (const one of [goneOn, beside]) expect(one?.edits?.squareOf(3)).toEqual(square);
  expect(goneOn?.recordOf(3)?.pixelsCrc).toBe(crc32(shownPixels(3)));
});

it('of the same pixels as the set that came meanwhile, is found by the ids that that set had', async () => {
  const set = await setOf20();
  const folder = await killedAt(set, COUNT, [100]);
  const before = await openStored(set.id);
  if (!before) throw new Error('there is no set');
  const draft = await draftOf('Garden', addTo(set));
  await copyPictures(before, draft);
  await pushMade(draft, 100);
  const { info: changed } = await completeDraft(draft, 'Garden', before);
  const info = await useStopped(folder);
  expect(await sets()).toEqual([{ id: changed.id, count: COUNT + 1 }]);
  expect([info.id, (await openStored(set.id))?.info.id]).toEqual([changed.id, changed.id]);
});

it('where captions were changed meanwhile, becomes a set beside it, and does not go on', async () => {
  const set = await setOf20();
  const folder = await killedAt(set, COUNT, [100]);
  await changeCaptions(set.id, Uint32Array.of(3), () => 'typed by hand');
  await expect(stoppedNote(folder, 'files')).rejects.toThrow('Garden has changed since');
  expect((await useStopped(folder)).count).toBe(COUNT + 1);
  const { textsOf } = (await openStored(set.id))!;
  expect(unpackTexts(textsOf(3)).caption).toBe('typed by hand');
});
