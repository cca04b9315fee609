// Claims: what the view "Pictures" asks of a set: pictures are found by text, word, class, size and
// sharpness, removed ones apart; words and classes are counted by pictures; duplicates and the nearest
// pictures are those that are; captions leave the browser in forms that others read; built-in sets are looked
// through, and not changed. On the disk in memory.
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Browse } from '../../../src/data/browse/browse.ts';
import type { PicturesQuery } from '../../../src/data/browse-api.ts';
import { drawShape } from '../../../src/data/shapes.ts';
import { FaultError } from '../../../src/fault.ts';
import { openZip } from '../../../src/formats/zip-reader.ts';
import { MemoryDisk } from '../../checkpoint/memory-disk.ts';
import { type MadePicture, madeSet, MADE_SIZE, shownPixels } from '../made-set.ts';
import { storeOn } from '../memory-storage.ts';

let browse: Browse;
beforeEach(() => {
  storeOn(new MemoryDisk());
  browse = new Browse(() => Promise.resolve());
});
afterAll(() => vi.unstubAllGlobals());

const PICTURES: MadePicture[] = [
  {
    name: 'a/Rose.jpg',
    className: 'flower',
    caption: 'a red rose\nred flower',
    width: 90,
    height: 60,
    source: 1,
  },
  { name: 'a/tree.jpg', className: 'tree', caption: 'A tree in red autumn', width: 3, height: 40, source: 2 },
  { name: 'b/rose.png', className: 'flower', caption: '', width: 50, height: 20, source: 1 },
  { name: 'b/no.png', className: 'flower', caption: 'nothing here', width: 0, height: 0 },
  { name: 'c/sky.png', className: 'sky', caption: 'blue sky', width: 300, height: 200, source: 1 },
];

const query = (dataset: string, asked: Partial<PicturesQuery> = {}): PicturesQuery => ({
  ...{ dataset, search: '', word: null, className: null, only: 'all', order: 'stored' },
  ...asked,
});
const found = async (id: string, asked: Partial<PicturesQuery> = {}): Promise<number[]> => [
  ...(await browse.find(query(id, asked))).indices,
];
const of = (...numbers: number[]): Uint32Array<ArrayBuffer> => Uint32Array.from(numbers);

