// The built-in data sets that scripts/pack-*.mjs made beforehand: what each is and how its sheets lie. The
// same numbers as in public/datasets/*/manifest.json. Not here: fetching and decoding them (packed-set.ts).
// Exported for tests: FACES, EMOJI.
import type { DatasetInfo } from './api.ts';

export interface PackedSet {
  info: DatasetInfo;
  /** Pictures in a row of a sheet. */
  columns: number;
  /** Pictures in a sheet; the last one may have fewer. */
  perSheet: number;
  /**
   * Classes that lie one behind the other, by the number of their first picture. Absent: the class of a
   * picture is the first phrase of its caption.
   */
  groups?: readonly (readonly [name: string, first: number])[];
}

/** Comes with the app. Its classes are the kinds of surface. */
export const PLANETS: PackedSet = {
  info: {
    id: 'planets',
    title: 'Planets',
    count: 4096,
    storedSize: 32,
    fingerprint: 'b53fd72b70291dbfdbde1b3159ecbfc3f2c8827c9d1717495614eec3b96a8f4a',
    credit: 'Planets by DiceBear, CC0 1.0',
    builtIn: true,
    captions: true,
    classes: 11,
  },
  columns: 32,
  perSheet: 512,
};

/** Portraits with the attributes of CelebA that drawings have. Its classes: smile, sex and beard together. */
export const FACES: PackedSet = {
  info: {
    id: 'faces',
    title: 'Faces',
    count: 2048,
    storedSize: 64,
    fingerprint: 'cb66df197cb2c324d48b561ead93f5125df07c17e0a472998bcb1b10144e9c06',
    credit: 'Faces by facesjs, Apache 2.0',
    builtIn: true,
    captions: true,
    classes: 8,
    download: 2_317_024,
  },
  columns: 16,
  perSheet: 512,
};

/** Google's Noto pictures of every base emoji, by the names of Unicode; its groups of them are classes. */
export const EMOJI: PackedSet = {
  info: {
    id: 'emoji',
    title: 'Emoji',
    count: 1911,
    storedSize: 64,
    fingerprint: '1f833aaa0210135dabcaeb7ced6f44acc503e9e8fb813cbabfbde5b1c2914c77',
    credit: 'Noto Emoji, Apache 2.0',
    builtIn: true,
    captions: true,
    classes: 10,
    download: 2_075_927,
  },
  columns: 16,
  perSheet: 512,
  groups: [
    ['Smileys & Emotion', 0],
    ['People & Body', 169],
    ['Component', 555],
    ['Animals & Nature', 560],
    ['Food & Drink', 719],
    ['Travel & Places', 850],
    ['Activities', 1068],
    ['Objects', 1153],
    ['Symbols', 1417],
    ['Flags', 1641],
  ],
};

export const PACKED_SETS: readonly PackedSet[] = [PLANETS, FACES, EMOJI];
