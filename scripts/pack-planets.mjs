// Packs the built-in data set `planets`: DiceBear's CC0 style drawn 4,096 times, as lossless WebP sheets with
// captions. The sheets are committed, so the script is only run when the data set changes. Not here: reading
// the sheets (src/data/planets.ts).
//   node scripts/pack-planets.mjs            writes public/datasets/planets/
//   node scripts/pack-planets.mjs --check    draws every 64th picture again, compares it with the sheets
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Avatar, Style } from '@dicebear/core';
import sharp from 'sharp';

const COUNT = 4096;
const SIZE = 32;
/** A sheet is 32 x 16 pictures, row by row: 1024 x 512 pixels. */
const COLUMNS = 32;
const PER_SHEET = 512;
/** Pictures are drawn at 8 times their size and averaged down, 64 samples a pixel. */
const OVERSAMPLING = 8;
const SEED = 'perennial-planets-1';
const PICTURE_BYTES = SIZE * SIZE * 3;
const FOLDER = new URL('../public/datasets/planets/', import.meta.url);

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
      return String.fromCharCode(97 + at);
    })
    .join('');
}

/** Picture `index`: RGB bytes [32, 32, 3] and the code of its caption. */
async function drawPlanet(index) {
  const edge = SIZE * OVERSAMPLING;
  const avatar = new Avatar(style, { seed: `${SEED}-${index}`, size: edge, animationVariant: ['none'] });
  const { data, info } = await sharp(Buffer.from(avatar.toString()))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== edge || info.height !== edge || info.channels !== 3)
    throw new Error('unexpected raster');
  return { pixels: averageDown(data, edge), code: captionCode(avatar.toJSON().options) };
}

/** Mean of each OVERSAMPLING x OVERSAMPLING block. */
function averageDown(data, edge) {
  const pixels = Buffer.alloc(PICTURE_BYTES);
  const samples = OVERSAMPLING * OVERSAMPLING;
  for (let at = 0; at < PICTURE_BYTES; at++) {
    const channel = at % 3;
    const left = (((at - channel) / 3) % SIZE) * OVERSAMPLING;
    const top = Math.floor(at / (3 * SIZE)) * OVERSAMPLING;
    let sum = 0;
    for (let y = top; y < top + OVERSAMPLING; y++) {
      for (let x = left; x < left + OVERSAMPLING; x++) sum += data[(y * edge + x) * 3 + channel];
    }
    pixels[at] = Math.round(sum / samples);
  }
  return pixels;
}

const sheetName = (sheet) => `sheet-${sheet}.webp`;

/**
 * Calls back for every row of every picture of a sheet, with the row's offset in the sheet and in the
 * pictures.
 */
function eachRow(visit) {
  for (let i = 0; i < PER_SHEET; i++) {
    const left = (i % COLUMNS) * SIZE;
    const top = Math.floor(i / COLUMNS) * SIZE;
    for (let y = 0; y < SIZE; y++)
      visit(((top + y) * COLUMNS * SIZE + left) * 3, i * PICTURE_BYTES + y * SIZE * 3, SIZE * 3);
  }
}

async function writeSheet(sheet, pictures) {
  const bytes = Buffer.alloc(PER_SHEET * PICTURE_BYTES);
  eachRow((inSheet, inPictures, length) => pictures.copy(bytes, inSheet, inPictures, inPictures + length));
  const raw = { width: COLUMNS * SIZE, height: (PER_SHEET / COLUMNS) * SIZE, channels: 3 };
  const webp = await sharp(bytes, { raw }).webp({ lossless: true, effort: 6 }).toBuffer();
  writeFileSync(new URL(sheetName(sheet), FOLDER), webp);
  return webp.length;
}

async function readSheet(sheet) {
  const bytes = await sharp(readFileSync(new URL(sheetName(sheet), FOLDER)))
    .removeAlpha()
    .raw()
    .toBuffer();
  const pictures = Buffer.alloc(PER_SHEET * PICTURE_BYTES);
  eachRow((inSheet, inPictures, length) => bytes.copy(pictures, inPictures, inSheet, inSheet + length));
  return pictures;
}

async function pack() {
  const pictures = Buffer.alloc(COUNT * PICTURE_BYTES);
  let codes = '';
  for (let index = 0; index < COUNT; index++) {
    const { pixels, code } = await drawPlanet(index);
    pixels.copy(pictures, index * PICTURE_BYTES);
    codes += code;
  }
  let sheetBytes = 0;
  const sheetPixels = PER_SHEET * PICTURE_BYTES;
  for (let sheet = 0; sheet < COUNT / PER_SHEET; sheet++)
    sheetBytes += await writeSheet(sheet, pictures.subarray(sheet * sheetPixels, (sheet + 1) * sheetPixels));
  const captions = { parts: PARTS.map((part) => Object.values(part)), codes };
  writeFileSync(new URL('captions.json', FOLDER), `${JSON.stringify(captions)}\n`);
  const manifest = {
    count: COUNT,
    size: SIZE,
    columns: COLUMNS,
    perSheet: PER_SHEET,
    sheets: COUNT / PER_SHEET,
    sha256: createHash('sha256').update(pictures).digest('hex'),
    seed: SEED,
  };
  writeFileSync(new URL('manifest.json', FOLDER), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${COUNT} pictures, ${sheetBytes} bytes of sheets, sha256 ${manifest.sha256}`);
}

async function check() {
  const { codes } = JSON.parse(readFileSync(new URL('captions.json', FOLDER), 'utf8'));
  let sheet = -1;
  let pictures;
  for (let index = 0; index < COUNT; index += 64) {
    if (Math.floor(index / PER_SHEET) !== sheet)
      pictures = await readSheet((sheet = Math.floor(index / PER_SHEET)));
    const { pixels, code } = await drawPlanet(index);
    const at = (index % PER_SHEET) * PICTURE_BYTES;
    if (!pixels.equals(pictures.subarray(at, at + PICTURE_BYTES)))
      throw new Error(`Picture ${index} is drawn differently now than in the committed sheets.`);
    if (code !== codes.slice(index * PARTS.length, (index + 1) * PARTS.length))
      throw new Error(`Picture ${index} has another caption now than the committed one.`);
  }
  console.log(`${COUNT / 64} of ${COUNT} pictures drawn again: the same pixels and captions`);
}

await (process.argv.includes('--check') ? check() : pack());
