// Claims: idx files, gzipped or not, are pictures with the classes of the set that they are.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mnist } from '../../../../src/data/sources/layouts/mnist.ts';
import { entriesOf } from '../sourced.ts';
import { bytesOf, member, optionsOf, sourceIn } from './made.ts';

/** An idx file as LeCun's page has it: 0 0 8 axes, big-endian edges, bytes. */
function idx(shape: number[], values: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  for (const [axis, edge] of shape.entries()) view.setUint32(4 + 4 * axis, edge);
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}
const packed = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(gzipSync(bytes));

/** Ten pictures of 3 rows and 2 columns. */
const pixels = Array.from({ length: 60 }, (_, i) => i * 4);
const pictures = idx([10, 3, 2], pixels);
const labels = (digits: string) => idx([digits.length], Array.from(digits, Number));
/** The first ten labels of the training set of each. */
const [MNIST, FASHION] = ['5041921314', '9003027255'];

describe('idx files', () => {
  it('gzipped or not, by either name, are MNIST with its digits and parts', async () => {
    const { source, rest } = await sourceIn(mnist, [
      member('t10k-images.idx3-ubyte', pictures),
      member('t10k-labels.idx1-ubyte', labels('7210414959')),
      member('train-images-idx3-ubyte.gz', packed(pictures)),
      member('train-labels-idx1-ubyte.gz', packed(labels(MNIST))),
    ]);
    const entries = await entriesOf(source);
    expect(entries.map(({ className }) => className).join('')).toBe(`${MNIST}7210414959`);
    expect(await bytesOf(entries[13]!)).toEqual(pixels.slice(18, 24));
    expect(entries[0]?.picture).toMatchObject({ width: 2, height: 3, channels: 1 });
    expect(source.facts).toMatchObject({ kind: 'MNIST', count: 20, warnings: [] });
    expect([optionsOf(source, 'split'), rest]).toEqual([['all', 'train', 'test'], []]);
  });

  it('of Fashion-MNIST, which has the same names, are told by their labels', async () => {
    const { source } = await sourceIn(mnist, [
      member('train-images-idx3-ubyte', pictures),
      member('train-labels-idx1-ubyte', labels(FASHION)),
    ]);
    expect(source.facts.kind).toBe('Fashion-MNIST');
    expect((await entriesOf(source)).slice(0, 2).map(({ className }) => className)).toEqual([
      'ankle boot',
      'T-shirt',
    ]);
  });

  it('of EMNIST are turned upright and have their letters', async () => {
    const { source } = await sourceIn(mnist, [
      member('gzip/emnist-letters-train-images-idx3-ubyte', pictures),
      member('gzip/emnist-letters-train-labels-idx1-ubyte', labels('1212121212')),
      member('gzip/emnist-letters-mapping.txt', '1 65 97\n2 66 98\n'),
    ]);
    const [first, second] = await entriesOf(source);
    expect(first?.picture).toMatchObject({ width: 3, height: 2 });
    expect(await bytesOf(first!)).toEqual([0, 8, 16, 4, 12, 20]);
    expect([first?.className, second?.className]).toEqual(['A', 'B']);
    expect(source.facts.kind).toMatch(/turned/);
  });

  it.each([
    ['cut off', pictures.slice(0, -1)],
    ['a cut gzip', packed(pictures).slice(0, 20)],
    ['empty', new Uint8Array()],
    ['floats', Uint8Array.from(pictures, (value, i) => (i === 2 ? 0x0d : value))],
    ['of labels', labels(MNIST)],
    ['other bytes', new TextEncoder().encode('<!doctype html>')],
  ])('that are %s are left out by name', async (_, content) => {
    const { source } = await sourceIn(mnist, [member('train-images-idx3-ubyte', content)]);
    expect(source.facts.count).toBe(0);
    expect(source.facts.warnings.join()).toMatch(/train-images-idx3-ubyte is left out/);
  });

  it('whose labels are missing, too few or damaged have pictures without classes', async () => {
    const name = 'train-labels-idx1-ubyte';
    for (const beside of [[], [member(name, labels('12'))], [member(name, 'x')]]) {
      const { source } = await sourceIn(mnist, [member('train-images-idx3-ubyte', pictures), ...beside]);
      expect((await entriesOf(source)).map(({ className }) => className).join('')).toBe('');
      expect(source.facts.warnings).toHaveLength(1);
    }
  });
});
