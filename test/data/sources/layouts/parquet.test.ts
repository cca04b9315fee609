// Claims of parquet files as pyarrow writes them (interop/make_parquet.py): every picture's bytes, captions
// in texts and lists, names of classes, several files as one source, and what cannot be used is named.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bytesIn } from '../../../../src/data/content.ts';
import { chosenCount } from '../../../../src/data/sources/chosen-count.ts';
import type { SourceEntry } from '../../../../src/data/sources/source.ts';
import { entriesOf, sourceOf } from '../sourced.ts';

const fixture = async (name: string, as = name): Promise<File> =>
  new File([await readFile(`test/fixtures/parquet/${name}.parquet`)], as);

const digests = JSON.parse(await readFile('test/fixtures/parquet/pictures.json', 'utf8')) as (
  string | null
)[];

async function digestOf({ picture }: SourceEntry): Promise<string | null> {
  if (picture.kind !== 'file') throw new Error('not a file');
  const content = await picture.read().catch(() => null);
  return (
    content &&
    createHash('sha256')
      .update(await bytesIn(content))
      .digest('hex')
  );
}

/** The fixture `plain` of one group whose rows and bytes, and the file's rows, are told as these numbers. */
async function telling(rows: bigint, groupRows: bigint, groupBytes: bigint): Promise<File> {
  const bytes = await readFile('test/fixtures/parquet/plain.parquet');
  // Thrift's compact protocol: 0x16 a number of 64 bits, 0x19 0x1c a list of one struct. Told are 4 rows.
  const file = bytes.lastIndexOf(Buffer.from('1608191c', 'hex'));
  const group = bytes.lastIndexOf(Buffer.from('168e1016082608', 'hex'));
  const foot = [
    bytes.subarray(footOf(bytes), file + 1),
    varint(rows),
    bytes.subarray(file + 2, group + 1),
    varint(groupBytes),
    bytes.subarray(group + 3, group + 4),
    varint(groupRows),
    bytes.subarray(group + 5, -8),
  ];
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.concat(foot).length);
  return new File([bytes.subarray(0, footOf(bytes)), ...foot, length, 'PAR1'].map(plain), 'told.parquet');
}

const plain = (part: Uint8Array | string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(part));
const footOf = (bytes: Buffer): number => bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);

/** A signed number as Thrift's compact protocol has it: zigzag, seven bits a byte. */
function varint(value: bigint): Buffer {
  const digits: number[] = [];
  for (let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)); ; left >>= 7n) {
    digits.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    if (left <= 0x7fn) return Buffer.from(digits);
  }
}

