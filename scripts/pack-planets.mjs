// Packs the built-in data set `planets`: DiceBear's CC0 style drawn 4,096 times, with captions. The sheets
// are committed, so the script is only run when the data set changes. Not here: writing sheets
// (packed-set.mjs).
//   node scripts/pack-planets.mjs            writes public/datasets/planets/
//   node scripts/pack-planets.mjs --check    draws every 64th picture again, compares it with the sheets
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Avatar, Style } from '@dicebear/core';
import { drawSvg, letterOf, OVERSAMPLING, packOrCheck, phrases } from './packed-set.mjs';

const SIZE = 32;
const SEED = 'perennial-planets-1';

const style = new Style(
  JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@dicebear/styles/planets.json'), 'utf8')),
);

// A caption joins one phrase of each of these four lists: exactly what the picture shows.
const SURFACES = {
  none: 'a smooth ',
  banded: 'a banded ',
  belted: 'a belted ',
  cratered: 'a cratered ',
  swirl: 'a stormy ',
  cap: 'an ice-capped ',
  spotted: 'a spotted ',
  marbled: 'a marbled ',
  cracked: 'a cracked ',
  terra: 'an earth-like ',
  speckled: 'a speckled ',
};
const PLANETS = {
  '#e27a8c': 'rose planet',
  '#e37f64': 'coral planet',
  '#d88a40': 'orange planet',
  '#c1982a': 'golden planet',
  '#9fa63b': 'olive planet',
  '#74b160': 'green planet',
  '#39b789': 'emerald planet',
  '#00b6af': 'teal planet',
  '#00b1cf': 'cyan planet',
  '#47a7e7': 'sky-blue planet',
  '#7a9bef': 'blue planet',
  '#a18ee8': 'lavender planet',
  '#c083d2': 'purple planet',
  '#d67cb2': 'pink planet',
};
const RINGS = { none: '', thin: 'a thin ring', double: 'a double ring', bold: 'a wide ring' };
const MOONS = { none: '', one: 'a moon', two: 'two moons', tiny: 'a tiny moon' };
const COMPANIONS = Object.fromEntries(
  Object.entries(RINGS).flatMap(([ring, ringWords]) =>
    Object.entries(MOONS).map(([moons, moonWords]) => {
      const words = [ringWords, moonWords].filter(Boolean).join(' and ');
      return [`${ring} ${moons}`, words && ` with ${words}`];
    }),
  ),
);
const SKIES = {
  '#17233f': ' on a dark blue sky',
  '#23244a': ' on an indigo sky',
  '#2c1c45': ' on a dark purple sky',
  '#0f2336': ' on a midnight-blue sky',
  '#012e3a': ' on a dark petrol sky',
  '#002a2e': ' on a dark teal sky',
  '#0b3533': ' on a dark green sky',
  '#361b34': ' on a plum sky',
  '#1c1f27': ' on a charcoal sky',
  '#1d1a2a': ' on a black-violet sky',
};
const PARTS = [SURFACES, PLANETS, COMPANIONS, SKIES];

/**
 * One letter for each part of picture `index`'s caption. Throws where an option of the style has no words
 * here yet.
 */
function captionCode(options) {
  const chosen = [
    options.surfaceVariant ?? 'none',
    options.planetColor[0],
    `${options.ringVariant ?? 'none'} ${options.moonsVariant ?? 'none'}`,
    options.backgroundColor[0],
  ];
  return chosen
    .map((option, part) => {
      const at = Object.keys(PARTS[part]).indexOf(option);
      if (at < 0) throw new Error(`No words for ${option}: add it to the table of part ${part}.`);
      return letterOf(at);
    })
    .join('');
}

await packOrCheck({
  ...{ name: 'planets', count: 4096, size: SIZE, columns: 32, perSheet: 512, about: { seed: SEED } },
  ...phrases(PARTS.map((part) => Object.values(part))),
  draw: async (index) => {
    const size = SIZE * OVERSAMPLING;
    const avatar = new Avatar(style, { seed: `${SEED}-${index}`, size, animationVariant: ['none'] });
    return {
      pixels: await drawSvg(avatar.toString(), SIZE),
      caption: captionCode(avatar.toJSON().options),
    };
  },
});
