// Made-up captions, prompts and words for the gallery of states, unpleasant ones among them. Not here: the
// states (gallery-state.ts).
import type { CaptionFacts, CaptionTemplate } from '../../src/trainer/api.ts';

/** Captions first, then combinations; one of them without a space, one from right to left, one empty. */
export const PROMPTS = [
  'a smooth rose planet on a dark blue sky',
  'a banded golden planet with a thin ring on an indigo sky',
  'a cratered teal planet with a moon on a charcoal sky',
  'a stormy olive planet with a wide ring and two moons on a dark petrol sky',
  'an ice-capped blue planet on a plum sky',
  'a marbled purple planet with a double ring and a tiny moon on a midnight-blue sky',
  'a spotted coral planet with two moons on a dark green sky',
  'an earth-like green planet on a black-violet sky',
  'a smooth golden planet with a wide ring on a plum sky',
  'a cracked sky-blue planet with a moon on a dark teal sky',
  'a stormy pink planet with a thin ring and a moon on a dark blue sky',
  'a belted emerald planet on an indigo sky',
  'a speckled cyan planet with a double ring on a dark purple sky',
  'aplanetwithoutanyspacewhosenamegoesonandonandonuntilitisfarwiderthanthepicture',
  'كوكب أزرق مع حلقة رفيعة',
  '',
];

const listed = (texts: string): string[] => texts.split(', ');

/** The sentence of the planets' captions. */
export const TEMPLATE: CaptionTemplate = [
  listed('a smooth, a banded, a belted, a cratered, a stormy, an ice-capped, a spotted, an earth-like'),
  listed('blue, rose, coral, orange, golden, olive, green, emerald, teal, cyan, sky-blue, purple, pink'),
  'planet',
  ['', ...listed('with a moon, with two moons, with a thin ring, with a wide ring and a tiny moon')],
  'on',
  listed('a dark blue, an indigo, a plum, a charcoal, a dark petrol, a midnight-blue, a black-violet'),
  'sky',
];

const WORDS =
  'a planet sky on dark with ring and moon blue two thin moons purple green an tiny wide double teal plum charcoal indigo midnight-blue petrol black-violet golden rose coral orange olive emerald cyan sky-blue lavender pink smooth banded belted cratered stormy ice-capped spotted marbled cracked earth-like speckled';

/** Of 4,096 pictures that all have captions. */
export const CAPTIONS: CaptionFacts = {
  prompts: PROMPTS.map((text, i) => ({ text, isCaption: i < 8 })),
  vocabulary: WORDS.split(' ').map((word, i) => ({ word, times: Math.round(8200 / (1 + i / 3)) })),
  ...{ pictures: 4096, captioned: 4096, teaches: 'something', sides: 0 },
};

/** Of the user's pictures: few captions, which are all the same and speak of a side. */
export const POOR_CAPTIONS: CaptionFacts = {
  prompts: PROMPTS.map(() => ({ text: 'the gate at the left of the garden', isCaption: true })),
  vocabulary: ['the', 'at', 'garden', 'gate', 'left', 'of'].map((word) => ({ word, times: 31 })),
  ...{ pictures: 812, captioned: 31, teaches: 'same', sides: 31 },
};
