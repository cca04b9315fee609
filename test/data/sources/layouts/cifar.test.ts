// Claims: CIFAR's binary files are pictures of 32 x 32 with the names of their classes.
import { describe, expect, it } from 'vitest';
import { cifar } from '../../../../src/data/sources/layouts/cifar.ts';
import { entriesOf } from '../sourced.ts';
import { bytesOf, member, optionsOf, sourceIn } from './made.ts';

/** Red, green and blue planes, as the authors' page says: value of pixel p in plane c. */
const valueAt = (picture: number, c: number, p: number): number => (picture * 17 + c * 70 + (p % 50)) % 256;
const record = (picture: number, labels: number[]): number[] => [
  ...labels,
  ...Array.from({ length: 3072 }, (_, i) => valueAt(picture, Math.floor(i / 1024), i % 1024)),
];
const batch = (records: number[][]) => Uint8Array.from(records.flat());
const NAMES = 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n';

const ten = [
  member('cifar-10-batches-bin/test_batch.bin', batch([record(2, [3])])),
  member('cifar-10-batches-bin/data_batch_1.bin', batch([record(0, [9]), record(1, [0])])),
  member('cifar-10-batches-bin/batches.meta.txt', NAMES),
];

describe('CIFAR', () => {
  it('10 has its pixels, classes and parts', async () => {
    const { source, rest } = await sourceIn(cifar, ten);
    const entries = await entriesOf(source);
    expect(entries.map(({ path, className }) => [path, className])).toEqual([
      ['cifar-10-batches-bin/data_batch_1.bin/0', 'truck'],
      ['cifar-10-batches-bin/data_batch_1.bin/1', 'airplane'],
      ['cifar-10-batches-bin/test_batch.bin/0', 'cat'],
    ]);
    const expected = Array.from({ length: 3072 }, (_, i) => valueAt(1, i % 3, Math.floor(i / 3)));
    expect(await bytesOf(entries[1]!)).toEqual(expected);
    expect(source.facts).toMatchObject({ kind: 'CIFAR-10', count: 3, warnings: [] });
    expect(optionsOf(source, 'split')).toEqual(['all', 'train', 'test']);
    expect((await entriesOf(source, 1, { split: 'test' })).map(({ number }) => number)).toEqual([2]);
    expect(rest).toEqual([]);
  });

  it('100 has fine and coarse classes to choose from', async () => {
    const { source } = await sourceIn(cifar, [
      member('cifar-100-binary/train.bin', batch([record(0, [1, 2])])),
      member('cifar-100-binary/fine_label_names.txt', 'apple\naquarium_fish\nbaby\n'),
      member('cifar-100-binary/coarse_label_names.txt', 'aquatic_mammals\nfish\n'),
    ]);
    const classes = async (chosen = {}) =>
      (await entriesOf(source, 0, chosen)).map(({ className }) => className);
    expect([await classes(), await classes({ class: 'coarse' })]).toEqual([['baby'], ['fish']]);
    expect(await bytesOf((await entriesOf(source))[0]!)).toHaveLength(3072);
  });

  it('without its names has them all the same, and labels beyond them as numbers', async () => {
    const { source } = await sourceIn(cifar, [
      member('data_batch_2.bin', batch([record(0, [6]), record(0, [77])])),
    ]);
    expect((await entriesOf(source)).map(({ className }) => className)).toEqual(['frog', '77']);
  });

  it('that is cut off or pickled is named, with what to do', async () => {
    const cut = await sourceIn(cifar, [
      ...ten,
      member('x/data_batch_2.bin', batch([record(0, [1])]).slice(0, -1)),
    ]);
    expect(cut.source.facts.warnings.join()).toMatch(/data_batch_2\.bin is left out: it has 3072 bytes/);
    expect(cut.source.facts.count).toBe(3);
    const pickled = await sourceIn(cifar, [
      member('cifar-10-batches-py/data_batch_1', '\x80\x02'),
      member('a.jpg'),
    ]);
    expect(pickled.source.facts).toMatchObject({
      count: 0,
      warnings: [expect.stringMatching(/binary version/)],
    });
    expect(pickled.rest).toEqual(['a.jpg']);
  });

  it('is not any .bin', async () => {
    const others = [member('train.bin', 'weights'), member('data_batch_9.bin'), member('pytorch_model.bin')];
    expect(await cifar.recognise(others)).toBeNull();
  });
});
