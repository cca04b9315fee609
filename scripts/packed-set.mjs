// Packs pictures of one size as lossless WebP sheets with captions, a manifest and a thumbnail under
// public/datasets, or draws some of them again and compares. Not here: what the pictures show (pack-*.mjs),
// reading the sheets in the browser (src/data/packed-set.ts).
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';

/** Pictures are drawn at 8 times their size and averaged down, 64 samples a pixel. */
export const OVERSAMPLING = 8;
/** Edge of each of the four pictures of a thumbnail, in pixels. */
const THUMBNAIL_SIZE = 32;
/** `--check` draws every 64th picture. */
const CHECKED = 64;

/**
 * A set: `name`, its folder; `count` pictures of `size` pixels, `columns` in a row and `perSheet` in a sheet;
 * `about`, more fields of its manifest; `draw(index)`, RGB bytes [size, size, 3] and the caption or its code;
 * `captionsFile(captions)`, what captions.json holds; `others(captions)`, more files by name.
 * With `--check` nothing is written.
 */
export async function packOrCheck(set) {
  await (process.argv.includes('--check') ? check(set) : pack(set));
}

/**
 * An SVG as RGB bytes [size, size, 3], each one of `levels` values from 0 to 255. It is drawn at
 * `size * OVERSAMPLING`, which its text must say.
 */
export async function drawSvg(svg, size, levels = 256) {
  const edge = size * OVERSAMPLING;
  const { data, info } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== edge || info.height !== edge || info.channels !== 3)
    throw new Error('unexpected raster');
  return averageDown(data, edge, OVERSAMPLING).map(nearestOf(levels));
}

/** A byte's nearest one of `levels` values from 0 to 255: fewer values, smaller sheets. */
export function nearestOf(levels) {
  const step = 255 / (levels - 1);
  return (value) => Math.round(Math.round(value / step) * step);
}

/** Mean of each `block` x `block` pixels of [edge, edge, 3] bytes. */
function averageDown(data, edge, block) {
  const size = edge / block;
  const pixels = Buffer.alloc(size * size * 3);
  const samples = block * block;
  for (let at = 0; at < pixels.length; at++) {
    const channel = at % 3;
    const left = (((at - channel) / 3) % size) * block;
    const top = Math.floor(at / (3 * size)) * block;
    let sum = 0;
    for (let y = top; y < top + block; y++) {
      for (let x = left; x < left + block; x++) sum += data[(y * edge + x) * 3 + channel];
    }
    pixels[at] = Math.round(sum / samples);
  }
  return pixels;
}

const fileOf = ({ name }, file) => new URL(`../public/datasets/${name}/${file}`, import.meta.url);
const pictureBytes = ({ size }) => size * size * 3;
const sheetName = (sheet) => `sheet-${sheet}.webp`;

/**
 * Calls back for every row of every picture of a sheet of `count` pictures, with the row's offset in the
 * sheet and in the pictures.
 */
function eachRow({ size, columns }, count, visit) {
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * size;
    const top = Math.floor(i / columns) * size;
    for (let y = 0; y < size; y++)
      visit(((top + y) * columns * size + left) * 3, (i * size + y) * size * 3, size * 3);
  }
}

/** A sheet of `pictures` as lossless WebP; its last row may be part empty. */
async function sheetOf(set, pictures) {
  const count = pictures.length / pictureBytes(set);
  const rows = Math.ceil(count / set.columns);
  const bytes = Buffer.alloc(rows * set.columns * pictureBytes(set));
  eachRow(set, count, (inSheet, inPictures, length) =>
    pictures.copy(bytes, inSheet, inPictures, inPictures + length),
  );
  const raw = { width: set.columns * set.size, height: rows * set.size, channels: 3 };
  return sharp(bytes, { raw }).webp({ lossless: true, effort: 6 }).toBuffer();
}

