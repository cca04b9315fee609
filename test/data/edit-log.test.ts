// Claims: a change of a set that is torn at any byte of its writes is there whole or not at all, the first
// one and later ones, one that puts the log together before too; a log that is put together says what it
// said. On the disk in memory, read by the code that opens sets.
import { beforeEach, describe, expect, it } from 'vitest';
import { packSquare } from '../../src/data/store/cut-square-bytes.ts';
import { EditStep } from '../../src/data/store/edit-step.ts';
import {
  type Change,
  type Told,
  writeCaptions,
  writeRemoved,
  writeSquares,
  writeUndone,
} from '../../src/data/store/edit-log.ts';
import { type Edits, readEdits } from '../../src/data/store/edits.ts';
import type { SetFolder } from '../../src/data/store/set-file.ts';
import { randomWord, STREAMS } from '../../src/random.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import type { Survival } from '../checkpoint/memory-file.ts';

const STORED = 6;
const PATH = 'pictures/set/edits.bin';

let disk: MemoryDisk;
beforeEach(() => {
  disk = new MemoryDisk();
});

const folder: SetFolder = {
  name: 'set',
  open: (name) => disk.directory('pictures/').openFile('set', name, true),
};

const editsOf = (on: MemoryDisk): Promise<Edits | null> => {
  const file = on.files.get(PATH);
  return readEdits(file ? new Blob([file.read()]) : null, STORED);
};

const told = (name: string): Told => ({ fingerprint: name, captions: true, words: 'w', earlier: ['own-1'] });
const changeFrom = (before: Edits | null, name: string): Change => ({
  stored: STORED,
  before,
  told: told(name),
});

/** All that a reader sees of the changes. */
const seen = (edits: Edits | null) =>
  edits && {
    name: edits.mark.fingerprint,
    removed: [...edits.removed],
    texts: Array.from({ length: STORED }, (_, i) => edits.textsOf(i)?.join() ?? null),
    squares: Array.from({ length: STORED }, (_, i) => JSON.stringify(edits.squareOf(i))),
    cut: edits.cut,
    canUndo: edits.mark.steps.length > 0,
  };

function stepOf(texts: Record<number, string>): Uint8Array<ArrayBuffer> {
  const step = new EditStep();
  for (const [number, text] of Object.entries(texts))
    step.add(Number(number), new TextEncoder().encode(text));
  return step.bytes();
}

type Make = (before: Edits | null) => Promise<void>;
const remove: Make = (before) =>
  writeRemoved(folder, changeFrom(before, 'removed'), Uint8Array.of(1, 0, 0, 0, 4, 0, 0, 0));
const restore: Make = (before) => writeRemoved(folder, changeFrom(before, 'restored'), new Uint8Array());
const change: Make = (before) =>
  writeCaptions(folder, changeFrom(before, 'changed'), stepOf({ 0: 'zero', 3: 'three' }));
/** Picture 3 has a square, picture 1 that of the import again. */
const cut: Make = (before) => {
  const step = new EditStep();
  const [region, differenceHash] = [{ left: 1, top: 2, edge: 3 }, new Uint8Array(8).fill(9)];
  step.add(1, new Uint8Array());
  step.add(3, packSquare({ region, differenceHash, pixels: new Uint8Array(12).fill(5) }));
  return writeSquares(folder, changeFrom(before, 'cut'), step.bytes());
};
const undo: Make = (before) => writeUndone(folder, changeFrom(before, 'undone'));

/** Makes changes, each from what was before. */
async function make(...changes: Make[]): Promise<void> {
  for (const one of changes) await one(await editsOf(disk));
}

/**
 * Tears a change before and after every flush, and in every write before each of its first `most` bytes, or
 * every `step` of them. Answers how many were torn.
 */
async function tearing(one: Make, most = Infinity, step = 1): Promise<number> {
  const base = disk.restarted('all');
  const before = await editsOf(base);
  disk.fail(null);
  await one(before);
  const after = seen(await editsOf(disk));
  const states = [JSON.stringify(seen(before)), JSON.stringify(after)];
  let torn = 0;
  const survivals: Survival[] = ['none', (sector) => sector % 2 === 0, (sector) => sector % 2 === 1];
  for (const [at, size] of disk.sizes.entries()) {
    const last = size === Infinity ? 1 : Math.min(size, most - 1);
    for (let bytes = 0; bytes <= last; bytes += step) {
      disk = base.restarted('all');
      disk.fail({ at, how: 'stops', bytes });
      await expect(one(before)).rejects.toThrow();
      torn++;
      for (const survival of bytes % 64 === 0 ? (['all', ...survivals] as const) : (['all'] as const))
        expect(states).toContain(JSON.stringify(seen(await editsOf(disk.restarted(survival)))));
    }
  }
  disk = base.restarted('all');
  await one(before);
  return torn;
}

