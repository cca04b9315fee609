// Claims: the committed sets are whole, are those that the app names, and are drawn again with the same
// pixels and captions; the table of the faces says what their captions say. Decoding in the browser:
// packed-sets.gpu.test.ts.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Captions, captionOf, classOf } from '../../src/data/packed-set.ts';
import { EMOJI, FACES, PACKED_SETS, PLANETS, type PackedSet } from '../../src/data/packed-sets.ts';
import { chosenFile, entriesOf, sourceOf } from './sources/sourced.ts';

const fileOf = ({ info }: PackedSet, name: string): URL =>
  new URL(`../../public/datasets/${info.id}/${name}`, import.meta.url);
const textOf = (set: PackedSet, name: string): string => readFileSync(fileOf(set, name), 'utf8');

const captionsOf = (set: PackedSet): string[] => {
  const captions = JSON.parse(textOf(set, 'captions.json')) as Captions;
  return Array.from({ length: set.info.count }, (_, index) => captionOf(captions, index));
};

/** How many pictures each class has. */
function classesOf(set: PackedSet): Record<string, number> {
  const captions = JSON.parse(textOf(set, 'captions.json')) as Captions;
  const counts: Record<string, number> = {};
  for (let index = 0; index < set.info.count; index++) {
    const name = classOf(set, captions, index);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const filesOf = ({ info, perSheet }: PackedSet): string[] => [
  ...Array.from({ length: Math.ceil(info.count / perSheet) }, (_, sheet) => `sheet-${sheet}.webp`),
  'captions.json',
];

/** SHA-256 of the pictures of all sheets, one after the other, each cut out of its sheet. */
async function fingerprintOf(set: PackedSet): Promise<string> {
  const { info, columns, perSheet } = set;
  const size = info.storedSize;
  const hash = createHash('sha256');
  for (const [sheet, name] of filesOf(set).slice(0, -1).entries()) {
    const pixels = await sharp(readFileSync(fileOf(set, name)))
      .removeAlpha()
      .raw()
      .toBuffer();
    for (let tile = 0; tile < Math.min(perSheet, info.count - sheet * perSheet); tile++) {
      const corner = (Math.floor(tile / columns) * size * columns + (tile % columns)) * size;
      for (let y = 0; y < size; y++) {
        const from = (corner + y * columns * size) * 3;
        hash.update(pixels.subarray(from, from + size * 3));
      }
    }
  }
  return hash.digest('hex');
}

/** RGB of the pixel in the middle of picture `index`. */
async function middleOf(set: PackedSet, index: number): Promise<number[]> {
  const { info, columns, perSheet } = set;
  const at = index % perSheet;
  const [column, row] = [at % columns, Math.floor(at / columns)];
  const [left = 0, top = 0] = [column, row].map((place) => (place + 0.5) * info.storedSize);
  const sheet = readFileSync(fileOf(set, filesOf(set)[Math.floor(index / perSheet)] ?? ''));
  return [...(await sharp(sheet).removeAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer())];
}

describe.each(PACKED_SETS.map((set) => [set.info.id, set] as const))('%s', (_, set) => {
  it('are those of the manifest, and the app knows their fingerprint and what there is to fetch', async () => {
    const { info, columns, perSheet } = set;
    const bytes = filesOf(set).reduce((sum, name) => sum + statSync(fileOf(set, name)).size, 0);
    expect(JSON.parse(textOf(set, 'manifest.json'))).toMatchObject({
      ...{ count: info.count, size: info.storedSize, columns, perSheet, sha256: info.fingerprint, bytes },
    });
    expect(info.download ?? bytes).toBe(bytes);
    expect(await fingerprintOf(set)).toBe(info.fingerprint);
  });

  it('are of as many classes as the app says, and no picture is without', () => {
    const names = Object.keys(classesOf(set));
    expect(names).toHaveLength(set.info.classes ?? 0);
    for (const name of names) expect(name).toMatch(/^[A-Za-z]+([ &-]+[A-Za-z]+)*$/);
  });
});

it('the classes of planets and faces are what their captions begin with, those of emoji Unicode`s groups', () => {
  expect(classesOf(PLANETS)).toMatchObject({ smooth: 177, 'ice-capped': 387, 'earth-like': 402 });
  expect(classesOf(FACES)).toMatchObject({ 'smiling woman': 489, 'serious bearded man': 117 });
  // The package says the group of every emoji; the script writes where each begins.
  expect(EMOJI.groups).toEqual((JSON.parse(textOf(EMOJI, 'manifest.json')) as PackedSet).groups);
  const captions = captionsOf(EMOJI);
  expect(EMOJI.groups?.slice(1).map(([, first]) => captions[first])).toEqual(FIRST_OF_GROUPS);
});

/** Of the groups of emoji-test.txt of Unicode 16.0 but the first; skin tones are its Component. */
const FIRST_OF_GROUPS = [
  ...['waving hand sign', 'emoji modifier fitzpatrick type-1-2', 'monkey face', 'grapes'],
  ...['earth globe europe-africa', 'jack-o-lantern', 'eyeglasses', 'automated teller machine'],
  'chequered flag',
];

// The emoji's script downloads 74 MB.
it.each([PLANETS, FACES])(
  '$info.id are drawn again with the same pixels and captions by the committed script',
  ({ info }) => {
    const output = execFileSync('node', [`scripts/pack-${info.id}.mjs`, '--check'], {
      cwd: new URL('../../', import.meta.url),
      encoding: 'utf8',
    });
    expect(output).toContain(`of ${info.count} pictures drawn again`);
  },
);

it('planets have a caption each, in plain words, over 3,000 different ones', () => {
  const all = captionsOf(PLANETS);
  for (const caption of all)
    expect(caption).toMatch(/^an? [a-z-]+ [a-z-]+ planet( with [a-z ]+)? on an? [a-z- ]+ sky$/);
  expect(new Set(all).size).toBeGreaterThan(3000);
});

it('emoji stand under their names: what is called a red circle is red in its middle', async () => {
  const captions = captionsOf(EMOJI);
  expect([captions[0], captions.at(-1)]).toEqual(['grinning face', 'Wales Flag']);
  expect(captions.filter((caption) => caption.trim() === '')).toEqual([]);
  // Hues in degrees, as CSS names them within a sixth of the circle.
  const HUES = { red: 0, orange: 30, yellow: 50, green: 100, blue: 210, purple: 290 };
  for (const [name, hue] of Object.entries(HUES))
    for (const shape of ['circle', 'square']) {
      const caption = `large ${name} ${shape}`;
      const [r = 0, g = 0, b = 0] = await middleOf(EMOJI, captions.indexOf(caption));
      const turn = (Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b) * 180) / Math.PI;
      expect(Math.abs(((turn - hue + 540) % 360) - 180), caption).toBeLessThan(30);
    }
});

it('what is fetched when it is chosen weighs at most 5 MB in all', () => {
  const bytes = PACKED_SETS.reduce((sum, { info }) => sum + (info.download ?? 0), 0);
  expect(bytes).toBeLessThan(5e6);
});

describe('the table of the faces', () => {
  const lines = textOf(FACES, 'list_attr_celeba.txt').trimEnd().split('\n');
  // As torchvision reads the original: the second line has the names, the rest is split at white space.
  const names = lines[1]?.split(' ') ?? [];
  const rows = lines.slice(2).map((line) => line.split(/ +/));

  it('is read as CelebA where it lies beside pictures of its names, and each gets its words', async () => {
    const members = Array.from({ length: 2048 }, (_, i) => `${String(i + 1).padStart(6, '0')}.jpg`);
    const files = [chosenFile('faces/list_attr_celeba.txt', textOf(FACES, 'list_attr_celeba.txt'))];
    const source = await sourceOf([...members.map((name) => chosenFile(`faces/${name}`)), ...files]);
    expect(source.facts).toMatchObject({ kind: 'CelebA', count: 2048, warnings: [] });
    const read = (await entriesOf(source)).map(({ caption }) => caption.split('\n')[0] ?? '');
    const said = captionsOf(FACES);
    for (const [theirs, ours] of [
      [/wearing.* glasses/, / in glasses/],
      [/^a man\b/, /\bman /],
      [/smiling/, /^a smiling /],
      [/a mustache/, / moustached /],
      [/gr[ae]y.* hair/, / grey hair/],
    ] as const)
      expect(read.map((line) => theirs.test(line))).toEqual(said.map((line) => ours.test(line)));
  });

  it('has the form of list_attr_celeba.txt: count, names, then a file with 1 or -1 for each of them', () => {
    expect(lines[0]).toBe('2048');
    expect(rows.map(([file]) => file)).toEqual(
      Array.from({ length: 2048 }, (_, i) => `${String(i + 1).padStart(6, '0')}.jpg`),
    );
    for (const row of rows) {
      expect(row).toHaveLength(1 + names.length);
      expect(row.slice(1).filter((value) => value !== '1' && value !== '-1')).toEqual([]);
    }
  });

  it('says of every picture what its caption says, and neither is rare', () => {
    const SAID: Readonly<Record<string, RegExp>> = {
      Black_Hair: / black hair/,
      Blond_Hair: / blond hair/,
      Brown_Hair: / brown hair/,
      Eyeglasses: / in glasses/,
      Gray_Hair: / grey hair/,
      Male: /\bman /,
      Mustache: / moustached /,
      No_Beard: /^(?!.*bearded)/,
      Smiling: /^a smiling /,
      Wavy_Hair: / curly /,
      Wearing_Hat: / in a cap/,
    };
    expect(Object.keys(SAID)).toEqual(names);
    const captions = captionsOf(FACES);
    for (const [at, name] of names.entries()) {
      const has = rows.map((row) => row[at + 1] === '1');
      expect(has, name).toEqual(captions.map((caption) => SAID[name]?.test(caption)));
      const share = has.filter(Boolean).length / has.length;
      expect(Math.min(share, 1 - share), name).toBeGreaterThan(0.05);
    }
  });
});
