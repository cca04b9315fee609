// Claims CRC-32 against zlib's, at every length around the eight bytes taken at once, whole and in pieces.
import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32 } from '../../src/formats/crc32.ts';
import { randomWord, STREAMS } from '../../src/random.ts';

const bytes = Uint8Array.from({ length: 100 }, (_, i) => randomWord(5, 0, STREAMS.drawing, i));

it('is zlib’s for every length, from any offset', () => {
  for (let begin = 0; begin < 9; begin++)
    for (let end = begin; end <= bytes.length; end++)
      expect(crc32(bytes.subarray(begin, end))).toBe(zlibCrc32(bytes.subarray(begin, end)));
});

it('has the check value of the definition', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf4_3926);
});

it('is the same in pieces', () => {
  for (let cut = 0; cut <= bytes.length; cut++)
    expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(zlibCrc32(bytes));
});