describe('a change that is torn at any byte', () => {
  it.each([
    { name: 'the first', before: [], one: change },
    { name: 'a removal', before: [change, remove, change], one: remove },
    { name: 'captions', before: [remove, change, change], one: change },
    { name: 'undoing', before: [change, remove, change], one: undo },
    { name: 'a square', before: [change, remove], one: cut },
    { name: 'a square undone', before: [cut, change, cut], one: undo },
    { name: 'all restored', before: [change, remove], one: restore },
  ])('is there whole or not at all: $name', async ({ before, one }) => {
    await make(...before);
    expect(await tearing(one)).toBeGreaterThan(200);
  });

  it('is there whole or not at all where the log is put together first', async () => {
    const large: Make = (before) =>
      writeCaptions(folder, changeFrom(before, 'large'), stepOf({ 0: 'x'.repeat(5000), 2: 'two' }));
    // Of 23 steps 16 can be undone; of the other seven but the newest counts: more than a quarter is dead.
    await make(remove, ...Array.from({ length: 23 }, () => large));
    expect(await tearing(large, 3000, 41)).toBeGreaterThan(2 * 70);
    expect((await editsOf(disk))?.mark.steps).toHaveLength(17);
  });
});

it('squares are told from captions in one order, and make the file one that earlier builds do not open', async () => {
  await make(change);
  expect((await editsOf(disk))?.mark.version).toBe(1);
  await make(cut, change);
  const edits = await editsOf(disk);
  expect(edits?.mark.version).toBe(2);
  expect(edits?.undoable.map(({ of = 'captions' }) => of)).toEqual(['captions', 'squares', 'captions']);
  expect(edits?.cut).toEqual([3]);
  expect(edits?.squareOf(3)?.region).toEqual({ left: 1, top: 2, edge: 3 });
  expect([edits?.squareOf(1), edits?.isEdited(3), edits?.isEdited(1)]).toEqual([null, true, false]);
  await make(undo, undo);
  expect((await editsOf(disk))?.mark.version).toBe(1);
});

it('is refused where the set was changed since it was read', async () => {
  await make(change);
  const before = await editsOf(disk);
  await make(change);
  await expect(remove(before)).rejects.toThrow('in use');
});

it('a log that is put together again and again says what was said last, in a file of bounded size', async () => {
  const expected = new Map<number, string>();
  let largest = 0;
  for (let i = 0; i < 300; i++) {
    const texts = { [i % STORED]: `text ${i} ${'y'.repeat((i * 997) % 3000)}`, 5: `five ${i}` };
    await make((before) => writeCaptions(folder, changeFrom(before, `${i}`), stepOf(texts)));
    for (const [number, text] of Object.entries(texts)) expected.set(Number(number), text);
    largest = Math.max(largest, disk.fileAt(PATH).size);
  }
  const edits = await editsOf(disk);
  for (const [number, text] of expected)
    expect(new TextDecoder().decode(edits?.textsOf(number) ?? new Uint8Array())).toBe(text);
  // 16 steps of 1.5 kB that can be undone, 6 texts, and what lies idle.
  expect(largest).toBeLessThan(131_072 + 4 * 65_536);
});

it.each([1, 2])(
  'changes at random, undone, torn and begun again at random, come to what they should, seed %i',
  async (seed) => {
    const word = (i: number, below: number): number => randomWord(seed, 0, STREAMS.order, i) % below;
    // What every picture's text was before each change that can be undone, and what it is now.
    let texts: (string | null)[][] = [Array.from({ length: STORED }, () => null)];
    let removed: number[] = [];
    for (let i = 0; i < 150; i++) {
      const at = (k: number, below: number): number => word(i * 8 + k, below);
      const kind = at(0, 8);
      const before = await editsOf(disk);
      const now = texts.at(-1) ?? [];
      let next = { texts, removed };
      let one: Make;
      if (kind === 0) {
        next = { texts, removed: [0, 1, 2, 3, 4, 5].filter((number) => at(1 + number, 3) === 0) };
        const bytes = Uint8Array.from(next.removed.flatMap((number) => [number, 0, 0, 0]));
        one = (edits) => writeRemoved(folder, changeFrom(edits, `${i}`), bytes);
      } else if (kind === 1 && texts.length > 1) {
        next = { texts: texts.slice(0, -1), removed };
        one = (edits) => writeUndone(folder, changeFrom(edits, `${i}`));
      } else {
        const changed = { [at(1, 3)]: `${i}`.repeat(1 + at(2, 2000)), [3 + at(3, 3)]: `${i} more` };
        next = { texts: [...texts, now.map((text, number) => changed[number] ?? text)], removed };
        one = (edits) => writeCaptions(folder, changeFrom(edits, `${i}`), stepOf(changed));
      }
      if (at(4, 4) === 0) disk.fail({ at: at(5, 8), how: 'stops', bytes: at(6, 3000) });
      const isMade = await one(before).then(
        () => true,
        () => false,
      );
      disk = disk.restarted((sector) => randomWord(seed, i, STREAMS.flips, Math.floor(sector)) % 2 === 0);
      const after = await editsOf(disk);
      const isThere = after?.mark.fingerprint === `${i}`;
      if (isMade) expect(isThere).toBe(true);
      if (isThere) ({ texts, removed } = next);
      // Older changes are put together, and cannot be undone any more.
      texts = texts.slice(-1 - (after?.mark.steps.length ?? 0));
      expect(texts).toHaveLength(1 + (after?.mark.steps.length ?? 0));
      expect([...(after?.removed ?? [])]).toEqual(removed);
      const read = (bytes: Uint8Array | null | undefined) => (bytes ? new TextDecoder().decode(bytes) : null);
      expect(Array.from({ length: STORED }, (_, number) => read(after?.textsOf(number)))).toEqual(
        texts.at(-1),
      );
    }
  },
);
