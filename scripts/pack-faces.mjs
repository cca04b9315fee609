// Packs the built-in data set `faces`: 2,048 portraits by facesjs, with captions and a table of attributes in
// CelebA's form. The sheets are committed, so the script is only run when the data set changes. Not here:
// writing sheets (packed-set.mjs).
//   node scripts/pack-faces.mjs            writes public/datasets/faces/
//   node scripts/pack-faces.mjs --check    draws every 64th picture again, compares it with the sheets
import { createHash } from 'node:crypto';
import { faceToSvgString } from 'facesjs';
import { drawSvg, letterOf, OVERSAMPLING, packOrCheck, phrases } from './packed-set.mjs';

const COUNT = 2048;
const SIZE = 64;
const SEED = 'perennial-faces-1';
/** Of each colour channel: what nobody sees, and half the size of 256 levels. */
const LEVELS = 22;
/** What is seen of facesjs' drawing, 400 x 600: the whole head with a cap and a beard, square. */
const VIEW = '-30 70 460 460';

// What a portrait shows is drawn from these lists: evenly from some, by weight from others. The words are
// those of its caption; colours and parts of facesjs that mean the same word are alternatives of it.
const WHO = [
  { words: 'woman', weight: 8, woman: true, facialHair: ['none'] },
  { words: 'man', weight: 4, facialHair: ['none'] },
  {
    words: 'bearded man',
    weight: 2,
    facialHair: [
      'beard1',
      'beard2',
      'beard3',
      'beard5',
      'beard6',
      'honest-abe-stache',
      'muttonGoatee1Stache',
    ],
  },
  { words: 'moustached man', weight: 2, facialHair: ['mustache1'] },
];
const MOODS = [
  { words: 'smiling', mouths: ['smile', 'smile2', 'smile3', 'smile4'] },
  { words: 'serious', mouths: ['straight', 'closed'] },
];
const SKINS = [
  { words: 'light', colours: ['#f2d6cb', '#fedac7'] },
  { words: 'tan', colours: ['#eab687', '#dfa877'] },
  { words: 'brown', colours: ['#ad7a58', '#a67358'] },
  { words: 'dark', colours: ['#74453d', '#5c3937'] },
];
/** `behind`: hair behind the head. A cap covers what is above the ears, so only some hair goes with one. */
const STYLES = {
  woman: [
    { words: 'long', weight: 4, hair: ['female7', 'female9'], behind: ['female2', 'female3'], cap: true },
    { words: 'bobbed', weight: 3, hair: ['female1', 'female5', 'female6', 'female12'] },
    { words: 'curly', weight: 2, hair: ['afro2', 'curly', 'curly2', 'curly3'] },
    { words: 'short', weight: 2, hair: ['female4', 'shaggy1', 'short3'] },
  ],
  man: [
    { words: 'short', weight: 4, hair: ['short', 'short2', 'parted', 'middle-part', 'hair'], cap: true },
    { words: 'curly', weight: 3, hair: ['afro', 'afro2', 'curly', 'curly2', 'curly3'] },
    { words: 'spiky', weight: 3, hair: ['spike', 'spike2', 'spike3', 'spike4'] },
    {
      words: 'long',
      weight: 2,
      hair: ['longHair', 'middle-part'],
      behind: ['longHair', 'female3'],
      cap: true,
    },
  ],
};
const HAIR_COLOURS = [
  { words: 'black', colours: ['#272421', '#1c1714'] },
  { words: 'brown', colours: ['#5a3825', '#6b4226'] },
  { words: 'blond', colours: ['#e9c67b', '#e3bb63'] },
  { words: 'red', colours: ['#b5482f', '#c1502e'] },
  { words: 'grey', colours: ['#9e9e9e', '#b4b4b4'] },
];
const WORN = [
  { words: '', weight: 6, glasses: ['none'], accessories: ['none'] },
  {
    words: 'in glasses',
    weight: 3,
    glasses: ['glasses1-primary', 'glasses1-secondary', 'glasses2-black', 'glasses2-secondary'],
    accessories: ['none'],
  },
  { words: 'in a cap', weight: 3, glasses: ['none'], accessories: ['hat', 'hat2', 'hat3'] },
  { words: 'in a headband', weight: 1, glasses: ['none'], accessories: ['headband', 'headband-high'] },
];
const GROUNDS = [
  { words: 'blue', colours: ['#a9cdea'] },
  { words: 'green', colours: ['#b2dba8'] },
  { words: 'yellow', colours: ['#f5e39b'] },
  { words: 'pink', colours: ['#f3c3d3'] },
  { words: 'grey', colours: ['#cecece'] },
];

