// Claims: CelebA as its authors and as Kaggle give it is one source: every picture once, with sentences of
// its attributes and its official part, whatever the lists' line ends and the folders around.
import { describe, expect, it } from 'vitest';
import { celeba } from '../../../../src/data/sources/layouts/celeba.ts';
import type { Member } from '../../../../src/data/sources/member.ts';
import { entriesOf } from '../sourced.ts';
import { member, optionsOf, sourceIn } from './made.ts';

/** The second line of the official list_attr_celeba.txt. */
const NAMES =
  '5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace Wearing_Necktie Young'.split(
    ' ',
  );
const COUNT = 300;

const nameOf = (i: number): string => `${String(i + 1).padStart(6, '0')}.jpg`;
/** Picture 0 is the man of the recipe, 1 a woman of whom nothing else is said, others vary. */
const has = (i: number, name: string): boolean =>
  i === 0
    ? ['Male', 'Brown_Hair', 'Goatee', 'Smiling', 'Eyeglasses', 'Oval_Face', 'Young'].includes(name)
    : i > 1 && (i * 7 + NAMES.indexOf(name) * 3) % 5 === 0;
const numbers = Array.from({ length: COUNT }, (_, i) => i);
/** As many to a part as CelebA has: 80, 10 and 10 of a hundred. */
const partOf = (i: number): number => (i % 10 < 8 ? 0 : i % 10 === 8 ? 1 : 2);

/** As the authors write it: values are right-aligned, so that spaces come in runs. */
const officialList = (end: string): string =>
  [
    String(COUNT),
    `${NAMES.join(' ')} `,
    ...numbers.map((i) => `${nameOf(i)} ${NAMES.map((name) => (has(i, name) ? ' 1' : '-1')).join(' ')}`),
  ].join(end) + end;
const kaggleList = [
  `image_id,${NAMES.join(',')}`,
  ...numbers.map((i) => `${nameOf(i)},${NAMES.map((name) => (has(i, name) ? 1 : -1)).join(',')}`),
].join('\n');

const official = (end = '\n'): Member[] => [
  member('list_attr_celeba.txt', officialList(end)),
  member('list_eval_partition.txt', numbers.map((i) => `${nameOf(i)} ${partOf(i)}`).join(end)),
  member('identity_CelebA.txt', numbers.map((i) => `${nameOf(i)} ${i * 3}`).join(end)),
  ...numbers.toReversed().map((i) => member(`img_align_celeba/${nameOf(i)}`)),
];
const kaggle = (): Member[] => [
  member('archive/list_attr_celeba.csv', kaggleList),
  member(
    'archive/list_eval_partition.csv',
    ['image_id,partition', ...numbers.map((i) => `${nameOf(i)},${partOf(i)}`)].join('\r\n'),
  ),
  member('archive/list_bbox_celeba.csv', 'image_id,x_1\n000001.jpg,95'),
  ...numbers.map((i) => member(`archive/img_align_celeba/img_align_celeba/${nameOf(i)}`)),
];
const captionsIn = async (members: Member[], chosen = {}) =>
  (await entriesOf((await sourceIn(celeba, members)).source, 0, chosen)).map(({ caption }) =>
    caption.split('\n'),
  );

