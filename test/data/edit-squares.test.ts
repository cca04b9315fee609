// Claims: a picture is cut again from its file, found among those at hand by its place, its path and its
// bytes and by nothing else; tile and training have the pixels of that square, resized as an import resizes;
// the set is another one by its fingerprint, and the first one again once the square is that of the import; a
// full disk and a changed file leave all as it was. Files that are pixels already, on the disk in memory.
import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DatasetInfo } from '../../src/data/api.ts';
import { Browse } from '../../src/data/browse/browse.ts';
import type { PicturesQuery } from '../../src/data/browse-api.ts';
import { decodePicture } from '../../src/data/decode-picture.ts';
import { openStored } from '../../src/data/open-stored.ts';
import { importPictures } from '../../src/data/own-pictures.ts';
import { listStored } from '../../src/data/picture-store.ts';
import { resizeRegion } from '../../src/data/resize.ts';
import { openPictures } from '../../src/data/sets.ts';
import type { Chosen, Source } from '../../src/data/sources/source.ts';
import { differenceHash } from '../../src/data/store/difference-hash.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { stampOf } from '../../src/trainer/run.ts';
import { openRunPictures } from '../../src/trainer/run-pictures.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import { storeOn } from './memory-storage.ts';
import { noise } from './noise.ts';

const COUNT = 5;
const [WIDTH, HEIGHT, SIZE] = [24, 16, 16];

let disk: MemoryDisk;
let browse: Browse;
beforeEach(() => {
  storeOn((disk = new MemoryDisk()));
  browse = new Browse(() => Promise.resolve());
});
afterAll(() => vi.unstubAllGlobals());

/** [HEIGHT, WIDTH, 3] bytes of picture i. */
const RANDOM = noise(COUNT * WIDTH * HEIGHT * 3 + 1);
const fileOf = (i: number): Uint8Array<ArrayBuffer> =>
  RANDOM.slice(i * WIDTH * HEIGHT * 3, (i + 1) * WIDTH * HEIGHT * 3);

/** `name`: of picture i. */
function sourceOf(bytesOf = fileOf, name = (i: number) => `folder/${i}.raw`, count = COUNT): Source {
  const facts = { kind: 'Made', count, choices: [], licence: '', ignored: [], warnings: [], unused: [] };
  return {
    facts,
    async *entries(from) {
      for (let i = from; i < count; i++)
        yield await Promise.resolve({
          number: i,
          path: name(i),
          picture: {
            ...{ kind: 'pixels' as const, width: WIDTH, height: HEIGHT, channels: 3 as const },
            read: () => Promise.resolve(bytesOf(i)),
          },
          caption: `picture ${i}`,
          className: '',
        });
    },
  };
}

async function imported(addTo: string | null = null, source = sourceOf(), chosen: Chosen = {}) {
  const decoder = { atOnce: 1, decode: decodePicture, close: () => undefined };
  const tools = { decoder, onProgress: () => undefined, signal: new AbortController().signal };
  const target = { title: 'Garden', size: SIZE, addTo, fingerprint: `files ${addTo}` };
  const report = await importPictures(source, chosen, target, tools);
  if (!report) throw new Error('nothing was imported');
  return report.info;
}

/** One file with a picture that is in no other. */
const other = sourceOf(
  (i) => fileOf(i).map((byte) => 255 - byte),
  (i) => `added/${i}.raw`,
  1,
);

/** The square of picture i as an import would resize it. */
const cutOf = (i: number, left: number, top: number, edge: number): number[] => [
  ...resizeRegion(fileOf(i), { width: WIDTH, channels: 3 }, { left, top, edge }, SIZE),
];
const open = (id: string) => openPictures(id, { imageSize: SIZE, maxImages: 1e6 });
const pixelsOf = async (id: string): Promise<number[][]> => {
  const set = await open(id);
  return Promise.all(Array.from({ length: set.count }, async (_, i) => [...(await set.read(i))]));
};
const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
};
const cut = (dataset: string, index: number, square: Parameters<Browse['cutSquare']>[0]['square']) =>
  browse.cutSquare({ dataset, index, square }, [sourceOf()]);
