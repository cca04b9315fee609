// Claims: the folder of test/fixtures/tokenizer, which transformers opens, is what trainer and writers make
// today (`-u` writes it anew); files are read again as they were written and as others write them; a
// tokenizer of another kind is refused by its field.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { randomWords, STREAMS } from '../../src/random.ts';
import { readTokenizerJson, readVocabAndMerges } from '../../src/text/read-tokenizer.ts';
import { type TokenizerFile, tokenizerFolder, tokenizerJson } from '../../src/text/tokenizer-folder.ts';
import { tokenizerOf } from '../../src/text/tokenizer.ts';
import { trainVocabulary } from '../../src/text/train-vocabulary.ts';
import type { Vocabulary } from '../../src/text/vocabulary.ts';
import { WordCounter } from '../../src/text/word-counter.ts';
import { wordsOf } from '../../src/text/words.ts';
import { fixtureCaptions } from './sentences.ts';

const counter = new WordCounter();
for (const caption of fixtureCaptions) counter.add(wordsOf(caption));
const vocabulary = trainVocabulary(counter.mostFrequent(), 1024);
const files = tokenizerFolder(vocabulary, 32);

type Change = readonly [path: string, value?: unknown];

/** tokenizer.json with other values at these paths ("model/merges/3"), or without what has no value. */
function changed(...changes: Change[]): string {
  const file = JSON.parse(files['tokenizer.json']) as Record<string, unknown>;
  for (const [path, value] of changes) {
    const names = path.split('/');
    const last = names.pop() ?? '';
    const fields = names.reduce((inner, name) => inner[name] as Record<string, unknown>, file);
    if (value === undefined) delete fields[last];
    else fields[last] = value;
  }
  return JSON.stringify(file);
}

/** What the fault of a text names as expected. */
function refused(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof FaultError) return error.fault.expected;
    throw error;
  }
  return 'nothing';
}

describe('the folder', () => {
  it.each(Object.keys(files) as TokenizerFile[])('has the committed %s', async (name) => {
    await expect(files[name]).toMatchFileSnapshot(`../fixtures/tokenizer/${name}`);
  });

  it('is read again as it was written', () => {
    expect(tokenizerJson(vocabulary)).toBe(files['tokenizer.json']);
    expect(readTokenizerJson(files['tokenizer.json'])).toEqual(vocabulary);
    expect(readVocabAndMerges(files['vocab.json'], files['merges.txt'])).toEqual(vocabulary);
  });
});

describe('a file of others', () => {
  it('has merges as pairs, or lines of another system', () => {
    expect(readTokenizerJson(changed(['model/merges', vocabulary.merges]))).toEqual(vocabulary);
    const lines = files['merges.txt'].replaceAll('\n', '\r\n');
    expect(readVocabAndMerges(files['vocab.json'], lines)).toEqual(vocabulary);
  });

  it('is the tokenizer.json that transformers 5.24 saves', () => {
    const saved = readFileSync(new URL('../fixtures/tokenizer/saved.json', import.meta.url), 'utf8');
    expect(saved).toContain('"Regex":"<\\\\|startoftext');
    expect(readTokenizerJson(saved)).toEqual(vocabulary);
  });

  it('may leave out what decides no id', () => {
    const early = changed(
      ['model/type'],
      ['model/ignore_merges'],
      ['pre_tokenizer/pretokenizers/1/use_regex'],
      ['post_processor', null],
      ['padding', { strategy: 'BatchLongest' }],
    );
    expect(readTokenizerJson(early)).toEqual(vocabulary);
  });

  it('may have its ids in another order', () => {
    const turned = changed(
      ['model/vocab', Object.fromEntries(vocabulary.names.map((name, id) => [name, 1023 - id]))],
      ['added_tokens/0/id', 1],
      ['added_tokens/1/id', 0],
      ['post_processor/sep/1', 0],
      ['post_processor/cls/1', 1],
    );
    expect(readTokenizerJson(turned).names).toEqual(vocabulary.names.toReversed());
  });

  it.each<[field: string, ...Change]>([
    ['normalizer', 'normalizer', null],
    ['normalizer', 'normalizer/normalizers/0/type', 'NFKC'],
    ['normalizer', 'normalizer/normalizers/3', { type: 'StripAccents' }],
    ['pre_tokenizer', 'pre_tokenizer/pretokenizers/1/add_prefix_space', true],
    ['pre_tokenizer', 'pre_tokenizer/pretokenizers/0/pattern/Regex', '\\s+'],
    ['post_processor', 'post_processor/sep/1', 5],
    ['post_processor', 'post_processor', { type: 'BertProcessing' }],
    ['added_tokens', 'added_tokens/0/content', '<cat-toy>'],
    ['model', 'model/type', 'WordPiece'],
    ['model', 'model/end_of_word_suffix', null],
    ['model', 'model', null],
    ['model.dropout', 'model/dropout', 0.1],
    ['model.ignore_merges', 'model/ignore_merges', true],
    ['model.continuing_subword_prefix', 'model/continuing_subword_prefix', '##'],
    ['model.vocab', 'model/vocab', []],
    ['model.merges', 'model/merges'],
    ['merges', 'model/merges/510', 'a b c'],
    ['merges', 'model/merges/510', ['a']],
    ['merges', 'model/merges/510', '! Ġ'],
    ['vocab', 'model/vocab/!', 1],
    ['vocab', 'model/vocab/!', -1],
    ['vocab', 'model/vocab/!', 0.5],
    ['vocab', 'model/vocab/!', '0'],
    ['vocab', 'model/vocab/!'],
  ])('is refused by its %s (%s: %j)', (field, ...change) => {
    const expected = refused(() => readTokenizerJson(changed(change)));
    expect(expected.split(': ')[0]).toBe(field);
  });

  it('is refused where it is no JSON, or too long', () => {
    expect(refused(() => readTokenizerJson('{"a":'))).toBe('tokenizer.json: JSON');
    expect(refused(() => readTokenizerJson('[]'))).toBe('tokenizer.json: an object');
    expect(refused(() => readVocabAndMerges('', files['merges.txt']))).toBe('vocab.json: JSON');
    expect(refused(() => readTokenizerJson(' '.repeat(2 ** 25 + 1)))).toMatch(/^tokenizer\.json: at most/);
  });

  it('that is damaged is refused, or is a vocabulary that can be used', () => {
    const draws = randomWords(1, 0, STREAMS.drawing, 900);
    for (let i = 0; i < draws.length; i += 3) {
      const damaged = Buffer.from(files['tokenizer.json']);
      // One byte, in the head, which has the rules, or anywhere.
      const among = i % 2 === 0 ? 1500 : damaged.length;
      const [place, kind, byte] = [draws[i]! % among, draws[i + 1]!, draws[i + 2]!];
      damaged[place] = kind % 4 === 0 ? byte : '",:[]{}0129a '.charCodeAt(byte % 13);
      let read: Vocabulary | undefined;
      const why = refused(() => (read = readTokenizerJson(damaged.toString())));
      if (read) expect(Math.max(...tokenizerOf(read).idsOf('a red planet'))).toBeLessThan(1024);
      else expect(why).toContain(': ');
    }
  });

  it('may name a token __proto__', () => {
    const text = files['tokenizer.json'].replace('"vocab":{', '"vocab":{"__proto__":1024,');
    const read = readTokenizerJson(text);
    expect(read.names).toEqual([...vocabulary.names, '__proto__']);
    expect(readTokenizerJson(tokenizerFolder(read, 32)['tokenizer.json'])).toEqual(read);
  });
});
