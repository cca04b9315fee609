// Claims: arrays that numpy wrote are pictures with the pixels that numpy has, in every order of axes, with
// the labels beside them; what is none is named.
import { describe, expect, it } from 'vitest';
import { pictureShape, rangeOf } from '../../../../src/data/sources/layouts/array-shapes.ts';
import { arrays } from '../../../../src/data/sources/layouts/arrays.ts';
import { zipBlob } from '../../../../src/formats/zip-writer.ts';
// Made by make_arrays.py beside it.
import made from '../../../fixtures/arrays/arrays.json' with { type: 'json' };
import { entriesOf } from '../sourced.ts';
import { bytesOf, member, optionsOf, sourceIn } from './made.ts';

const file = (path: string, base64: string) => member(path, Uint8Array.from(Buffer.from(base64, 'base64')));
/** Of the fixture's pictures, [2, 5, 4, 3]. */
const PICTURE = 5 * 4 * 3;
const pixels = [made.bytes.slice(0, PICTURE), made.bytes.slice(PICTURE)];

describe('an array', () => {
  it('of bytes [N, H, W, 3] has these pixels, from any number on', async () => {
    const { source, rest } = await sourceIn(arrays, [file('a.npy', made.read.u1.file), member('b.jpg')]);
    const entries = await entriesOf(source);
    expect(await Promise.all(entries.map(bytesOf))).toEqual(pixels);
    expect(entries[0]?.picture).toMatchObject({ kind: 'pixels', width: 4, height: 5, channels: 3 });
    expect((await entriesOf(source, 1)).map(({ number, path }) => [number, path])).toEqual([[1, 'a.npy/1']]);
    expect([source.facts.choices, rest]).toEqual([[], ['b.jpg']]);
  });

  /** As diffusers makes pixels of a sample, (x / 2 + 0.5) * 255 rounded; planes become pixels. */
  const scaled = (numbers: readonly number[]): number[] =>
    Array.from({ length: PICTURE }, (_, i) => {
      const value = numbers[(i % 3) * 20 + Math.floor(i / 3)] ?? NaN;
      return Math.round(Math.min(1, Math.max(0, value / 2 + 0.5)) * 255);
    });

  it.each(['f4', 'f4 big-endian'] as const)('of %s [N, 3, H, W] in -1 to 1 is scaled so', async (type) => {
    const { source } = await sourceIn(arrays, [file('a.npy', made.read[type].file)]);
    expect(source.facts.choices[0]?.value).toBe('signed');
    expect(await bytesOf((await entriesOf(source))[0]!)).toEqual(scaled(made.read[type].numbers));
  });

  it('of numbers has the range that is chosen, and is cut off outside of it', async () => {
    const { source } = await sourceIn(arrays, [file('a.npy', made.read.f8.file)]);
    expect(optionsOf(source, 'range')).toEqual(['bytes', 'unit', 'signed', 'words']);
    const [first] = await entriesOf(source, 0, { range: 'signed' });
    expect(await bytesOf(first!)).toEqual(scaled(made.read.f8.numbers));
  });

  it('of truth values is black and white', async () => {
    const { source } = await sourceIn(arrays, [file('a.npy', made.read.b1.file)]);
    expect(await bytesOf((await entriesOf(source))[0]!)).toEqual(
      pixels[0]?.map((value) => (value > 127 ? 255 : 0)),
    );
  });

  it('in a .npz is named without what hides or turns other text', async () => {
    const content = await zipBlob([{ name: 'a\u202e\nb.npy', content: 'no array' }]);
    const { source } = await sourceIn(arrays, [
      member('set.npz', new Uint8Array(await content.arrayBuffer())),
      file('a.npy', made.read.u1.file),
    ]);
    expect(source.facts.warnings.join('|')).toMatch(/^set\.npz\/a b\.npy is left out/);
  });

  it('in a .npz has its labels and parts: ADM, MedMNIST, Keras', async () => {
    const seen = async (content: string) => {
      const { source } = await sourceIn(arrays, [file('set.npz', content)]);
      const entries = await entriesOf(source);
      return [optionsOf(source, 'split'), entries.map(({ path, className }) => `${path} ${className}`)];
    };
    expect(await seen(made.archives.adm)).toEqual([[], ['set.npz/arr_0.npy/0 3', 'set.npz/arr_0.npy/1 1']]);
    expect(await seen(made.archives.medmnist)).toEqual([
      ['all', 'train_images', 'test_images'],
      ['set.npz/train_images.npy/0 5', 'set.npz/train_images.npy/1 6', 'set.npz/test_images.npy/0 7'],
    ]);
    expect(await seen(made.archives.keras)).toEqual([
      ['all', 'x_train', 'x_test'],
      ['set.npz/x_train.npy/0 1', 'set.npz/x_train.npy/1 2', 'set.npz/x_test.npy/0 '],
    ]);
    const { source } = await sourceIn(arrays, [file('set.npz', made.archives.medmnist)]);
    const test = await entriesOf(source, 0, { split: 'test_images' });
    expect(test.map(({ number }) => number)).toEqual([2]);
    expect(await bytesOf(test[0]!)).toEqual(pixels[0]);
  });

  it('of each class in a file of its own, as QuickDraw’s, has the file’s name as class', async () => {
    const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 784), }".padEnd(117) + '\n';
    const drawn = (ink: number) =>
      Uint8Array.from([
        ...Buffer.from('\x93NUMPY\x01\0v\0', 'latin1'),
        ...Buffer.from(header),
        ...Array.from({ length: 784 }, () => ink),
      ]);
    const { source } = await sourceIn(arrays, [
      member('full_numpy_bitmap_hot_dog.npy', drawn(9)),
      member('cat.npy', drawn(5)),
    ]);
    const entries = await entriesOf(source);
    expect(entries.map(({ className }) => className)).toEqual(['cat', 'hot dog']);
    expect(entries[0]?.picture).toMatchObject({ width: 28, height: 28, channels: 1 });
    expect(source.facts.choices).toEqual([]);
  });

  it('of objects, of other shapes or damaged is named, and the others stay', async () => {
    const damaged = made.read.u1.file.slice(0, 200);
    const { source } = await sourceIn(arrays, [
      file('good.npy', made.read.u1.file),
      file('objects.npy', made.refused.objects),
      file('cut.npy', damaged),
      file('cut.npz', made.archives.adm.slice(0, 400)),
      file('statistics.npz', made.archives.statistics),
    ]);
    const said = source.facts.warnings.join('\n');
    expect(said).toMatch(/objects\.npy is left out.*pickle/);
    expect(said).toMatch(/cut\.npy is left out/);
    expect(said).toMatch(/cut\.npz is left out/);
    expect(said).toMatch(/mu\.npy is left out: its shape \[20\]/);
    expect(await Promise.all((await entriesOf(source)).map(bytesOf))).toEqual(pixels);
    const alone = await sourceIn(arrays, [file('objects.npy', made.refused.objects)]);
    expect(alone.source.facts).toMatchObject({ count: 0, warnings: [expect.stringMatching(/pickle/)] });
  });

  it('beside a picture of its name is a cache of another trainer, and left to who takes the pictures', async () => {
    const caches = ['a.npz', 'b_0512x0768_sdxl.npz', 'cache/a_sd.npz'];
    const { source, rest } = await sourceIn(arrays, [
      ...['x.npz', ...caches].map((path) => file(path, made.archives.adm)),
      ...['a.jpg', 'b.png'].map((path) => member(path)),
    ]);
    expect(source.facts.count).toBe(2);
    expect(rest).toEqual([...caches, 'a.jpg', 'b.png']);
    expect(await arrays.recognise([file('a.npz', made.archives.adm), member('a.jpg')])).toBeNull();
  });
});

