// Texts that Pillow 13.0.0 wrote are read (PngInfo.add_text and add_itxt, one with language and translated
// keyword, two compressed), and libpng reads ours and the same pixels; damaged, cut off and oversized chunks
// are left out, and no bytes make the reader throw or run on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readPngTexts, withPngTexts } from '../../src/formats/png-text.ts';
import { randomWord, STREAMS } from '../../src/random.ts';

const pillow = new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures/png/pillow-texts.png')));
const TEXTS = [
  { keyword: 'Software', text: 'Pillow, for a test: café' },
  { keyword: 'parameters', text: 'ein Kreis, 円 😀\nSteps: 20' },
  { keyword: 'empty', text: '' },
];
/** Where the chunk of this type begins, its length first. */
const chunk = (bytes: Uint8Array, type: string): number => Buffer.from(bytes).indexOf(type) - 4;

test('what Pillow wrote is read, without the compressed texts', () => {
  expect(readPngTexts(pillow)).toEqual(TEXTS);
});

test('what is written stands first, is read back, and leaves the picture as it is', async () => {
  const added = [
    { keyword: 'perennial', text: '{"prompts":["a “red” circle\u0000"]}' },
    { keyword: 'é', text: '' },
  ];
  const bytes = withPngTexts(pillow, added);
  expect(readPngTexts(bytes)).toEqual([...added, ...TEXTS]);
  expect(await sharp(bytes).raw().toBuffer()).toEqual(await sharp(pillow).raw().toBuffer());
  const seen = await sharp(withPngTexts(pillow, [{ keyword: 'a', text: 'ä 円' }])).metadata();
  expect(seen.comments).toContainEqual({ keyword: 'a', text: 'ä 円' });
});

test('only a PNG, and only under a keyword that PNG allows', () => {
  const one = [{ keyword: 'a', text: '' }];
  expect(() => withPngTexts(pillow.subarray(0, 20), one)).toThrow(RangeError);
  expect(() => withPngTexts(new Uint8Array(100), one)).toThrow(RangeError);
  for (const keyword of ['', 'x'.repeat(80), '円', 'a\u0000b', '\n'])
    expect(() => withPngTexts(pillow, [{ keyword, text: '' }]), keyword).toThrow(RangeError);
});

test('a text with a wrong checksum is left out, one that claims more than there is ends the reading', () => {
  const wrong = pillow.slice();
  wrong.fill(0, chunk(pillow, 'tEXt') + 20, chunk(pillow, 'tEXt') + 21);
  expect(readPngTexts(wrong)).toEqual(TEXTS.slice(1));
  for (const length of [0x7fff_ffff, 0xffff_ffff, pillow.length]) {
    const claims = pillow.slice();
    new DataView(claims.buffer).setUint32(chunk(pillow, 'iTXt'), length);
    expect(readPngTexts(claims)).toEqual(TEXTS.slice(0, 1));
  }
  for (let length = 0; length < pillow.length; length++)
    expect(TEXTS.slice(0, 3)).toEqual(expect.arrayContaining(readPngTexts(pillow.subarray(0, length))));
});

test('texts behind the pixels and texts over 512 KiB are passed over', () => {
  const long = withPngTexts(pillow, [{ keyword: 'long', text: 'x'.repeat(2 ** 19) }]);
  expect(readPngTexts(long)).toEqual(TEXTS);
  const end = chunk(pillow, 'IEND');
  const first = withPngTexts(pillow, [{ keyword: 'late', text: 'x' }]).subarray(33, 33 + 12 + 10);
  const late = Buffer.concat([pillow.subarray(0, end), first, pillow.subarray(end)]);
  expect(readPngTexts(late)).toEqual(TEXTS);
});

/** A PNG with one text chunk of this content, whose checksum is right. */
function withChunk(type: string, content: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([
    pillow.subarray(0, 33),
    frame.subarray(0, 4),
    typed,
    frame.subarray(4),
    pillow.subarray(33),
  ]);
}

test('of 1,000 texts of random zeros and letters each is read or left out', () => {
  let read = 0;
  for (let mutant = 0; mutant < 1000; mutant++) {
    const random = (i: number): number => randomWord(7, mutant, STREAMS.drawing, i);
    const content = Uint8Array.from(
      { length: random(0) % 12 },
      (_, i) => [0, 0, 65, 255][random(i + 1) % 4] ?? 0,
    );
    const texts = readPngTexts(withChunk(mutant % 2 === 0 ? 'iTXt' : 'tEXt', content));
    expect(texts.slice(-TEXTS.length)).toEqual(TEXTS);
    read += texts.length - TEXTS.length;
  }
  expect(read).toBeGreaterThan(100);
});