/** The rest of a face, drawn evenly and in no caption. */
const REST = {
  woman: {
    eye: ['female1', 'female2', 'female4', 'female5', 'female6', 'female10', 'female14', 'female16'],
    eyebrow: ['female1', 'female2', 'female5', 'female6', 'female7', 'female10'],
    head: ['female1', 'female2', 'female3'],
    body: ['body', 'body2', 'body4'],
    bodySize: [0.8, 0.9],
    fatness: [0, 0.4],
  },
  man: {
    eye: ['eye1', 'eye2', 'eye4', 'eye5', 'eye6', 'eye8', 'eye9', 'eye10', 'eye11'],
    eyebrow: ['eyebrow1', 'eyebrow2', 'eyebrow4', 'eyebrow5', 'eyebrow9', 'eyebrow12', 'eyebrow14'],
    head: ['head1', 'head2', 'head4', 'head5', 'head8', 'head10', 'head12', 'head14'],
    body: ['body', 'body2', 'body3', 'body4', 'body5'],
    bodySize: [0.95, 1.05],
    fatness: [0.1, 0.9],
  },
};
const NOSES = ['nose1', 'nose2', 'nose3', 'nose5', 'nose7', 'nose9', 'nose11', 'nose14', 'small'];
const JERSEYS = ['jersey', 'jersey2', 'jersey3', 'jersey4', 'baseball', 'hockey', 'football'];
const CLOTHES = [
  ['#2f6fb0', '#f4f4f4', '#16324f'],
  ['#b03a3a', '#f1d9a7', '#4a1717'],
  ['#3b8f5a', '#f4f4f4', '#1d452c'],
  ['#6d4ba0', '#f0c94a', '#33224d'],
  ['#e08a2c', '#2d2d2d', '#7a4510'],
];

/** The lists of captions.json; a caption joins one text of each. */
const LISTS = [
  WHO.flatMap((who) => MOODS.map((mood) => `a ${mood.words} ${who.words}`)),
  SKINS.map(({ words }) => ` with ${words} skin and`),
  [...new Set(Object.values(STYLES).flatMap((styles) => styles.map(({ words }) => ` ${words}`)))],
  HAIR_COLOURS.map(({ words }) => ` ${words} hair`),
  WORN.map(({ words }) => words && ` ${words}`),
  GROUNDS.map(({ words }) => ` on ${words}`),
];

/** In [0, 1): the first 32 bits of a hash of seed, picture and what is drawn for it. */
const uniform = (index, what) =>
  createHash('sha256').update(`${SEED}-${index}-${what}`).digest().readUInt32BE(0) / 2 ** 32;

/** One of the list, evenly. */
const even = (index, what, list) => list[Math.floor(uniform(index, what) * list.length)];

/** One of the list, by `weight`. */
function weighted(index, what, list) {
  let left = uniform(index, what) * list.reduce((sum, { weight }) => sum + weight, 0);
  return list.find(({ weight }) => (left -= weight) < 0);
}

const between = (index, what, [low, high]) => Number((low + uniform(index, what) * (high - low)).toFixed(2));

/** What picture `index` shows, as the rows of the lists above. */
function traitsOf(index) {
  const who = weighted(index, 'who', WHO);
  const style = weighted(index, 'style', STYLES[who.woman ? 'woman' : 'man']);
  return {
    ...{ who, style, mood: even(index, 'mood', MOODS), skin: even(index, 'skin', SKINS) },
    ...{ hair: even(index, 'hair colour', HAIR_COLOURS), ground: even(index, 'ground', GROUNDS) },
    worn: weighted(
      index,
      'worn',
      WORN.filter(({ words }) => style.cap || words !== 'in a cap'),
    ),
  };
}