it.each([
  [[10, 32, 32, 3], { count: 10, height: 32, width: 32, channels: 3, planes: false }],
  [[10, 3, 32, 16], { count: 10, height: 32, width: 16, channels: 3, planes: true }],
  [[10, 1, 28, 28], { count: 10, height: 28, width: 28, channels: 1, planes: true }],
  [[10, 28, 28], { count: 10, height: 28, width: 28, channels: 1, planes: false }],
  [[64, 48, 3], { count: 1, height: 64, width: 48, channels: 3, planes: false }],
  [[10, 784], { count: 10, height: 28, width: 28, channels: 1, planes: false }],
  [[10, 3072], { count: 10, height: 32, width: 32, channels: 3, planes: true }],
  [[10, 4, 8, 8], null],
  [[10, 512], null],
  [[10], null],
  [[], null],
  [[0, 28, 28], null],
  [[1, 1e9, 1e9, 3], null],
  [[2, 2, 2, 2, 3], null],
] as const)('the shape %j is of pictures or not', (shape, expected) => {
  expect(pictureShape(shape)).toEqual(expected);
});

it.each([
  [0, 1, 'unit'],
  [-1, 1, 'signed'],
  [-0.004, 1.004, 'unit'],
  [0, 255, 'bytes'],
  [0, 4000, 'words'],
  [Infinity, -Infinity, 'unit'],
])('numbers from %d to %d are %s', (low, high, range) => {
  expect(rangeOf(low, high)).toBe(range);
});