async function readSheet(set, sheet) {
  const count = Math.min(set.perSheet, set.count - sheet * set.perSheet);
  const bytes = await sharp(readFileSync(fileOf(set, sheetName(sheet))))
    .removeAlpha()
    .raw()
    .toBuffer();
  const pictures = Buffer.alloc(count * pictureBytes(set));
  eachRow(set, count, (inSheet, inPictures, length) =>
    bytes.copy(pictures, inPictures, inSheet, inSheet + length),
  );
  return pictures;
}

async function pack(set) {
  const bytes = pictureBytes(set);
  const pictures = Buffer.alloc(set.count * bytes);
  const captions = [];
  for (let index = 0; index < set.count; index++) {
    const { pixels, caption } = await set.draw(index);
    pixels.copy(pictures, index * bytes);
    captions.push(caption);
  }
  const sheets = Math.ceil(set.count / set.perSheet);
  for (let sheet = 0; sheet < sheets; sheet++) {
    const [from, to] = [sheet, sheet + 1].map((at) => at * set.perSheet * bytes);
    writeFileSync(fileOf(set, sheetName(sheet)), await sheetOf(set, pictures.subarray(from, to)));
  }
  writeFileSync(fileOf(set, 'captions.json'), `${JSON.stringify(set.captionsFile(captions))}\n`);
  for (const [file, text] of Object.entries(set.others?.(captions) ?? {}))
    writeFileSync(fileOf(set, file), text);
  if (set.thumbnail) await writeThumbnail(set, pictures);
  const fetched = [...Array.from({ length: sheets }, (_, sheet) => sheetName(sheet)), 'captions.json'];
  const manifest = {
    ...{ count: set.count, size: set.size, columns: set.columns, perSheet: set.perSheet, sheets },
    bytes: fetched.reduce((sum, file) => sum + statSync(fileOf(set, file)).size, 0),
    sha256: createHash('sha256').update(pictures).digest('hex'),
    ...set.about,
  };
  writeFileSync(fileOf(set, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${set.count} pictures, ${manifest.bytes} bytes to fetch, sha256 ${manifest.sha256}`);
}

/** The pictures named in `thumbnail`, two in a row, each a mean of blocks. */
async function writeThumbnail(set, pictures) {
  const bytes = pictureBytes(set);
  const small = set.thumbnail.map((index) =>
    averageDown(pictures.subarray(index * bytes, (index + 1) * bytes), set.size, set.size / THUMBNAIL_SIZE),
  );
  const sheet = await sheetOf({ columns: 2, size: THUMBNAIL_SIZE }, Buffer.concat(small));
  writeFileSync(fileOf(set, 'thumbnail.webp'), sheet);
}

async function check(set) {
  const committed = JSON.parse(readFileSync(fileOf(set, 'captions.json'), 'utf8'));
  const bytes = pictureBytes(set);
  let sheet = -1;
  let pictures;
  let checked = 0;
  for (let index = 0; index < set.count; index += CHECKED, checked++) {
    if (Math.floor(index / set.perSheet) !== sheet)
      pictures = await readSheet(set, (sheet = Math.floor(index / set.perSheet)));
    const { pixels, caption } = await set.draw(index);
    const at = (index % set.perSheet) * bytes;
    if (!pixels.equals(pictures.subarray(at, at + bytes)))
      throw new Error(`Picture ${index} is drawn differently now than in the committed sheets.`);
    if (caption !== set.captionIn(committed, index))
      throw new Error(`Picture ${index} has another caption now than the committed one.`);
  }
  console.log(`${checked} of ${set.count} pictures drawn again: the same pixels and captions`);
}

/**
 * For sets whose captions join a phrase of each list: what a set needs beside `draw`, whose caption is then a
 * letter for each list (see `letterOf`).
 */
export const phrases = (lists) => ({
  captionsFile: (codes) => ({ parts: lists, codes: codes.join('') }),
  captionIn: ({ codes }, index) => codes.slice(index * lists.length, (index + 1) * lists.length),
});

/** The letter of a list's phrase: a is the first. */
export const letterOf = (at) => String.fromCharCode(97 + at);
