// Claims of reading small pieces by way of larger reads: the bytes are those of the file, whatever the order,
// and pieces in order take few reads. Counts, no times.
import { expect, it } from 'vitest';
import { ReadAhead } from '../../src/formats/read-ahead.ts';
import { randomWord } from '../../src/random.ts';
import { CountedFile } from './counted-file.ts';

const MIB = 2 ** 20;
const PIECE = 9000;

const bytesOf = (length: number, seed = 0): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    Uint32Array.from({ length: Math.ceil(length / 4) }, (_, i) => randomWord(seed, 0, 1, i)).buffer,
    0,
    length,
  );
const CONTENT = bytesOf(18 * MIB);
const fileOf = (bytes = CONTENT): CountedFile => new CountedFile([bytes], 'a.tar');

/** Reads pieces that begin there, `atOnce` at a time. */
async function readAll(
  file: CountedFile,
  begins: readonly number[],
  { length = PIECE, atOnce = 12, reader = new ReadAhead() } = {},
): Promise<void> {
  let next = 0;
  const hand = async (): Promise<void> => {
    for (let begin = begins[next++]; begin !== undefined; begin = begins[next++]) {
      const end = Math.min(begin + length, file.size);
      const piece = await reader.bytes(file, begin, end);
      if (!Buffer.from(piece.buffer).equals(CONTENT.subarray(begin, end)))
        throw new Error(`not the bytes at ${begin}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, hand));
}

const inOrder = (count: number, step = PIECE, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step);
/** The same numbers in another order, always the same one. */
const shuffled = (values: readonly number[]): number[] =>
  values
    .map((value, i) => [randomWord(1, 0, 1, i), value] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, value]) => value);

it('1,000 pieces of 9 kB in order take 6 reads, and no byte twice', async () => {
  const file = fileOf();
  await readAll(file, inOrder(1000));
  // 32 and 128 KiB, 0.5 and 2 MiB, 4 MiB twice.
  expect(file.reads).toBeLessThanOrEqual(7);
  expect(file.bytesRead).toBeLessThan(1000 * PIECE + 8 * MIB);
  const whole = fileOf();
  await readAll(whole, inOrder(Math.ceil(CONTENT.length / PIECE)));
  expect(whole.bytesRead).toBe(CONTENT.length);
});

it('two folders of an archive, read by turns, are two such orders', async () => {
  const file = fileOf();
  const captions = inOrder(800, 100, 10 * MIB);
  await readAll(
    file,
    inOrder(800).flatMap((begin, i) => [begin, captions[i] as number]),
  );
  expect(file.reads).toBeLessThanOrEqual(12);
});

it('pieces between which little is left out are read together', async () => {
  const file = fileOf();
  await readAll(file, inOrder(150, 120_000), { length: 512 });
  expect(file.reads).toBeLessThanOrEqual(9);
});

it('pieces here and there are read one by one, and little besides', async () => {
  const file = fileOf();
  const begins = shuffled(inOrder(50, 360_000));
  await readAll(file, begins, { atOnce: 1 });
  expect(file.reads).toBe(50);
  expect(file.bytesRead).toBeLessThanOrEqual(50 * 64 * 1024);
});

it('pieces in no order are the bytes of the file, as are large ones and the last one', async () => {
  await readAll(fileOf(), shuffled(inOrder(2000)));
  await readAll(fileOf(), shuffled(inOrder(60, 300_000)), { length: 290_000 });
  await readAll(fileOf(), [CONTENT.length - 10, CONTENT.length - 5, CONTENT.length], { length: 100 });
});

it('many files in turn hold no more than a few of them', async () => {
  const reader = new ReadAhead();
  const some = CONTENT.slice(0, 2 * MIB);
  const files = Array.from({ length: 20 }, () => fileOf(some));
  for (const file of files) await readAll(file, inOrder(100), { reader });
  const [first] = files as [CountedFile];
  const before = first.reads;
  await readAll(first, [0], { reader });
  // What was read of the first one is forgotten.
  expect(first.reads).toBe(before + 1);
});

it('a file that is gone is a fault, and is read anew where it is there again', async () => {
  const file = fileOf();
  const reader = new ReadAhead();
  await readAll(file, inOrder(5), { reader });
  file.isGone = true;
  await expect(reader.bytes(file, 5 * MIB, 5 * MIB + 10)).rejects.toThrow('can no longer be read');
  file.isGone = false;
  await readAll(file, inOrder(600, PIECE, 5 * MIB), { reader });
});

it('of a file that is gone nothing is held: what was read shows that it is gone, too', async () => {
  const file = fileOf();
  const reader = new ReadAhead();
  await readAll(file, inOrder(20), { reader });
  file.isGone = true;
  await expect(reader.bytes(file, 5 * MIB, 5 * MIB + 10)).rejects.toThrow('can no longer be read');
  await expect(reader.bytes(file, 0, 10)).rejects.toThrow('can no longer be read');
});
