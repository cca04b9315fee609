// Which part of a data set a shard belongs to, by its path, as Hugging Face's datasets tells it: a name like
// `train-00000-of-00002.parquet`, a folder `test/`, or a keyword in the name. Pure. Not here: choosing a part
// (part-choice.ts).
import { baseName, compare } from './names.ts';

/** The keywords of datasets, by the part that they mean. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};
const PARTS = Object.keys(KEYWORDS);

/** Any part may be named before the number of a shard: `unsupervised-00000-of-00001.parquet`. */
const SHARD = /^(.+?)-\d{5}-of-\d{5}(?:\D.*)?$/;
const BETWEEN_WORDS = /[^A-Za-z0-9]+/;

/** The part, `train`, `validation`, `test` or as the shard has it; empty where the path names none. */
export function partOfShard(path: string): string {
  const name = baseName(path).replace(/\.[^.]*$/, '');
  const [, before] = SHARD.exec(name) ?? [];
  if (before !== undefined) return keywordIn(before.split(BETWEEN_WORDS)) || before;
  const folders = path.split('/').slice(0, -1).reverse();
  return keywordIn(name.split(BETWEEN_WORDS)) || keywordIn(folders);
}

/** The part that the first of these words means; empty where none is a keyword. */
function keywordIn(words: readonly string[]): string {
  for (const word of words) {
    const part = PARTS.find((one) => KEYWORDS[one]?.includes(word.toLowerCase()));
    if (part !== undefined) return part;
  }
  return '';
}

/** In the order to show: train, validation, test, then others by name. */
export const comparePart = (a: string, b: string): number => rank(a) - rank(b) || compare(a, b);

const rank = (part: string): number => (PARTS.indexOf(part) + PARTS.length + 1) % (PARTS.length + 1);