/** The entries of an archive. */
async function textsIn(zip: File): Promise<Record<string, string>> {
  const entries = await openZip(zip, { stored: true });
  const texts = entries.map(async (entry) => [entry.name, await (await entry.blob()).text()]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}

describe('pictures are found', () => {
  it('by text in captions and file names, by word, class and kind, all at once', async () => {
    const { id } = await madeSet(PICTURES);
    expect(await found(id)).toEqual([0, 1, 2, 3, 4]);
    expect(await found(id, { search: 'ROSE' })).toEqual([0, 2]);
    expect(await found(id, { search: 'Red au' })).toEqual([1]);
    expect(await found(id, { word: 'red' })).toEqual([0, 1]);
    expect(await found(id, { word: 're' })).toEqual([]);
    expect(await found(id, { className: 'flower' })).toEqual([0, 2, 3]);
    expect(await found(id, { className: 'flower', only: 'without-caption' })).toEqual([2]);
    expect(await found(id, { only: 'enlarged' })).toEqual([1]);
    expect(await found(id, { search: 'rose', word: 'flower', className: 'flower' })).toEqual([0]);
  });

  it('apart where they are removed, by numbers that stay', async () => {
    const { id } = await madeSet(PICTURES);
    const less = await browse.remove({ dataset: id, indices: of(1, 3) });
    const now = less?.id ?? '';
    expect(await browse.find(query(now))).toEqual({
      ...{ indices: of(0, 2, 4), of: 3, removed: 2, undoable: [] },
    });
    expect(await found(now, { only: 'removed' })).toEqual([1, 3]);
    expect(await found(now, { word: 'red' })).toEqual([0]);
    const notes = await browse.notes({ dataset: now, indices: of(3, 4) });
    expect(notes.map(({ removed }) => removed)).toEqual([true, false]);
    const sheet = await browse.tiles({ dataset: now, indices: of(4, 1), edge: MADE_SIZE });
    expect(sheet).toMatchObject({ size: MADE_SIZE, columns: 2, rows: 1 });
    expect(sheet.rgba[MADE_SIZE * 4 * 2 - 1]).toBe(255);
    // The last pixel of each, in a row of two pictures.
    const lastOf = (place: number) =>
      sheet.rgba[((MADE_SIZE - 1) * 2 + place) * MADE_SIZE * 4 + MADE_SIZE * 4 - 4];
    expect([lastOf(0), lastOf(1)]).toEqual([shownPixels(4).at(-1), shownPixels(1).at(-1)]);
  });

  it('in the order of their files and of their sharpness', async () => {
    const { id } = await madeSet(PICTURES);
    expect(await found(id, { order: 'smallest-source' })).toEqual([1, 2, 0, 4, 3]);
    const size = 8;
    const bytes = (value: (x: number, y: number) => number) =>
      Uint8Array.from({ length: size * size * 3 }, (_, i) =>
        value(Math.floor(i / 3) % size, Math.floor(i / 3 / size)),
      );
    const blurred = await madeSet(
      [
        { pixels: bytes((x, y) => ((x + y) % 2) * 200) },
        { pixels: bytes((x) => x * 20) },
        { pixels: bytes((x, y) => (x > 3 && y > 3 ? 100 : 0)) },
        { pixels: bytes(() => 77) },
      ],
      size,
    );
    expect(await found(blurred.id, { order: 'blurred-first' })).toEqual([1, 3, 2, 0]);
  });
});

describe('words and classes', () => {
  it('are counted by pictures, the most frequent first, of what is found', async () => {
    const { id } = await madeSet(PICTURES);
    const words = await browse.words(query(id));
    expect(words.slice(0, 3)).toEqual(
      [
        { word: 'red', times: 2 },
        { word: 'a', times: 2 },
        { word: 'autumn', times: 1 },
      ].sort((a, b) => b.times - a.times || (a.word < b.word ? -1 : 1)),
    );
    expect(await browse.words(query(id, { className: 'sky' }))).toEqual([
      { word: 'blue', times: 1 },
      { word: 'sky', times: 1 },
    ]);
    const classes = [
      { name: 'flower', count: 3 },
      { name: 'sky', count: 1 },
      { name: 'tree', count: 1 },
    ];
    expect(await browse.classes(id)).toEqual(classes);
    const less = await browse.remove({ dataset: id, indices: of(0, 1) });
    expect(await browse.classes(less?.id ?? '')).toEqual([
      { name: 'flower', count: 2 },
      { name: 'sky', count: 1 },
    ]);
    expect(await browse.classes((await madeSet([{}, {}])).id)).toEqual([]);
  });
});

describe('captions', () => {
  it('are changed, found anew, and taken back', async () => {
    const { id } = await madeSet(PICTURES);
    const edit = { kind: 'replace-word', word: 'red', by: 'crimson' } as const;
    const all = (await browse.find(query(id))).indices;
    expect(await browse.editCaptions({ dataset: id, indices: all, edit })).toMatchObject({
      changed: 2,
      canUndo: true,
    });
    expect(await found(id, { word: 'red' })).toEqual([]);
    expect(await found(id, { word: 'crimson' })).toEqual([0, 1]);
    const notes = await browse.notes({ dataset: id, indices: of(0, 3) });
    expect(notes).toEqual([
      {
        ...{
          index: 0,
          fileName: 'a/Rose.jpg',
          className: 'flower',
          caption: 'a crimson rose\ncrimson flower',
        },
        ...{ width: 90, height: 60, edited: true, cut: false, removed: false },
      },
      {
        ...{ index: 3, fileName: 'b/no.png', className: 'flower', caption: 'nothing here' },
        ...{ width: 0, height: 0, edited: false, cut: false, removed: false },
      },
    ]);
    expect(await browse.undoEdit(id)).toMatchObject({ changed: 2, canUndo: false });
    expect(await found(id, { word: 'red' })).toEqual([0, 1]);
  });

  it('that were changed can be taken back whoever looks', async () => {
    const { id } = await madeSet(PICTURES);
    await browse.editCaptions({ dataset: id, indices: of(0, 1), edit: { kind: 'prefix', text: 'x' } });
    await browse.editCaptions({ dataset: id, indices: of(2), edit: { kind: 'set', caption: 'y' } });
    const undoable = async () => (await new Browse(() => Promise.resolve()).find(query(id))).undoable;
    expect(await undoable()).toEqual([
      { of: 'captions', pictures: 2 },
      { of: 'captions', pictures: 1 },
    ]);
    await browse.undoEdit(id);
    expect(await undoable()).toEqual([{ of: 'captions', pictures: 2 }]);
  });

  it('of a set that has again the id that another had before are those that are shown', async () => {
    const { id } = await madeSet(PICTURES);
    await browse.remove({ dataset: id, indices: of(3) });
    expect(await found(id)).toEqual([0, 1, 2, 4]);
    await madeSet(PICTURES);
    expect(await found(id)).toEqual([0, 1, 2, 3, 4]);
  });

  it('that are changed at once take turns', async () => {
    const { id } = await madeSet(PICTURES);
    const add = (text: string) =>
      browse.editCaptions({ dataset: id, indices: of(4), edit: { kind: 'suffix', text } });
    await Promise.all([add('one'), add('two'), add('three')]);
    const [note] = await browse.notes({ dataset: id, indices: of(4) });
    expect(note?.caption).toBe('blue sky one two three');
  });

  it('leave as metadata.jsonl and as a zip of texts', async () => {
    const { id } = await madeSet([
      ...PICTURES,
      { name: '', caption: 'unknown file' },
      { name: 'a/Rose.png', caption: 'other' },
    ]);
    const less = (await browse.remove({ dataset: id, indices: of(1) }))?.id ?? '';
    const jsonl = await browse.exportCaptions({ dataset: less, form: 'metadata.jsonl' });
    expect(jsonl.name).toBe('metadata.jsonl');
    const rows = (await jsonl.text())
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(rows).toHaveLength(6);
    expect(rows.slice(0, 2)).toEqual([
      { file_name: 'a/Rose.jpg', text: 'a red rose', captions: ['a red rose', 'red flower'] },
      { file_name: 'b/rose.png', text: '', captions: [] },
    ]);
    expect(rows[4]).toMatchObject({ file_name: '000004.png', text: 'unknown file' });
    const zip = await browse.exportCaptions({ dataset: less, form: 'txt' });
    expect(zip.name).toBe('Garden-captions.zip');
    expect(await textsIn(zip)).toEqual({
      'a/Rose.txt': 'a red rose\nred flower\n',
      'b/no.txt': 'nothing here\n',
      'c/sky.txt': 'blue sky\n',
      '000004.txt': 'unknown file\n',
      'a/Rose.png.txt': 'other\n',
    });
  });
});

describe('pictures are compared', () => {
  it('by the bytes of their files, the largest first', async () => {
    const { id } = await madeSet(PICTURES);
    const exact = { dataset: id, kind: 'exact', distance: 0 } as const;
    expect(await browse.duplicates(exact)).toEqual({ groups: [of(4, 0, 2)], pictures: 3 });
    const less = await browse.remove({ dataset: id, indices: of(4) });
    expect(await browse.duplicates({ ...exact, dataset: less?.id ?? '' })).toEqual({
      groups: [of(0, 2)],
      pictures: 2,
    });
  });

  it('by what they show, flat ones left out', async () => {
    const size = 16;
    const shape = (index: number, brighter = 0) =>
      drawShape(index, size).map((byte) => Math.min(255, byte + brighter));
    const flat = (value: number) => new Uint8Array(size * size * 3).fill(value);
    const { id } = await madeSet(
      [
        { pixels: shape(0), width: 10, height: 10 },
        { pixels: shape(1) },
        { pixels: flat(1) },
        { pixels: shape(0, 1), width: 20, height: 10 },
        { pixels: flat(2) },
      ],
      size,
    );
    const near = { dataset: id, kind: 'near', distance: 4 } as const;
    expect(await browse.duplicates(near)).toEqual({ groups: [of(3, 0)], pictures: 2 });
  });

  it('with any picture after all were read once, which is told and can be stopped', async () => {
    // 2 MB are read at once: a quarter of this set.
    const size = 256;
    const made = Array.from({ length: 40 }, (_, i) => new Uint8Array(size * size * 3).fill(i + 1));
    const { id } = await madeSet(
      made.map((pixels) => ({ pixels })),
      size,
    );
    const read: number[] = [];
    let onRead = (done: number): void => void read.push(done);
    const looking = new Browse(
      () => Promise.resolve(),
      (done) => onRead(done),
    );
    const rgba = new Uint8ClampedArray(4 * size * size).fill(9);
    const nearest = () => looking.nearest({ dataset: id, rgba, size, count: 1 });
    const eighth = [{ index: 8, distance: 0 }];
    const asked: ReturnType<typeof nearest>[] = [];
    onRead = () => {
      onRead = (done) => read.push(done);
      looking.stopComparing();
      asked.push(nearest());
    };
    expect(await nearest()).toBeNull();
    expect(await asked[0]).toEqual(eighth);
    expect(read).toEqual([10, 20, 30]);
    await nearest();
    expect(read).toHaveLength(3);
  });

  it('with any picture, the nearest first, by the mean squared difference of 16 x 16', async () => {
    const size = 32;
    const count = 12;
    const { id } = await madeSet(
      Array.from({ length: count }, (_, i) => ({ pixels: drawShape(i, size) })),
      size,
    );
    const asked = drawShape(5, size).map((byte) => Math.min(255, byte + 3));
    const rgba = Uint8ClampedArray.from({ length: size * size * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : (asked[Math.floor(i / 4) * 3 + (i % 4)] ?? 0),
    );
    const nearest = (await browse.nearest({ dataset: id, rgba, size, count: 3 })) ?? [];
    const grey = (pixels: Uint8Array): number[] =>
      Array.from({ length: 256 }, (_, cell) => {
        let sum = 0;
        for (let y = 0; y < 2; y++)
          for (let x = 0; x < 2; x++) {
            const at = ((Math.floor(cell / 16) * 2 + y) * size + (cell % 16) * 2 + x) * 3;
            sum += 299 * (pixels[at] ?? 0) + 587 * (pixels[at + 1] ?? 0) + 114 * (pixels[at + 2] ?? 0);
          }
        return Math.round(sum / 4000);
      });
    const distance = (i: number): number => {
      const [a, b] = [grey(asked), grey(drawShape(i, size))];
      return a.reduce((sum, value, k) => sum + (value - (b[k] ?? 0)) ** 2, 0) / 256 / 255 ** 2;
    };
    const expected = Array.from({ length: count }, (_, index) => ({ index, distance: distance(index) }));
    expect(nearest).toEqual(expected.sort((a, b) => a.distance - b.distance).slice(0, 3));
    expect(nearest[0]?.index).toBe(5);
    const less = await browse.remove({ dataset: id, indices: of(5) });
    const again = await browse.nearest({ dataset: less?.id ?? '', rgba, size, count: 1 });
    expect(again?.[0]?.index).toBe(nearest[1]?.index);
  });
});

describe('a built-in set', () => {
  it('is looked through', async () => {
    const {
      of: count,
      removed,
      indices,
    } = await browse.find(query('shapes', { word: 'circle', className: 'circle' }));
    expect({ count, removed }).toEqual({ count: 1024, removed: 0 });
    const [note] = await browse.notes({ dataset: 'shapes', indices: indices.slice(0, 1) });
    expect(note).toMatchObject({ className: 'circle', fileName: '', width: 0 });
    expect((await browse.classes('shapes')).map(({ name }) => name).sort()).toEqual([
      'circle',
      'diamond',
      'ring',
      'square',
      'triangle',
    ]);
    const sheet = await browse.tiles({ dataset: 'shapes', indices: of(...Array(20).keys()), edge: 8 });
    expect(sheet).toMatchObject({ size: 8, columns: 16, rows: 2 });
    expect(await browse.size('shapes')).toBe(0);
  });

  it('cannot be changed', async () => {
    const indices = of(0);
    const changes = [
      browse.remove({ dataset: 'shapes', indices }),
      browse.editCaptions({ dataset: 'planets', indices, edit: { kind: 'set', caption: '' } }),
      browse.undoEdit('faces'),
    ];
    for (const change of changes) await expect(change).rejects.toThrow(FaultError);
  });
});

it('a set that is gone is said to be gone, and what it takes is what its files take', async () => {
  const { id } = await madeSet(PICTURES);
  const pixels = PICTURES.length * MADE_SIZE ** 2 * 3;
  expect(await browse.size(id)).toBeGreaterThan(pixels + PICTURES.length * 64);
  await expect(browse.find(query('own-00000000'))).rejects.toThrow('not on this computer');
});
