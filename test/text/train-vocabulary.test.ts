// Claims: the vocabulary is that of byte-pair encoding as its paper states it (counting anew after each
// merge), whatever the order of words, and in bounded memory.
import { describe, expect, it } from 'vitest';
import { randomWords, STREAMS } from '../../src/random.ts';
import { trainVocabulary } from '../../src/text/train-vocabulary.ts';
import { WordCounter } from '../../src/text/word-counter.ts';

/** Sennrich et al. 2016, algorithm 1, on words of ASCII letters; ties by the ids of left, then right. */
function byCountingAnew(counts: Map<string, number>, most: number): string[] {
  // Ids as `vocab` has them: "!" is 0.
  const ids = new Map<string, number>();
  for (let byte = 33; byte < 127; byte++) {
    ids.set(String.fromCharCode(byte), byte - 33);
    ids.set(`${String.fromCharCode(byte)}</w>`, byte - 33 + 256);
  }
  const words = [...counts].map(([word, times]) => {
    const letters = word.split('');
    return { times, parts: letters.map((letter, i) => (i + 1 < letters.length ? letter : `${letter}</w>`)) };
  });
  const merges: string[] = [];
  const given = new Set<string>();
  while (merges.length < most) {
    const pairs = new Map<string, number>();
    for (const { parts, times } of words)
      for (let i = 1; i < parts.length; i++) {
        const pair = `${parts[i - 1]} ${parts[i]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + times);
      }
    const order = (pair: string): number[] => pair.split(' ').map((part) => ids.get(part)!);
    const best = [...pairs]
      .filter(([pair, times]) => times > 1 && !given.has(pair))
      .sort(([a, n], [b, m]) => m - n || order(a)[0]! - order(b)[0]! || order(a)[1]! - order(b)[1]!)[0]?.[0];
    if (best === undefined) return merges;
    given.add(best);
    const [left, right] = best.split(' ') as [string, string];
    if (ids.has(left + right)) continue;
    ids.set(left + right, 512 + merges.length);
    merges.push(best);
    for (const word of words) {
      const merged: string[] = [];
      for (let i = 0; i < word.parts.length; i++) {
        const isPair = word.parts[i] === left && word.parts[i + 1] === right;
        merged.push(isPair ? left + right : word.parts[i]!);
        if (isPair) i++;
      }
      word.parts = merged;
    }
  }
  return merges;
}

/** Words of few letters: many ties, runs of one letter, pairs that overlap. */
function randomCounts(seed: number, words: number, letters: number): Map<string, number> {
  const counts = new Map<string, number>();
  const draws = randomWords(seed, 0, STREAMS.drawing, words * 12);
  for (let word = 0; word < words; word++) {
    const drawn = [...draws.subarray(word * 12, word * 12 + 12)];
    const length = 1 + (drawn[0]! % 10);
    const text = drawn.slice(1, 1 + length).map((draw) => String.fromCharCode(97 + (draw % letters)));
    counts.set(text.join(''), 1 + (drawn[11]! % 5));
  }
  return counts;
}

const spelled = (counts: Iterable<readonly [string, number]>, size: number): string[] =>
  trainVocabulary(counts, size).merges.map((pair) => pair.join(' '));

describe('a vocabulary', () => {
  it('is that of counting anew after each merge', () => {
    for (const [seed, words, letters] of [
      [1, 30, 2],
      [2, 60, 3],
      [3, 80, 5],
      [4, 200, 26],
      [5, 3, 1],
    ] as const) {
      const counts = randomCounts(seed, words, letters);
      expect(spelled(counts, 514 + 120)).toEqual(byCountingAnew(counts, 120));
    }
  });

  it('does not depend on the order of words', () => {
    const counts = [...randomCounts(6, 300, 8)];
    expect(trainVocabulary(counts.toReversed(), 1024)).toEqual(trainVocabulary(counts, 1024));
  });

  it('has the bytes, the merges and the special tokens in CLIP’s order, no name twice', () => {
    const { names, merges } = trainVocabulary(randomCounts(7, 300, 3), 700);
    expect(names).toHaveLength(700);
    // The first and last of each range of GPT-2's bytes_to_unicode, and the first ids of CLIP's vocab.json.
    expect([0, 93, 94, 105, 106, 187, 188, 255, 256, 511].map((id) => names[id])).toEqual([
      '!',
      '~',
      '¡',
      '¬',
      '®',
      'ÿ',
      'Ā',
      'Ń',
      '!</w>',
      'Ń</w>',
    ]);
    expect(names.slice(512, -2)).toEqual(merges.map(([left, right]) => left + right));
    expect(names.slice(-2)).toEqual(['<|startoftext|>', '<|endoftext|>']);
    expect(new Set(names).size).toBe(700);
  });

  it('ends where no pair occurs twice', () => {
    expect(
      trainVocabulary(
        new Map([
          ['abc', 1],
          ['abd', 1],
        ]),
        1024,
      ).merges,
    ).toEqual([['a', 'b']]);
    expect(trainVocabulary(new Map(), 1024).names).toHaveLength(514);
  });
});

describe('words', () => {
  it('are counted, the most frequent first', () => {
    const counter = new WordCounter();
    counter.add(['b', 'a', 'c', 'b']);
    counter.add(['c', 'B']);
    expect(counter.mostFrequent()).toEqual([
      ['b', 2],
      ['c', 2],
      ['B', 1],
      ['a', 1],
    ]);
  });

  it('of over 64 letters are passed over, and of 200,000 different ones the rarest', () => {
    const counter = new WordCounter();
    counter.add(['x'.repeat(64), 'x'.repeat(65)]);
    expect(counter.mostFrequent()).toEqual([['x'.repeat(64), 1]]);
    for (let word = 0; word < 410_000; word++) counter.add([word.toString(36), 'often']);
    const counts = counter.mostFrequent();
    expect(counts).toHaveLength(200_000);
    expect(counts[0]).toEqual(['often', 410_000]);
    const long = new WordCounter();
    for (let word = 0; word < 20_000; word++) long.add([String(word).padStart(64, 'w')]);
    expect(long.mostFrequent()).toHaveLength(1_000_000 / 64);
  });
});
