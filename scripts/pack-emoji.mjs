// Packs the built-in data set `emoji`: Google's Noto pictures of all 1,911 base emoji with names, out of
// the package emoji-datasource-google. The sheets are committed, so the script is only run when the data set
// changes, and gets the package (74 MB) then, not with every installation. Not here: writing sheets
// (packed-set.mjs).
//   node scripts/pack-emoji.mjs            writes public/datasets/emoji/
//   node scripts/pack-emoji.mjs --check    makes every 64th picture again, compares it with the sheets
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { nearestOf, packOrCheck } from './packed-set.mjs';

const PACKAGE = 'emoji-datasource-google@16.0.0';
/** SHA-512 of the package's archive, as the registry gives it. */
const INTEGRITY = 'ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==';
/** Edge of a picture; in the package's sheet each has a border of one pixel. */
const SIZE = 64;
const STRIDE = SIZE + 2;
/** Of each colour channel: what nobody sees, and half the size of 256 levels. */
const LEVELS = 22;

/** emoji.json of the package, and the pixels of its sheet on white. */
async function unpacked() {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-emoji-'));
  try {
    const options = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' };
    const archive = execFileSync('npm', ['pack', PACKAGE, '--silent'], options).trim();
    const sha512 = createHash('sha512')
      .update(readFileSync(join(folder, archive)))
      .digest('base64');
    if (sha512 !== INTEGRITY) throw new Error(`${archive} has the SHA-512 ${sha512}, not ${INTEGRITY}.`);
    execFileSync(
      'tar',
      ['xzf', archive, 'package/emoji.json', 'package/img/google/sheets-clean/64.png'],
      options,
    );
    const emoji = JSON.parse(readFileSync(join(folder, 'package/emoji.json'), 'utf8'));
    const sheet = await sharp(join(folder, 'package/img/google/sheets-clean/64.png'))
      .flatten({ background: '#fff' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (sheet.info.channels !== 3) throw new Error('unexpected raster');
    return { emoji, sheet };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { emoji, sheet } = await unpacked();
const base = emoji.filter((one) => one.has_img_google).sort((a, b) => a.sort_order - b.sort_order);
const nearest = nearestOf(LEVELS);

/** RGB bytes [64, 64, 3] of an emoji. */
function pixelsOf({ sheet_x: column, sheet_y: row }) {
  const pixels = Buffer.alloc(SIZE * SIZE * 3);
  const { width } = sheet.info;
  for (let y = 0; y < SIZE; y++) {
    const from = ((row * STRIDE + 1 + y) * width + column * STRIDE + 1) * 3;
    sheet.data.copy(pixels, y * SIZE * 3, from, from + SIZE * 3);
  }
  return pixels.map(nearest);
}

/** Unicode's groups, one behind the other: the name of each and its first picture. */
const groups = base.flatMap(({ category }, index) =>
  category === base[index - 1]?.category ? [] : [[category, index]],
);

/** Unicode's names are capitals; those of flags are names of countries. */
const captionOf = ({ name }) => (name === name.toUpperCase() ? name.toLowerCase() : name);

await packOrCheck({
  ...{
    name: 'emoji',
    count: base.length,
    size: SIZE,
    columns: 16,
    perSheet: 512,
    about: { package: PACKAGE, groups },
  },
  captionsFile: (texts) => ({ texts }),
  captionIn: ({ texts }, index) => texts[index],
  thumbnail: ['1F600', '1F34E', '1F98A', '1F680'].map((code) =>
    base.findIndex(({ unified }) => unified === code),
  ),
  draw: (index) => ({ pixels: pixelsOf(base[index]), caption: captionOf(base[index]) }),
});
