// Claims: the part of a shard is what Hugging Face's datasets takes from such a path (its documentation,
// "Structure your repository"), and parts are shown in their usual order.
import { expect, it } from 'vitest';
import { comparePart, partOfShard } from '../../../../src/data/sources/layouts/shard-part.ts';

it.each([
  ['data/train-00000-of-00001.parquet', 'train'],
  ['data/validation-00003-of-00007-0a1b2c3d4e5f.parquet', 'validation'],
  ['cifar10/plain_text/test-00000-of-00001.parquet', 'test'],
  ['my-set-train-00000-of-00002.parquet', 'train'],
  ['unsupervised-00000-of-00001.parquet', 'unsupervised'],
  ['default/train/0000.parquet', 'train'],
  ['test/more/0001.parquet', 'test'],
  ['my_dataset_eval.parquet', 'test'],
  ['dev.parquet', 'validation'],
  ['Valid/1.parquet', 'validation'],
  ['trainer/latest.parquet', ''],
  ['00000.parquet', ''],
])('%s is of the part "%s"', (path, part) => {
  expect(partOfShard(path)).toBe(part);
});

it('train comes before validation and test, others after them by name', () => {
  const parts = ['extra', '', 'test', 'train', 'a', 'validation'];
  expect(parts.sort(comparePart)).toEqual(['train', 'validation', 'test', '', 'a', 'extra']);
});