const all = (dataset: string): PicturesQuery => ({
  ...{ dataset, search: '', word: null, className: null, only: 'all', order: 'stored' },
});
const imports = (): string[] =>
  [...disk.files].flatMap(([path, file]) => (path.endsWith('edits.bin') ? [] : [path, sha256(file.read())]));

const MIDDLE = { left: 4, top: 0, edge: 16 };
const CORNER = { left: 1, top: 3, edge: 9 };

describe('a square that is cut by hand', () => {
  it('is what tile and training see, resized as by an import; nothing of the import is written', async () => {
    const set = await imported();
    const before = imports();
    const asked = await browse.original({ dataset: set.id, index: 2 }, [sourceOf()]);
    expect(asked).toMatchObject({ width: WIDTH, height: HEIGHT, square: MIDDLE, imported: MIDDLE });
    expect([...(asked?.shown.rgba.slice(0, 4) ?? [])]).toEqual([...fileOf(2).slice(0, 3), 255]);
    const held = await open(set.id);
    const { info, changed, canUndo } = await cut(set.id, 2, CORNER);
    expect({ changed, canUndo }).toEqual({ changed: 1, canUndo: true });
    expect(imports()).toEqual(before);
    const pixels = await pixelsOf(info.id);
    expect(pixels[2]).toEqual(cutOf(2, 1, 3, 9));
    expect(pixels[3]).toEqual(cutOf(3, 4, 0, 16));
    const sheet = await browse.tiles({ dataset: info.id, indices: Uint32Array.of(2), edge: SIZE });
    expect([...sheet.rgba].filter((_, at) => at % 4 !== 3)).toEqual(pixels[2]);
    const again = await browse.original({ dataset: info.id, index: 2 }, [sourceOf()]);
    expect(again).toMatchObject({ square: CORNER, imported: MIDDLE });
    const notes = await browse.notes({ dataset: info.id, indices: Uint32Array.of(2, 3) });
    expect(notes.map((note) => note.cut)).toEqual([true, false]);
    // Who had opened the set reads what it was.
    expect([...(await held.read(2))]).toEqual(cutOf(2, 4, 0, 16));
    expect(await held.isCurrent()).toBe(false);
    const record = (await openStored(info.id))?.edits?.squareOf(2);
    expect(record?.differenceHash).toEqual(differenceHash(Uint8Array.from(pixels[2] ?? []), SIZE));
  });

  it('makes the set another one: SHA-256 over "cut from", numbers and pixels; the captions stay', async () => {
    const set = await imported();
    const one = await cut(set.id, 3, CORNER);
    const { info } = await cut(one.info.id, 1, { left: 8, top: 0, edge: 16 });
    const digest = (i: number, ...of: [number, number, number]): Buffer =>
      createHash('sha256')
        .update(Uint8Array.from(cutOf(i, ...of)))
        .digest();
    expect(info.fingerprint).toBe(
      sha256(
        ...[`cut from ${set.fingerprint}`, Buffer.from([1, 0, 0, 0]), digest(1, 8, 0, 16)],
        ...[Buffer.from([3, 0, 0, 0]), digest(3, 1, 3, 9)],
      ),
    );
    expect(info).toMatchObject({ words: set.words, count: COUNT, imported: set.fingerprint });
    expect(await listStored()).toEqual([info]);
    for (const id of [set.id, one.info.id]) expect((await openStored(id))?.info).toEqual(info);
    // Beside pictures that are removed, in either order.
    const less = await browse.remove({ dataset: info.id, indices: Uint32Array.of(1, 4) });
    const removed = Buffer.from([1, 0, 0, 0, 4, 0, 0, 0]);
    expect(less?.fingerprint).toBe(sha256(`removed from ${info.fingerprint}`, removed));
    const back = await cut(less?.id ?? '', 1, null);
    const all3 = await browse.restore({ dataset: back.info.id, indices: Uint32Array.of(1, 4) });
    expect(all3).toEqual(one.info);
  });

  it('is undone in the order of all changes, and is the first set again as that of the import', async () => {
    const set = await imported();
    const one = await cut(set.id, 0, CORNER);
    await browse.editCaptions({
      ...{ dataset: one.info.id, indices: Uint32Array.of(0, 1), edit: { kind: 'set', caption: 'x' } },
    });
    const two = await cut(one.info.id, 0, { left: 5, top: 2, edge: 12 });
    expect((await new Browse(() => Promise.resolve()).find(all(two.info.id))).undoable).toEqual([
      { of: 'squares', pictures: 1 },
      { of: 'captions', pictures: 2 },
      { of: 'squares', pictures: 1 },
    ]);
    const undone = await browse.undoEdit(two.info.id);
    expect(undone).toMatchObject({ changed: 1, info: { id: one.info.id } });
    expect((await pixelsOf(one.info.id))[0]).toEqual(cutOf(0, 1, 3, 9));
    expect(await browse.undoEdit(one.info.id)).toMatchObject({ changed: 2, info: one.info });
    expect(await browse.undoEdit(one.info.id)).toEqual({ info: set, changed: 1, canUndo: false });
    // The same square as the import has is none that was cut by hand.
    await cut(set.id, 0, CORNER);
    expect((await cut(set.id, 0, MIDDLE)).info).toEqual(set);
    await cut(set.id, 4, CORNER);
    expect((await cut(set.id, 4, null)).info).toEqual(set);
    expect(await cut(set.id, 4, null)).toMatchObject({ changed: 0, info: set });
    expect(
      (await pixelsOf(set.id)).map((pixels, i) => `${i} ${String(pixels) === String(cutOf(i, 4, 0, 16))}`),
    ).toEqual(Array.from({ length: COUNT }, (_, i) => `${i} true`));
  });

  it('lies whole within the picture, wherever it was asked for', async () => {
    const set = await imported();
    const { info } = await cut(set.id, 0, { left: 20.4, top: -3, edge: 11.6 });
    expect((await openStored(info.id))?.edits?.squareOf(0)?.region).toEqual({ left: 12, top: 0, edge: 12 });
    expect((await pixelsOf(info.id))[0]).toEqual(cutOf(0, 12, 0, 12));
  });

  it('stays when pictures are added, and when many changes are put together', async () => {
    const set = await imported();
    let { info } = await cut(set.id, 1, CORNER);
    for (let i = 0; i < 80; i++)
      ({ info } = await browse.editCaptions({
        ...{
          dataset: info.id,
          indices: Uint32Array.of(i % COUNT),
          edit: { kind: 'set', caption: `${i} `.repeat(2000) },
        },
      }));
    expect((await openStored(info.id))?.edits?.mark.steps.length).toBeLessThan(70);
    expect((await pixelsOf(info.id))[1]).toEqual(cutOf(1, 1, 3, 9));
    const more = await imported(info.id, other);
    expect(more.count).toBe(COUNT + 1);
    expect((await pixelsOf(more.id))[1]).toEqual(cutOf(1, 1, 3, 9));
  });

  it('is one of its file still where pictures are added, and can be that of the import again', async () => {
    const set = await imported();
    const { info } = await cut(set.id, 1, CORNER);
    const less = await browse.remove({ dataset: info.id, indices: Uint32Array.of(0) });
    const more = await imported(less?.id ?? '', other);
    expect(more.count).toBe(COUNT);
    expect((await pixelsOf(more.id))[0]).toEqual(cutOf(1, 1, 3, 9));
    const asked = await browse.original({ dataset: more.id, index: 0 }, [sourceOf()]);
    expect(asked).toMatchObject({ square: CORNER, imported: MIDDLE });
    expect((await browse.find(all(more.id))).undoable).toEqual([]);
    const back = await cut(more.id, 0, null);
    expect((await pixelsOf(back.info.id))[0]).toEqual(cutOf(1, 4, 0, 16));
    const digest = createHash('sha256').update(Uint8Array.from(cutOf(1, 1, 3, 9)));
    expect(more.fingerprint).toBe(
      sha256(`cut from ${back.info.fingerprint}`, new Uint8Array(4), digest.digest()),
    );
    for (const id of [set.id, info.id, less?.id ?? '', more.id])
      expect((await openStored(id))?.info).toEqual(back.info);
    // It is carried again with the next ones.
    const again = await cut(back.info.id, 0, CORNER);
    const most = await imported(again.info.id, sourceOf(fileOf, undefined, 1));
    expect((await openStored(most.id))?.edits?.squareOf(0)?.region).toEqual(CORNER);
  });

  it('is not stored a second time where its file is added again, with others', async () => {
    const set = await imported();
    const { info } = await cut(set.id, 1, CORNER);
    expect((await imported(info.id)).id).toBe(info.id);
    const again = sourceOf(
      (i) => (i < COUNT ? fileOf(i) : fileOf(0).map((byte) => 255 - byte)),
      undefined,
      6,
    );
    const more = await imported(info.id, again);
    expect(more.count).toBe(COUNT + 1);
    expect((await pixelsOf(more.id))[1]).toEqual(cutOf(1, 1, 3, 9));
  });

  it('for want of room is not cut, and can be cut once there is some', async () => {
    const set = await imported();
    disk.quotaBytes = [...disk.files.values()].reduce((sum, { size }) => sum + size, 300);
    await expect(cut(set.id, 0, CORNER)).rejects.toThrow('The storage is full');
    expect(await listStored()).toEqual([set]);
    expect((await pixelsOf(set.id))[0]).toEqual(cutOf(0, 4, 0, 16));
    disk.quotaBytes = Infinity;
    expect((await cut(set.id, 0, CORNER)).changed).toBe(1);
  });
});