describe('a parquet file', () => {
  it('of groups packed by Snappy has every picture, its path, caption and class', async () => {
    const source = await sourceOf([await fixture('snappy')]);
    expect(source.facts).toMatchObject({ kind: 'Parquet files', count: 12, unused: [] });
    expect(
      source.facts.choices.map(({ id, value, options }) => [id, value, options.map((one) => one.example)]),
    ).toEqual([
      ['caption', 'text', ['größe 0', 'a 0', '']],
      ['class', 'label', ['cat', '']],
    ]);
    const entries = await entriesOf(source);
    expect(await Promise.all(entries.map(digestOf))).toEqual(digests);
    expect(entries[4]).toMatchObject({ number: 4, path: '0004.png', caption: 'größe 4', className: 'dog' });
    expect((await entriesOf(source, 6)).map(({ number }) => number)).toEqual([6, 7, 8, 9, 10, 11]);
    const listed = await entriesOf(source, 11, { caption: 'captions', class: 'none' });
    expect(listed[0]).toMatchObject({ caption: 'a 11\nb 11', className: '' });
  });

  it.each(['zstd', 'plain'])('packed as %s has the same bytes', async (packed) => {
    const entries = await entriesOf(await sourceOf([await fixture(packed, 'no name of its own')]));
    expect(await Promise.all(entries.map(digestOf))).toEqual(digests.slice(0, 4));
  });

  it('of several is one source', async () => {
    const files = [
      await fixture('zstd', 'train-00001-of-00002'),
      await fixture('plain', 'train-00000-of-00002'),
    ];
    const source = await sourceOf(files);
    expect(source.facts.count).toBe(8);
    expect((await entriesOf(source, 3)).map(({ number, caption }) => [number, caption])).toEqual(
      [3, 4, 5, 6, 7].map((i) => [i, `größe ${i % 4}`]),
    );
  });

  it('of several parts lets one be chosen; an import goes on behind the same number in any of them', async () => {
    const files = [
      await fixture('zstd', 'test-00000-of-00001.parquet'),
      await fixture('snappy', 'train-00000-of-00001.parquet'),
      await fixture('plain', 'validation-00000-of-00001-0a1b2c.parquet'),
    ];
    const source = await sourceOf(files);
    const [split] = source.facts.choices.filter(({ id }) => id === 'split');
    expect(split).toMatchObject({ label: 'Part', value: 'all' });
    expect(split?.options.map(({ value, example }) => [value, example])).toEqual([
      ['all', '20 pictures'],
      ['train', '12 pictures'],
      ['validation', '4 pictures'],
      ['test', '4 pictures'],
    ]);
    const numbers = async (part: string, from = 0) =>
      (await entriesOf(source, from, { split: part })).map(({ number }) => number);
    expect(await numbers('train')).toEqual(Array.from({ length: 12 }, (_, i) => 4 + i));
    expect(await numbers('validation', 17)).toEqual([17, 18, 19]);
    expect(await numbers('test')).toEqual([0, 1, 2, 3]);
    expect(await numbers('all')).toHaveLength(20);
    const counts = ['all', 'train', 'test'].map((part) => chosenCount(source.facts, { split: part }));
    expect(counts).toEqual([20, 12, 4]);
  });

  it('that cannot be used is named: addresses alone, another packing, a cut', async () => {
    const bytes = await fixture('snappy');
    const files = [
      await fixture('urls', 'a.parquet'),
      await fixture('brotli', 'b.parquet'),
      new File([bytes.slice(0, 2000)], 'c.parquet'),
    ];
    const { facts } = await sourceOf(files);
    expect([facts.count, facts.unused.map(({ name }) => name)]).toEqual([
      0,
      ['a.parquet', 'b.parquet', 'c.parquet'],
    ]);
    expect(facts.unused.map(({ why }) => why)).toEqual([
      expect.stringContaining('only addresses'),
      expect.stringContaining('BROTLI'),
      expect.stringContaining('damaged'),
    ]);
  });
  it.each([
    ['in its group than in the file', 4n, 2n ** 50n],
    ['than an import may have', 2n ** 50n, 2n ** 50n],
    ['than none, below it', -4n, -4n],
  ])('that tells more rows %s is damaged', async (_, rows, groupRows) => {
    const { facts } = await sourceOf([await telling(rows, groupRows, 2n ** 30n)]);
    expect([facts.count, facts.unused]).toEqual([
      0,
      [{ name: 'told.parquet', why: expect.stringMatching(/^it is damaged .*rows/) as string }],
    ]);
  });

  it('whose number of rows is told as it is has them', async () => {
    expect((await sourceOf([await telling(4n, 4n, 1031n)])).facts.count).toBe(4);
  });
  it('of which a page is damaged gives its rows as unread, and those of other files', async () => {
    const bytes = await readFile('test/fixtures/parquet/plain.parquet');
    bytes.fill(0xff, bytes.indexOf('größe 0') - 40, bytes.indexOf('größe 0') - 4);
    const files = [new File([bytes], 'a.parquet'), await fixture('zstd', 'b.parquet')];
    const source = await sourceOf(files);
    expect(source.facts.choices[0]?.options.map(({ example }) => example)).toEqual(['', '', '']);
    const entries = await entriesOf(source, 2);
    expect(entries.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await Promise.all(entries.map(digestOf))).toEqual([null, null, ...digests.slice(0, 4)]);
    expect(entries[0]).toMatchObject({ path: 'a.parquet, row 2', caption: '', className: '' });
    if (entries[0]?.picture.kind !== 'file') throw new Error('not a file');
    await expect(entries[0].picture.read()).rejects.toThrow(/rows 2 to 3 of a\.parquet/);
  });
  it('shows a column by its name without what hides text, and reads it by its own', async () => {
    const bytes = await readFile('test/fixtures/parquet/plain.parquet', 'latin1');
    const file = new File([Uint8Array.from(Buffer.from(bytes.replaceAll('text', 't\x1bxt'), 'latin1'))], 'a');
    const source = await sourceOf([file]);
    expect(source.facts.choices[0]?.options[0]).toMatchObject({ label: 't xt', example: 'größe 0' });
    expect((await entriesOf(source, 1, { caption: 't\x1bxt' }))[0]?.caption).toBe('größe 1');
  });
});
