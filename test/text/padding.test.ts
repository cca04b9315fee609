// A tokenizer that fills prompts up with another token than the end, as Stable Diffusion 2's does with "!":
// ids as transformers gives them (test/fixtures/models/padded), from either form of its files, and again from
// ours.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTokenizerJson, readVocabAndMerges } from '../../src/text/read-tokenizer.ts';
import { encodePrompts, tokenizerOf } from '../../src/text/tokenizer.ts';
import { tokenizerFolder, tokenizerJson } from '../../src/text/tokenizer-folder.ts';
import type { Vocabulary } from '../../src/text/vocabulary.ts';

const FOLDER = new URL('../fixtures/models/padded/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
const { texts, ids } = JSON.parse(read('expected.json')) as { texts: string[]; ids: number[][] };
const [vocab, merges] = [read('separate/vocab.json'), read('separate/merges.txt')];

const idsBy = (vocabulary: Vocabulary): number[][] => {
  const all = encodePrompts(tokenizerOf(vocabulary), texts, 10);
  return texts.map((_, i) => [...all.subarray(10 * i, 10 * (i + 1))]);
};

describe('a tokenizer that pads with "!"', () => {
  const separate = readVocabAndMerges(vocab, merges, '!');

  it('gives the ids of CLIPTokenizer, cutting "!" out of texts', () => {
    expect(idsBy(separate)).toEqual(ids);
    // Told by the file's own padding, or by the files beside it.
    expect(idsBy(readTokenizerJson(read('whole/tokenizer.json')))).toEqual(ids);
    expect(idsBy(readTokenizerJson(read('whole/tokenizer.json'), '!'))).toEqual(ids);
  });

  it('is kept in a checkpoint, and told in the folder that is exported', () => {
    expect(readTokenizerJson(tokenizerJson(separate))).toEqual(separate);
    const folder = tokenizerFolder(separate, 10);
    for (const name of ['tokenizer_config.json', 'special_tokens_map.json'] as const)
      expect(JSON.parse(folder[name])).toMatchObject({ eos_token: '<|endoftext|>', pad_token: '!' });
  });
});

it('a padding token that the vocabulary lacks gets the next id, as in transformers', () => {
  const vocabulary = readVocabAndMerges(vocab, merges, '<pad>');
  const { length } = Object.keys(JSON.parse(vocab) as object);
  expect(vocabulary.names[length]).toBe('<pad>');
  expect([...encodePrompts(tokenizerOf(vocabulary), [''], 4)].slice(2)).toEqual([length, length]);
});

it('the end named as padding is what no name means', () => {
  expect(readVocabAndMerges(vocab, merges, '<|endoftext|>')).toEqual(readVocabAndMerges(vocab, merges));
});