it('captions that were changed by hand count as such once pictures are added: no import takes their place', async () => {
  const set = await imported();
  const one = Uint32Array.of(1);
  await browse.editCaptions({ dataset: set.id, indices: one, edit: { kind: 'set', caption: 'typed' } });
  const more = await imported(set.id, other);
  expect(await browse.notes({ dataset: more.id, indices: one })).toMatchObject([
    { caption: 'typed', edited: true },
  ]);
  const bytesOf = (i: number) => (i < COUNT ? fileOf(i) : fileOf(0).map((byte) => 255 - byte));
  expect(await imported(null, sourceOf(bytesOf, undefined, COUNT + 1))).toEqual(more);
});

describe('the file of a picture', () => {
  const asked = (set: DatasetInfo, ...sources: Source[]) =>
    browse.original({ dataset: set.id, index: 3 }, sources);

  it('is not at hand among other files, or none', async () => {
    const set = await imported();
    expect(await asked(set)).toBeNull();
    expect(
      await asked(
        set,
        sourceOf(fileOf, (i) => `${i}.other`, 2),
      ),
    ).toBeNull();
    await expect(browse.cutSquare({ dataset: set.id, index: 3, square: CORNER }, [])).rejects.toThrow(
      'folder/3.raw is not at hand any more',
    );
  });

  it('is found alone, renamed, in another folder, in another order, among others', async () => {
    const set = await imported();
    const only = sourceOf(
      () => fileOf(3),
      () => '3.raw',
      1,
    );
    const renamed = sourceOf(
      () => fileOf(3),
      () => 'x.raw',
      1,
    );
    const turned = sourceOf(
      (i) => fileOf(COUNT - 1 - i),
      (i) => `else/${COUNT - 1 - i}.raw`,
    );
    for (const sources of [[only], [renamed], [turned], [turned, only]])
      expect(await asked(set, ...sources)).toMatchObject({ square: MIDDLE });
  });

  it('is framed as its own import was, not as one that added pictures later', async () => {
    const set = await imported();
    const more = await imported(set.id, other, { crop: 'tight' });
    expect(await asked(more, sourceOf())).toMatchObject({ imported: MIDDLE });
    const added = await browse.original({ dataset: more.id, index: COUNT }, [other]);
    expect(added?.imported.edge).toBeLessThan(MIDDLE.edge);
  });

  it('is looked for in files of the import only, where no others were chosen, and no longer than wanted', async () => {
    const set = await imported();
    const stop = new AbortController();
    let tried = 0;
    const counting = sourceOf(fileOf, (i) => {
      if (++tried === 2) stop.abort();
      return `${i}.other`;
    });
    const { signal } = new AbortController();
    const among = (source: Source, files: string | null, until = signal) =>
      browse.original({ dataset: set.id, index: 3 }, [source], { files, signal: until });
    expect(await among(counting, 'other files')).toBeNull();
    expect(tried).toBe(0);
    for (const files of ['files null', null])
      expect(await among(sourceOf(), files)).toMatchObject({ square: MIDDLE });
    expect(await among(counting, null, stop.signal)).toBeNull();
    expect(tried).toBe(2);
  });

  it('is not looked for a second time when its square is saved, also among files that were chosen since', async () => {
    const set = await imported();
    let entries = 0;
    const counting = sourceOf(fileOf, (i) => {
      entries++;
      return `else/${COUNT - i}.raw`;
    });
    expect(await asked(set, counting)).toMatchObject({ square: MIDDLE });
    const looked = entries;
    const saved = await browse.cutSquare({ dataset: set.id, index: 3, square: CORNER }, [counting]);
    expect((await pixelsOf(saved.info.id))[3]).toEqual(cutOf(3, 1, 3, 9));
    expect([looked > 0, entries - looked]).toEqual([true, 0]);
    await browse.cutSquare({ dataset: saved.info.id, index: 3, square: { left: 0, top: 0, edge: 8 } }, []);
    await expect(browse.cutSquare({ dataset: set.id, index: 2, square: CORNER }, [])).rejects.toThrow(
      'is not at hand any more',
    );
  });

  it('that has changed since is said to be another one, and nothing is cut', async () => {
    const set = await imported();
    const changed = sourceOf((i) => fileOf(i).fill(7, 0, 1));
    await expect(asked(set, changed)).rejects.toThrow('folder/3.raw is not the file that was imported');
    await expect(browse.cutSquare({ dataset: set.id, index: 3, square: CORNER }, [changed])).rejects.toThrow(
      'is not the file that was imported',
    );
    // One that cannot be read any more is not at hand.
    const gone = sourceOf(() => {
      throw new DOMException('it has changed', 'NotReadableError');
    });
    await expect(asked(set, gone)).rejects.toThrow('is not the file that was imported');
    expect(await listStored()).toEqual([set]);
  });
});

it('a run finds its files imported again, is told what is not so any more, and goes on once it is', async () => {
  const set = await imported();
  const less = await browse.remove({ dataset: set.id, indices: Uint32Array.of(4) });
  const { info } = await cut(less?.id ?? '', 0, CORNER);
  const config = { ...presetConfig('tiny'), dataset: info.id, imageSize: SIZE };
  const began = stampOf(await open(info.id));
  expect(began).toMatchObject({ imported: set.fingerprint, count: COUNT - 1 });
  storeOn((disk = new MemoryDisk()));
  expect((await openRunPictures(config, began, null)).set).toBeNull();
  expect(await imported()).toEqual(set);
  const told = async () => (await openRunPictures(config, began, null)).fault;
  expect((await told())?.what).toContain('but 1 picture that had been removed by then is among them');
  await browse.remove({ dataset: set.id, indices: Uint32Array.of(4) });
  expect((await told())?.what).toContain('but others are removed, or cut by hand');
  await cut(set.id, 0, CORNER);
  expect(await told()).toBeNull();
});
