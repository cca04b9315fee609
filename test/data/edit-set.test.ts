// Claims: pictures are removed and captions changed without a byte of the import being written again; the
// set's fingerprints say what it is then, and come back with what was taken back; a change is there whole or
// not at all (at every byte: edit-log.test.ts); who has opened the set is not disturbed. On the disk in
// memory.
import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { completeDraft } from '../../src/data/draft-folder.ts';
import { changeCaptions, undoEdit } from '../../src/data/edit-captions.ts';
import { removeNumbers, restoreNumbers } from '../../src/data/edit-pictures.ts';
import { openStored } from '../../src/data/open-stored.ts';
import { listStored } from '../../src/data/picture-store.ts';
import { openPictures } from '../../src/data/sets.ts';
import { unpackTexts } from '../../src/data/store/texts.ts';
import { FaultError } from '../../src/fault.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import VERSION_1 from '../fixtures/pictures-version-1.json' with { type: 'json' };
import { draftOf, madeSet, MADE_SIZE, pushMade, shownPixels } from './made-set.ts';
import { storeOn } from './memory-storage.ts';

const COUNT = 9;

let disk: MemoryDisk;
const start = (on: MemoryDisk): void => storeOn((disk = on));
beforeEach(() => start(new MemoryDisk()));
afterAll(() => vi.unstubAllGlobals());

const made = (caption = (i: number) => `picture ${i}`) =>
  madeSet(
    Array.from({ length: COUNT }, (_, i) => ({ caption: caption(i), className: i < 4 ? 'low' : 'high' })),
  );

async function opened(id: string) {
  const set = await openStored(id);
  if (!set) throw new Error('there is no set');
  return set;
}

/** All that a reader sees of a set. */
async function seen(id: string): Promise<unknown> {
  const { info, earlier, active, textsOf, edits } = await opened(id);
  const pictures = Array.from({ length: COUNT }, (_, i) => [
    unpackTexts(textsOf(i)),
    edits?.isEdited(i) ?? false,
  ]);
  return { info, earlier, active: [...active], pictures, canUndo: (edits?.mark.steps.length ?? 0) > 0 };
}

/** The files that an import wrote, by name. */
const imported = (): Record<string, string> =>
  Object.fromEntries(
    [...disk.files]
      .filter(([path]) => !path.endsWith('edits.bin'))
      .map(([path, file]) => [path, createHash('sha256').update(file.read()).digest('hex')]),
  );

const captionsOf = async (id: string): Promise<string[]> => {
  const set = await openPictures(id, { imageSize: MADE_SIZE, maxImages: 1e6 });
  return Array.from({ length: set.count }, (_, i) => set.caption(i));
};

const upper = (caption: string): string => caption.toUpperCase();
const of = (...numbers: number[]): Uint32Array<ArrayBuffer> => Uint32Array.from(numbers);

describe('pictures that are removed', () => {
  it('are passed over by every reader, and nothing of the import is written', async () => {
    const set = await made();
    const before = imported();
    const info = await removeNumbers(set.id, of(2, 7));
    expect(imported()).toEqual(before);
    expect(info).toMatchObject({ count: COUNT - 2, title: 'Garden', words: set.words });
    const left = await openPictures(info?.id ?? '', { imageSize: MADE_SIZE, maxImages: 1e6 });
    const kept = [0, 1, 3, 4, 5, 6, 8];
    expect(left.count).toBe(kept.length);
    for (const [i, number] of kept.entries()) {
      expect([...(await left.read(i))]).toEqual([...shownPixels(number)]);
      expect([...(await left.stored.read(i))]).toEqual([...shownPixels(number)]);
      expect(left.caption(i)).toBe(`picture ${number}`);
      expect(left.fileName(i)).toBe(`${number}.png`);
      expect(left.className(i)).toBe(number < 4 ? 'low' : 'high');
    }
  });

  it('make another fingerprint: SHA-256 over "removed from", the first one and their numbers', async () => {
    const set = await made();
    const info = await removeNumbers(set.id, of(7, 2));
    const sum = createHash('sha256').update(`removed from ${set.fingerprint}`);
    sum.update(Buffer.from([2, 0, 0, 0, 7, 0, 0, 0]));
    expect(info?.fingerprint).toBe(sum.digest('hex'));
    expect(info?.id).toBe(`own-${info?.fingerprint.slice(0, 8)}`);
    expect((await listStored()).map(({ id }) => id)).toEqual([info?.id]);
  });

  it('leave former ids to find the set by, and come back with the first fingerprint', async () => {
    const set = await made();
    const one = await removeNumbers(set.id, of(2));
    const two = await removeNumbers(one?.id ?? '', of(3));
    for (const id of [set.id, one?.id ?? '']) expect((await opened(id)).info).toEqual(two);
    expect(await restoreNumbers(two?.id ?? '', of(3))).toEqual(one);
    expect(await restoreNumbers(two?.id ?? '', of(2, 3))).toEqual(set);
    for (const id of [one, two]) expect((await opened(id?.id ?? '')).info).toEqual(set);
    expect((await opened(set.id)).earlier).not.toContain(set.id);
  });

  it('are never all of them', async () => {
    const set = await made();
    expect(await removeNumbers(set.id, of(...Array(COUNT).keys()))).toBeNull();
    expect((await opened(set.id)).info).toEqual(set);
    const one = await removeNumbers(set.id, of(...Array(COUNT - 1).keys()));
    expect(one?.count).toBe(1);
    expect(await removeNumbers(one?.id ?? '', of(COUNT - 1))).toBeNull();
    expect(await listStored()).toEqual([one]);
  });

  it('are not restored into a set that was imported again', async () => {
    const set = await made();
    const less = await removeNumbers(set.id, of(2));
    await made();
    expect(await listStored()).toHaveLength(2);
    await expect(restoreNumbers(less?.id ?? '', of(2))).rejects.toThrow('are a set of their own already');
  });
});

