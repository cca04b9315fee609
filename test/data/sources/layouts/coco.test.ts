// Claims: COCO's lists of captions join with the pictures of either year by their numbers, several captions a
// picture, trimmed; what is missing is counted.
import { describe, expect, it } from 'vitest';
import { coco } from '../../../../src/data/sources/layouts/coco.ts';
import type { Member } from '../../../../src/data/sources/member.ts';
import { entriesOf } from '../sourced.ts';
import { member, optionsOf, sourceIn } from './made.ts';

const COUNT = 300;
const numbers = Array.from({ length: COUNT }, (_, i) => i);
/** Far apart and not in the order of the list, as COCO's are. */
const idOf = (i: number): number => ((i * 7919) % 90_000) + 9;
const digits = (i: number): string => String(idOf(i)).padStart(12, '0');

/** A list as captions_train2017.json is written, five captions a picture in no order. */
function list(year: 2014 | 2017, part: string, pictures: readonly number[]): Member {
  const nameOf = (i: number): string => `${year === 2014 ? `COCO_${part}_` : ''}${digits(i)}.jpg`;
  const annotations = numbers.flatMap((k) =>
    pictures.map((i) => ({
      image_id: idOf(i),
      id: k * COUNT + i,
      caption: `A  thing ${i} seen  ${k} times.\n`,
    })),
  );
  const images = pictures.map((i) => ({
    license: 3,
    file_name: nameOf(i),
    coco_url: `http://images.cocodataset.org/${part}/${nameOf(i)}`,
    height: 427,
    width: 640,
    date_captured: '2013-11-14 17:02:52',
    id: idOf(i),
  }));
  const first = annotations.slice(0, 5 * pictures.length);
  const info = { description: `COCO ${year} Dataset`, url: 'http://cocodataset.org', version: '1.0', year };
  return member(
    `annotations/captions_${part}.json`,
    JSON.stringify({ info, images, licenses: [{ id: 1, name: 'x' }], annotations: first }),
  );
}
const captionOf = (i: number): string =>
  [0, 1, 2, 3, 4].map((k) => `A thing ${i} seen ${k} times.`).join('\n');

const pictures = (year: 2014 | 2017, part: string): Member[] =>
  numbers.map((i) => member(`${part}/${year === 2014 ? `COCO_${part}_` : ''}${digits(i)}.jpg`));

describe('COCO', () => {
  it.each([
    [2017, 'train2017', 2017, 'train2017'],
    [2014, 'val2014', 2014, 'val2014'],
    [2017, 'train2017', 2014, 'train2014'],
  ] as const)('captions of %i (%s) join with pictures of %i (%s)', async (year, part, ofYear, folder) => {
    const { source, rest } = await sourceIn(coco, [...pictures(ofYear, folder), list(year, part, numbers)]);
    const entries = await entriesOf(source);
    expect(source.facts).toMatchObject({ kind: `COCO captions ${year}`, count: COUNT, warnings: [] });
    expect(entries).toHaveLength(COUNT);
    for (const { path, caption } of entries) {
      const i = numbers.find((i) => path.endsWith(`${digits(i)}.jpg`)) ?? -1;
      expect(caption).toBe(captionOf(i));
    }
    expect(entries.map(({ path }) => path)).toEqual(entries.map(({ path }) => path).toSorted());
    expect(rest).toEqual([]);
  });

  it('in two lists are two parts, and pictures without a caption are left to others', async () => {
    const [train, val] = [numbers.slice(0, 200), numbers.slice(200, 290)];
    const all = [...pictures(2017, 'all'), list(2017, 'train2017', train), list(2017, 'val2017', val)];
    const { source, rest } = await sourceIn(coco, all);
    expect(optionsOf(source, 'split')).toEqual(['all', 'train2017', 'val2017']);
    expect(await entriesOf(source, 0, { split: 'val2017' })).toHaveLength(90);
    expect(await entriesOf(source)).toHaveLength(290);
    expect(rest).toHaveLength(10);
    const later = await entriesOf(source, 280, {});
    expect(later).toEqual(
      (await entriesOf(source)).slice(280).map((entry) => ({ ...entry, picture: expect.anything() })),
    );
  });

  it('counts the pictures that are missing, all of them too', async () => {
    const [first, ...others] = pictures(2017, 'train2017') as [Member, ...Member[]];
    const some = await sourceIn(coco, [...others, list(2017, 'train2017', numbers)]);
    expect(some.source.facts.warnings).toEqual([
      '1 of the 300 pictures in captions_train2017.json are not here.',
    ]);
    expect((await entriesOf(some.source)).some(({ path }) => path === first.path)).toBe(false);
    const none = await sourceIn(coco, [list(2017, 'train2017', numbers)]);
    expect(none.source.facts.count).toBe(0);
    expect(none.source.facts.warnings.join(' ')).toMatch(/300 of the 300 .* Choose the pictures together/);
  });

  it('of other sets join by file name, with ids that are text', async () => {
    const images = [{ id: 'abc', file_name: 'folder/One.JPG' }];
    const annotations = [{ image_id: 'abc', caption: '<b>bold</b>\u202e and\u0007 hidden' }];
    const { source } = await sourceIn(coco, [
      member('x/one.jpg'),
      member('my_captions.json', JSON.stringify({ images, annotations })),
    ]);
    expect((await entriesOf(source)).map(({ caption }) => caption)).toEqual(['<b>bold</b> and hidden']);
  });

  it('leave a caption of 1 MB out, say so, and keep the others', async () => {
    const images = [{ id: 1, file_name: 'a.jpg' }];
    const annotations = ['x'.repeat(2 ** 20), 'short'].map((caption) => ({ image_id: 1, caption }));
    const { source } = await sourceIn(coco, [
      member('a.jpg'),
      member('captions.json', JSON.stringify({ images, annotations })),
    ]);
    expect(await entriesOf(source)).toMatchObject([
      { caption: 'short', unused: { name: 'a.jpg', why: expect.stringMatching(/4 KiB/) as string } },
    ]);
  });

  it.each([
    [
      JSON.stringify({ images: [{ id: 1, file_name: 'a.jpg' }], annotations: [] }).slice(0, -4),
      /in part or not at all/,
    ],
    [
      JSON.stringify({ images: [{ id: 1, file_name: 'a.jpg' }, { id: {} }], annotations: [{ caption: 7 }] }),
      /2 records/,
    ],
    [
      JSON.stringify({
        images: [{ id: 1, file_name: 'a.jpg' }],
        annotations: [{ image_id: 2, caption: 'x' }],
      }),
      /does not list/,
    ],
  ])('whose list is damaged say so: %.90s', async (text, said) => {
    const { source } = await sourceIn(coco, [member('a.jpg'), member('captions.json', text)]);
    expect(source.facts.warnings.join(' ')).toMatch(said);
    expect(await entriesOf(source)).toHaveLength(1);
  });

  it('are not there without images', async () => {
    expect(await coco.recognise([member('a.jpg'), member('captions.json', '{"a.jpg": "a dog"}')])).toBeNull();
  });
});
