// Claims: a picture that hardly shows anything is told, with what it is; a dark or plain one that shows
// something is not.
import { expect, it } from 'vitest';
import { doubtOf } from '../../src/data/doubtful.ts';

const picture = (at: (i: number) => number) => Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => at(i));

it.each([
  [
    'a mask of 0 and 1',
    picture((i) => Math.floor(i / 3) % 2),
    /nearly black: its brightest value is 1 of 255/,
  ],
  // 4,095 of 65,535 is 15.9 of 255.
  ['12 bits of 16', picture((i) => Math.floor(i / 3) % 16), /brightest value is 15 of 255/],
  ['a first frame that is transparent', picture(() => 255), /white all over, or transparent/],
  ['one colour', picture((i) => [200, 40, 90][i % 3] as number), /it is of one colour/],
])('%s is told', (_, pixels, why) => expect(doubtOf(pixels)).toMatch(why));

it.each([
  ['a night sky with a star', picture((i) => (i < 3 ? 240 : 4))],
  ['fog', picture((i) => 220 + (Math.floor(i / 3) % 8))],
])('%s is not', (_, pixels) => expect(doubtOf(pixels)).toBeNull());