describe('captions that are changed', () => {
  it('give the set the words of one that was imported with them, and the pixels stay', async () => {
    const set = await made();
    const before = imported();
    const changed = await changeCaptions(set.id, of(0, 1, 2, 3, 4, 5, 6, 7, 8), upper);
    expect(imported()).toEqual(before);
    expect(changed).toMatchObject({ changed: COUNT, canUndo: true });
    expect(await captionsOf(set.id)).toEqual(Array.from({ length: COUNT }, (_, i) => `PICTURE ${i}`));
    start(new MemoryDisk());
    expect(changed.info).toEqual(await made((i) => `PICTURE ${i}`));
  });

  it('stay where the same pictures are imported once more', async () => {
    const set = await made();
    const { info } = await changeCaptions(set.id, of(2), upper);
    const before = await seen(set.id);
    expect(await made((i) => `another ${i}`)).toEqual(info);
    expect(await seen(set.id)).toEqual(before);
    expect(await listStored()).toEqual([info]);
    await undoEdit(set.id);
    expect(await made((i) => `another ${i}`)).not.toEqual(set);
  });

  it('are said to have stayed where those of the files are others', async () => {
    const again = async (caption: (i: number) => string) => {
      const draft = await draftOf('Garden', null);
      for (let i = 0; i < COUNT; i++) await pushMade(draft, i, { caption: caption(i), className: 'flower' });
      return (await completeDraft(draft, 'Garden', null)).keptCaptions;
    };
    const flower = (i: number): string => `flower ${i}`;
    expect(await again(flower)).toBe(false);
    const [set] = await listStored();
    await changeCaptions(set?.id ?? '', of(2), () => 'typed');
    expect(await again(flower)).toBe(true);
    expect(await again((i) => (i === 2 ? 'typed' : flower(i)))).toBe(false);
  });

  it('are counted where they become others, and say when none is left', async () => {
    const set = await made();
    expect(await changeCaptions(set.id, of(1, 2), (caption) => caption.replace('2', 'two'))).toMatchObject({
      changed: 1,
    });
    const none = await changeCaptions(set.id, of(...Array(COUNT).keys()), () => '');
    expect(none).toMatchObject({ changed: COUNT, info: { captions: false } });
    expect((await undoEdit(set.id)).info.captions).toBe(true);
  });

  it('are taken back one change after another, whatever was removed between them', async () => {
    const set = await made();
    const first = await changeCaptions(set.id, of(1, 2), upper);
    const less = await removeNumbers(set.id, of(4));
    const second = await changeCaptions(less?.id ?? '', of(2, 3), () => 'both\nof them');
    expect(second.info.id).toBe(less?.id);
    expect(await undoEdit(set.id)).toEqual({
      info: { ...less, words: first.info.words },
      changed: 2,
      canUndo: true,
    });
    expect((await captionsOf(set.id)).slice(0, 4)).toEqual([
      'picture 0',
      'PICTURE 1',
      'PICTURE 2',
      'picture 3',
    ]);
    expect(await undoEdit(set.id)).toMatchObject({
      info: { words: set.words },
      changed: 2,
      canUndo: false,
    });
    expect(await undoEdit(set.id)).toMatchObject({ changed: 0, canUndo: false });
    expect(await restoreNumbers(set.id, of(4))).toEqual(set);
  });

  it('do not reach a set that was opened before', async () => {
    const set = await made();
    await changeCaptions(set.id, of(0), () => 'first');
    const reader = await openPictures(set.id, { imageSize: MADE_SIZE, maxImages: 1e6 });
    await changeCaptions(set.id, of(0, 1), () => 'second');
    await removeNumbers(set.id, of(0));
    expect([0, 1].map((i) => reader.caption(i))).toEqual(['first', 'picture 1']);
    expect([...(await reader.read(0))]).toEqual([...shownPixels(0)]);
    expect(reader.count).toBe(COUNT);
  });

  it('are changed in a set of version 1 too', async () => {
    const folder = disk.directory('pictures/');
    for (const [name, text] of Object.entries(VERSION_1)) {
      const file = await folder.openFile('import-1', name, true);
      file.write(
        Uint8Array.from(atob(text), (char) => char.charCodeAt(0)),
        { at: 0 },
      );
      file.flush();
      file.close();
    }
    const { info } = await changeCaptions('own-29927b32', of(1), () => 'new');
    expect(info.words).toMatch(/^[0-9a-f]{64}$/);
    const less = await removeNumbers(info.id, of(0));
    const { textsOf, active } = await opened(less?.id ?? '');
    expect(Array.from(active, (number) => unpackTexts(textsOf(number)))).toEqual([
      { name: 'folder/p1.png', className: '', caption: 'new' },
      { name: 'folder/p2.png', className: '', caption: 'zwei Wörter' },
    ]);
  });
});