describe('CelebA', () => {
  it('is the same in the official form, with either line end, and in Kaggle’s', async () => {
    const expected = await captionsIn(official());
    expect(expected).toHaveLength(COUNT);
    expect(await captionsIn(official('\r\n'))).toEqual(expected);
    expect(await captionsIn(kaggle())).toEqual(expected);
  });

  it('says what can be seen in one sentence, then with parts of it, the same every time', async () => {
    const [man, woman] = await captionsIn(official());
    expect(man?.[0]).toBe('a man with brown hair and a goatee, smiling, wearing glasses');
    expect(woman).toEqual(['a woman', 'a person']);
    const all = await captionsIn(official());
    const drawn = all.flat();
    expect(all.every((lines) => lines.length <= 5 && new Set(lines).size === lines.length)).toBe(true);
    expect(drawn).toEqual((await captionsIn(official())).flat());
    expect(drawn.join('\n')).not.toMatch(/oval|young|cheekbones/);
  });

  it('draws each attribute with probability 0.7', async () => {
    const rows = [`image_id,Smiling,Blurry`, ...Array.from({ length: 1000 }, (_, i) => `${i}.jpg,1,-1`)];
    const members = [
      member('list_attr_celeba.csv', rows.join('\n')),
      ...Array.from({ length: 1000 }, (_, i) => member(`${i}.jpg`)),
    ];
    const lines = await captionsIn(members);
    // One line where all four drawn sentences say it, as the whole one does.
    const whole = lines.filter((one) => one.length === 1).length;
    expect(whole / 1000).toBeCloseTo(0.7 ** 4, 1);
    expect(new Set(lines.flat())).toEqual(new Set(['a person, smiling', 'a person']));
  });

  it('says all attributes, or none, where that is chosen', async () => {
    const [all] = await captionsIn(official(), { caption: 'all' });
    expect(all?.[0]).toBe('a young man with brown hair, a goatee and an oval face, smiling, wearing glasses');
    expect((await captionsIn(official(), { caption: 'none' })).flat().join('')).toBe('');
  });

  it('offers the official parts and keeps each picture’s number in them', async () => {
    const { source } = await sourceIn(celeba, official());
    expect(optionsOf(source, 'split')).toEqual(['all', 'train', 'valid', 'test']);
    const test = await entriesOf(source, 0, { split: 'test' });
    expect(test.map(({ number }) => number)).toEqual(numbers.filter((i) => partOf(i) === 2));
    expect((await entriesOf(source, 200, { split: 'test' })).map(({ number }) => number)).toEqual(
      numbers.filter((i) => partOf(i) === 2 && i >= 200),
    );
  });

  it('says its licence and what it leaves out, and leaves other pictures to others', async () => {
    const members = [...official(), member('mine/a.jpg'), member('mine/a.txt', 'mine')];
    const { source, rest } = await sourceIn(celeba, members);
    expect(source.facts.licence).toMatch(/non-commercial/);
    expect(source.facts.count).toBe(COUNT);
    expect(rest).toEqual(['mine/a.jpg', 'mine/a.txt']);
    expect(source.facts.ignored.map(({ example }) => example)).toEqual(['identity_CelebA.txt']);
  });

  it('counts pictures that are missing and those without a line', async () => {
    const some = official().filter(({ path }) => path !== 'img_align_celeba/000002.jpg');
    const { source } = await sourceIn(celeba, [...some, member('img_align_celeba/999999.jpg')]);
    expect(source.facts.warnings).toEqual([
      '1 of the 300 pictures in list_attr_celeba.txt are not here.',
      '1 picture without a line in list_attr_celeba.txt: without caption.',
    ]);
  });

  it('without its list has no captions and says so; with pictures elsewhere it takes those that are named', async () => {
    const alone = await sourceIn(celeba, [member('img_align_celeba/000001.jpg')]);
    expect(alone.source.facts.warnings.join()).toMatch(/no list_attr_celeba/);
    expect((await entriesOf(alone.source)).map(({ caption }) => caption)).toEqual(['']);
    const list = member('list_attr_celeba.csv', kaggleList);
    const loose = await sourceIn(celeba, [list, member('faces/000001.png'), member('faces/other.png')]);
    expect((await entriesOf(loose.source)).map(({ path }) => path)).toEqual(['faces/000001.png']);
    expect(loose.rest).toEqual(['faces/other.png']);
  });

  it.each([
    ['', /no line of a picture/],
    ['\0\xff\xfe{]"', /no line of a picture/],
    [`2\n${NAMES.join(' ')}\n000001.jpg 1 1\n000002.jpg`, /2 lines of .* cannot be read/],
  ])('whose list is damaged (%j) keeps its pictures and says so', async (text, said) => {
    const { source } = await sourceIn(celeba, [
      member('list_attr_celeba.txt', text),
      member('img_align_celeba/000001.jpg'),
    ]);
    expect(source.facts.warnings.join()).toMatch(said);
    expect(await entriesOf(source)).toHaveLength(1);
  });
});

it('is no CelebA without its names', async () => {
  expect(
    await celeba.recognise([member('a/000001.jpg'), member('attributes.txt', NAMES.join(' '))]),
  ).toBeNull();
});