/** The face of picture `index`, as facesjs draws it. */
function faceOf(index, { who, style, mood, skin, hair, worn }) {
  const rest = REST[who.woman ? 'woman' : 'man'];
  const one = (what, list) => even(index, what, list);
  const within = (what, range) => between(index, what, range);
  return {
    fatness: within('fatness', rest.fatness),
    teamColors: one('clothes', CLOTHES),
    hairBg: { id: style.behind ? one('hair behind', style.behind) : 'none' },
    body: {
      id: one('body', rest.body),
      color: one('skin colour', skin.colours),
      size: within('body size', rest.bodySize),
    },
    jersey: { id: one('jersey', JERSEYS) },
    ear: { id: one('ear', ['ear1', 'ear2']), size: within('ear size', [0.5, 1]) },
    head: { id: one('head', rest.head), shave: 'rgba(0,0,0,0)' },
    eyeLine: { id: 'none' },
    smileLine: { id: 'none', size: 1 },
    miscLine: { id: 'none' },
    facialHair: { id: one('facial hair', who.facialHair) },
    eye: { id: one('eye', rest.eye), angle: Math.round(within('eye angle', [-5, 8])) },
    eyebrow: { id: one('eyebrow', rest.eyebrow), angle: Math.round(within('eyebrow angle', [-8, 10])) },
    hair: {
      id: one('hair', style.hair),
      color: one('hair shade', hair.colours),
      flip: uniform(index, 'hair flip') < 0.5,
    },
    mouth: { id: one('mouth', mood.mouths), flip: uniform(index, 'mouth flip') < 0.5 },
    nose: {
      id: one('nose', NOSES),
      flip: uniform(index, 'nose flip') < 0.5,
      size: within('nose size', [0.5, 1]),
    },
    glasses: { id: one('glasses', worn.glasses) },
    accessories: { id: one('accessories', worn.accessories) },
  };
}

/** A letter for each list of LISTS. */
const codeOf = ({ who, mood, skin, style, hair, worn, ground }) =>
  [
    WHO.indexOf(who) * MOODS.length + MOODS.indexOf(mood),
    SKINS.indexOf(skin),
    LISTS[2].indexOf(` ${style.words}`),
    HAIR_COLOURS.indexOf(hair),
    WORN.indexOf(worn),
    GROUNDS.indexOf(ground),
  ]
    .map(letterOf)
    .join('');

/** The square of the face's SVG on its ground, at the size that it is drawn at. */
function svgOf(face, ground) {
  const edge = SIZE * OVERSAMPLING;
  const [left, top, width, height] = VIEW.split(' ');
  const svg = faceToSvgString(face)
    .replace('width="100%"', `width="${edge}"`)
    .replace('height="100%"', `height="${edge}"`)
    .replace('viewBox="0 0 400 600"', `viewBox="${VIEW}"`);
  const start = svg.indexOf('>') + 1;
  const rect = `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${ground}"/>`;
  return svg.slice(0, start) + rect + svg.slice(start);
}

/** The attributes of CelebA that the drawings have, by its names, in its order; of what a picture shows. */
const ATTRIBUTES = {
  Black_Hair: ({ hair }) => hair.words === 'black',
  Blond_Hair: ({ hair }) => hair.words === 'blond',
  Brown_Hair: ({ hair }) => hair.words === 'brown',
  Eyeglasses: ({ worn }) => worn.words === 'in glasses',
  Gray_Hair: ({ hair }) => hair.words === 'grey',
  Male: ({ who }) => !who.woman,
  Mustache: ({ who }) => who.words === 'moustached man',
  No_Beard: ({ who }) => who.words !== 'bearded man',
  Smiling: ({ mood }) => mood.words === 'smiling',
  Wavy_Hair: ({ style }) => style.words === 'curly',
  Wearing_Hat: ({ worn }) => worn.words === 'in a cap',
};

/** As list_attr_celeba.txt: the count, the names, then a line for each picture with -1 or 1 in columns. */
function attributeTable() {
  const lines = Array.from({ length: COUNT }, (_, index) => {
    const traits = traitsOf(index);
    const values = Object.values(ATTRIBUTES).map((has) => (has(traits) ? ' 1' : '-1'));
    return `${String(index + 1).padStart(6, '0')}.jpg ${values.join(' ')}`;
  });
  return `${[COUNT, Object.keys(ATTRIBUTES).join(' '), ...lines].join('\n')}\n`;
}

await packOrCheck({
  ...{ name: 'faces', count: COUNT, size: SIZE, columns: 16, perSheet: 512, about: { seed: SEED } },
  ...phrases(LISTS),
  thumbnail: [9, 3, 16, 49],
  others: () => ({ 'list_attr_celeba.txt': attributeTable() }),
  draw: async (index) => {
    const traits = traitsOf(index);
    const svg = svgOf(faceOf(index, traits), even(index, 'ground colour', traits.ground.colours));
    return { pixels: await drawSvg(svg, SIZE, LEVELS), caption: codeOf(traits) };
  },
});
