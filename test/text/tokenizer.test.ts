// Claims: ids are those of CLIPTokenizer, on 10,000 texts of many scripts that transformers encoded
// (interop/make_tokenizer_fixture.py); any text is encoded soon.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomWords, STREAMS } from '../../src/random.ts';
import { crc32 } from '../../src/formats/crc32.ts';
import { readTokenizerJson } from '../../src/text/read-tokenizer.ts';
import { encodePrompts, tokenizerOf } from '../../src/text/tokenizer.ts';
import { trainVocabulary } from '../../src/text/train-vocabulary.ts';
import type { Merge } from '../../src/text/vocabulary.ts';

const tokenizer = tokenizerOf(
  trainVocabulary(
    new Map([
      ['abab', 5],
      ['aaaa', 4],
      ['bcd', 3],
      ['κόσμος', 2],
    ]),
    560,
  ),
);
const nameOf = (id: number): string => tokenizer.vocabulary.names[id] ?? '';

/** The most urgent pair first, everywhere in the word: as the paper says, and CLIP's own SimpleTokenizer. */
function byScanning(word: string, merges: readonly Merge[]): string[] {
  let parts = word.split('').map((letter, i) => (i + 1 < word.length ? letter : `${letter}</w>`));
  for (const [left, right] of merges) {
    const merged: string[] = [];
    for (let i = 0; i < parts.length; i++) {
      const isPair = parts[i] === left && parts[i + 1] === right;
      merged.push(isPair ? left + right : parts[i]!);
      if (isPair) i++;
    }
    parts = merged;
  }
  return parts;
}

const folder = new URL('../fixtures/tokenizer/', import.meta.url);

/** texts.json: what the texts are drawn from. */
interface Source {
  seed: number;
  count: number;
  length: number;
  pieces: string[];
  codePoints: number[];
  long: [piece: string, times: number][];
  special: string[];
}
const source = JSON.parse(readFileSync(new URL('texts.json', folder), 'utf8')) as Source;

/** The same text as `text_of` in Python. */
function drawnText(number: number): string {
  const draws = randomWords(source.seed, number, STREAMS.drawing, 32);
  const parts = Array.from(draws.subarray(1, 1 + (draws[0]! % 14)), (draw, k) => {
    const { pieces, codePoints } = source;
    const part =
      draw % 5 === 0
        ? String.fromCodePoint(codePoints[(draw >>> 3) % codePoints.length]!)
        : pieces[(draw >>> 3) % pieces.length]!;
    return part + (draws[16 + k]! % 2 ? ' ' : '');
  });
  return parts.join('');
}

describe('the ids of transformers', () => {
  const clip = tokenizerOf(readTokenizerJson(readFileSync(new URL('tokenizer.json', folder), 'utf8')));
  const bytes = readFileSync(new URL('ids.bin', folder));
  const expected = (text: number): number => bytes.readUInt32LE(text * 4);
  const digest = (ids: Iterable<number>): Uint8Array => new Uint8Array(Uint32Array.from(ids).buffer);
  const wrong = (texts: readonly string[], first: number, digestOf: (text: string) => number): string[] =>
    texts.flatMap((text, i) =>
      digestOf(text) === expected(first + i)
        ? []
        : [`--show ${first + i}: ${JSON.stringify(text.slice(0, 80))}`],
    );

  it('are ours on 10,000 texts, whole and as prompts of 32', () => {
    expect(bytes.length).toBe(4 * (source.count + source.long.length + source.special.length + 1));
    const texts = Array.from({ length: source.count }, (_, number) => drawnText(number));
    const found = wrong(texts, 0, (text) => {
      const ids = digest(clip.idsOf(text));
      const prompt = digest(encodePrompts(clip, [text], source.length));
      return crc32(new Uint8Array([...ids, ...prompt]));
    });
    expect(found).toEqual([]);
  });

  it('are ours with merges in an order that no trainer gives', () => {
    const { names, merges } = clip.vocabulary;
    const keys = randomWords(source.seed, 0, STREAMS.order, merges.length);
    const order = [...merges.keys()].sort((a, b) => keys[a]! - keys[b]!);
    const shuffled = tokenizerOf({ names, merges: order.map((rank) => merges[rank]!) });
    let crc = 0;
    for (let number = 0; number < source.count; number++)
      crc = crc32(digest(shuffled.idsOf(drawnText(number))), crc);
    expect(crc).toBe(expected(bytes.length / 4 - 1));
  });

  it('are ours on long texts', () => {
    const texts = source.long.map(([piece, times]) => piece.repeat(times));
    expect(wrong(texts, source.count, (text) => crc32(digest(clip.idsOf(text))))).toEqual([]);
  });

  it('are ours where special tokens in a text are left out of theirs', () => {
    const first = source.count + source.long.length;
    expect(wrong(source.special, first, (text) => crc32(digest(clip.idsOf(text))))).toEqual([]);
  });
});

describe('a word', () => {
  it('is merged as by scanning it for each merge', () => {
    const draws = randomWords(1, 0, STREAMS.drawing, 300 * 21);
    for (let i = 0; i < 300; i++) {
      const drawn = draws.subarray(i * 21, i * 21 + 21);
      const word = [...drawn.subarray(0, 1 + (drawn[20]! % 20))].map((draw) => 'abcd'[draw % 4]).join('');
      expect(tokenizer.idsOf(word).map(nameOf)).toEqual(byScanning(word, tokenizer.vocabulary.merges));
    }
  });
});

describe('a prompt', () => {
  const [begin, end] = [tokenizer.begin, tokenizer.end];

  it('begins, ends, and is filled up or cut to its length', () => {
    const ids = tokenizer.idsOf('abab bcd');
    expect(ids.map(nameOf)).toEqual(['abab</w>', 'bcd</w>']);
    expect([...encodePrompts(tokenizer, ['abab bcd', '', 'abab bcd abab'], 4)]).toEqual([
      ...[begin, ...ids, end],
      ...[begin, end, end, end],
      ...[begin, ...ids, end],
    ]);
  });

  it('of 100,000 letters without a space has the ids of all its parts', () => {
    // Pairs overlap all along it; scanning for the best pair after each merge would be 10^10 steps.
    const names = tokenizer.idsOf('ab'.repeat(50_000)).map(nameOf);
    expect(names.length).toBe(49_999);
    expect(new Set(names.slice(0, -1))).toEqual(new Set(['ab']));
    expect(names.at(-1)).toBe('abab</w>');
    expect(tokenizer.idsOf('🌍'.repeat(50_000))).toHaveLength(200_000);
    expect(tokenizer.idsOf('q'.repeat(100_000))).toHaveLength(100_000);
  });

  it('of 100,000 words, marks or spaces ends soon', () => {
    expect(tokenizer.idsOf('abab '.repeat(100_000))).toHaveLength(100_000);
    expect(tokenizer.idsOf('1'.repeat(100_000), 30)).toHaveLength(30);
    expect(tokenizer.idsOf(' \t'.repeat(50_000))).toEqual([]);
    expect(tokenizer.idsOf(`a${'\u0301\u0323'.repeat(50_000)}`).length).toBeGreaterThan(100_000);
  });

  it('has ids below V whatever the text, also where words are remembered', () => {
    const draws = randomWords(2, 0, STREAMS.drawing, 60_000);
    const text = Array.from(draws, (draw) => String.fromCharCode(draw % 0x10000)).join('');
    const ids = tokenizer.idsOf(text);
    expect(ids).toEqual(tokenizer.idsOf(text));
    expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id < begin)).toBe(true);
  });
});