/** A set with changes of all kinds, on this disk. */
async function changedSet(): Promise<string> {
  const { id } = await made();
  await changeCaptions(id, of(0, 1, 2), upper);
  await removeNumbers(id, of(5));
  await changeCaptions(id, of(2, 8), () => 'eight');
  return id;
}

describe('a change', () => {
  it.each([0, 1, 2, 3])('that stops at write or flush %i of it is there whole or not at all', async (at) => {
    const id = await changedSet();
    const base = disk.restarted('all');
    const before = await seen(id);
    const change = () => changeCaptions(id, of(0, 4), upper);
    await change();
    const after = await seen(id);
    for (const bytes of [0, 100]) {
      start(base.restarted('all'));
      disk.fail({ at, how: 'stops', bytes });
      await expect(change()).rejects.toThrow();
      const torn = disk;
      for (const survival of ['all', 'none'] as const) {
        start(torn.restarted(survival));
        expect([before, after]).toContainEqual(await seen(id));
      }
    }
  });

  it('for want of room leaves the set as it was, and can be made again', async () => {
    const id = await changedSet();
    const before = await seen(id);
    disk.quotaBytes = [...disk.files.values()].reduce((sum, { size }) => sum + size, 20);
    const long = changeCaptions(id, of(0), () => 'long'.repeat(100));
    await expect(long).rejects.toThrow(FaultError);
    expect(await seen(id)).toEqual(before);
    disk.quotaBytes = Infinity;
    expect(await changeCaptions(id, of(0), () => 'long'.repeat(100))).toMatchObject({ changed: 1 });
  });

  it('by bits that changed since is said', async () => {
    const id = await changedSet();
    const [path = ''] = [...disk.files.keys()].filter((name) => name.endsWith('edits.bin'));
    disk.rot(path, disk.fileAt(path).size - 3);
    await expect(openStored(id)).rejects.toThrow('changes of a set of pictures are damaged');
  });
});

describe('very many changes', () => {
  const editsBytes = (): number => {
    const [path = ''] = [...disk.files.keys()].filter((name) => name.endsWith('edits.bin'));
    return disk.fileAt(path).size;
  };

  it('do not fill the disk, and the newest can be taken back', async () => {
    const { id } = await made();
    const text = (change: number) => `${change} `.repeat(2000);
    // Each is of about 9 x 6 kB.
    for (let change = 0; change < 40; change++)
      await changeCaptions(id, of(...Array(COUNT).keys()), (caption) => text(change) + caption.slice(-9));
    // At most 23 changes of 54 kB, and behind them what counts of them once more.
    expect(editsBytes()).toBeLessThan(131_072 + 56_000 * (23 + 18));
    expect((await captionsOf(id))[3]).toBe(`${text(39)}picture 3`);
    for (let change = 38; change > 24; change--) {
      await undoEdit(id);
      expect((await captionsOf(id))[3]).toBe(`${text(change)}picture 3`);
    }
  });

  it('of one picture each are put together, and stay', async () => {
    const { id } = await made();
    for (let change = 0; change < 100; change++)
      await changeCaptions(id, of(change % COUNT), () => `change ${change}`);
    const set = await opened(id);
    expect(set.edits?.mark.steps.length).toBeLessThanOrEqual(65);
    expect(await captionsOf(id)).toEqual(
      Array.from({ length: COUNT }, (_, i) => `change ${i + COUNT * Math.floor((99 - i) / COUNT)}`),
    );
  });
});
