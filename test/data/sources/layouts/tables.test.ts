// Claims: tables beside pictures, of Hugging Face and of anyone, give each picture its captions, with the
// column and the part to choose; what is missing on either side is said.
import { describe, expect, it } from 'vitest';
import { imagefolder } from '../../../../src/data/sources/layouts/imagefolder.ts';
import { pathsTable } from '../../../../src/data/sources/layouts/paths-table.ts';
import type { Member } from '../../../../src/data/sources/member.ts';
import type { Layout } from '../../../../src/data/sources/source.ts';
import { entriesOf } from '../sourced.ts';
import { member, optionsOf, sourceIn } from './made.ts';

const lines = (...values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');
const pictures = (...paths: string[]) => paths.map((path) => member(path));
const captionsIn = async (layout: Layout, members: Parameters<typeof sourceIn>[1], chosen = {}) =>
  Object.fromEntries(
    (await entriesOf((await sourceIn(layout, members)).source, 0, chosen)).map(({ path, caption }) => [
      path,
      caption,
    ]),
  );

describe('imagefolder', () => {
  const parts = [
    ...pictures('set/train/0.jpg', 'set/train/sub/1.jpg', 'set/test/0.jpg', 'set/test/2.jpg'),
    member(
      'set/train/metadata.jsonl',
      lines({ file_name: '0.jpg', text: 'one' }, { file_name: 'sub/1.jpg', text: 'two' }),
    ),
    member('set/test/metadata.csv', '\ufefffile_name;text\r\n0.jpg;"three\nlines; quoted ""so"""\r\n'),
  ];

  it('in many folders says of each, without looking at every picture for every folder', async () => {
    const FOLDERS = 200;
    let reads = 0;
    const counted = (made: Member): Member => ({
      size: made.size,
      blob: () => made.blob(),
      read: () => made.read(),
      get path() {
        reads++;
        return made.path;
      },
    });
    const members = Array.from({ length: FOLDERS }, (_, i) => [
      member(`${i}/metadata.jsonl`, lines({ file_name: '0.jpg', text: 'one' })),
      ...pictures(`${i}/0.jpg`, `${i}/1.jpg`, `${i}/sub/2.jpg`),
    ]).flat();
    const { source } = await sourceIn(imagefolder, members.map(counted));
    expect(source.facts.warnings).toHaveLength(FOLDERS);
    expect(source.facts.warnings.at(-1)).toBe(
      '2 pictures beside metadata.jsonl without a row in it, as 99/1.jpg.',
    );
    // 30 for each member leave room for the sorting; 200 folders by 400 pictures would be 80,000 more.
    expect(reads).toBeLessThan(30 * members.length);
  });

  it('has paths relative to the metadata file, a caption a cell, and a part a folder', async () => {
    const expected = {
      'set/test/0.jpg': 'three lines; quoted "so"',
      'set/train/0.jpg': 'one',
      'set/train/sub/1.jpg': 'two',
    };
    expect(await captionsIn(imagefolder, parts)).toEqual(expected);
    const { source, rest } = await sourceIn(imagefolder, parts);
    expect(optionsOf(source, 'split')).toEqual(['all', 'test', 'train']);
    expect(await captionsIn(imagefolder, parts, { split: 'test' })).toEqual({
      'set/test/0.jpg': expected['set/test/0.jpg'],
    });
    expect(source.facts.kind).toBe('Pictures with metadata.csv and metadata.jsonl');
    expect(source.facts.warnings).toEqual([
      '1 picture beside metadata.csv without a row in it, as set/test/2.jpg.',
    ]);
    expect(rest).toEqual(['set/test/2.jpg']);
    expect((await entriesOf(source, 1)).map(({ number }) => number)).toEqual([1, 2]);
  });

  it.each([
    [['prompt', 'note', 'caption', 'text'], 'text'],
    [['prompt', 'note', 'Caption'], 'Caption'],
    [['note', 'description', 'prompt'], 'prompt'],
    [['note', 'description'], 'description'],
    [['note', 'blip_caption'], 'blip_caption'],
    [['id', 'note'], 'note'],
  ])('of columns %j takes %s and offers the others', async (columns, taken) => {
    const row = Object.fromEntries(columns.map((name) => [name, `says ${name}`]));
    const members = [
      ...pictures('0.jpg'),
      member('metadata.jsonl', lines({ file_name: '0.jpg', ...row, n: 3 })),
    ];
    if (columns[0] === 'id') row['id'] = 'x7';
    const { source } = await sourceIn(imagefolder, [
      ...pictures('0.jpg'),
      member('metadata.jsonl', lines({ file_name: '0.jpg', ...row, n: 3 })),
    ]);
    expect(source.facts.choices[0]).toMatchObject({ id: 'caption', value: taken });
    expect(optionsOf(source, 'caption')).toEqual([...columns, 'none']);
    expect(source.facts.choices[0]?.options[0]?.example).toBe(row[columns[0] ?? '']);
    expect(await captionsIn(imagefolder, members, { caption: 'none' })).toEqual({ '0.jpg': '' });
    expect(await captionsIn(imagefolder, members, { caption: columns[0] })).toEqual({
      '0.jpg': `says ${columns[0]}`,
    });
  });

  it('takes several captions from lists and from several rows, and classes from a column', async () => {
    const rows = [
      { file_name: '0.jpg', text: ['one', ' two '], label: 'cat' },
      { file_name: '0.jpg', text: 'three', label: 'cat' },
      { file_name: '1.jpg', text: null, label: 'dog' },
    ];
    const { source } = await sourceIn(imagefolder, [
      ...pictures('0.jpg', '1.jpg'),
      member('metadata.jsonl', lines(...rows)),
    ]);
    expect((await entriesOf(source)).map(({ caption, className }) => [caption, className])).toEqual([
      ['one\ntwo\nthree', 'cat'],
      ['', 'dog'],
    ]);
  });

  it('counts rows without a picture and lines that are no JSON, and goes on', async () => {
    const text = `${lines({ file_name: '0.jpg', text: 'a' }, { file_name: 'gone.jpg', text: 'b' }, { text: 'c' })}\n{"file_`;
    const { source } = await sourceIn(imagefolder, [...pictures('0.jpg'), member('metadata.jsonl', text)]);
    expect(source.facts.warnings).toEqual([
      '1 line of metadata.jsonl cannot be read, as line 4.',
      '2 of the 3 rows in metadata.jsonl name no picture that is here, as gone.jpg.',
    ]);
    expect(source.facts.count).toBe(1);
  });

  it('cleans captions of what hides or turns text, keeps HTML as text, and leaves out 1 MB', async () => {
    const rows = [
      { file_name: '0.jpg', text: 'a\u202eb\0c\n<script>x</script>' },
      { file_name: '1.jpg', text: 'x'.repeat(2 ** 20) },
    ];
    const { source } = await sourceIn(imagefolder, [
      ...pictures('0.jpg', '1.jpg'),
      member('metadata.jsonl', lines(...rows)),
    ]);
    expect(await entriesOf(source)).toMatchObject([
      { caption: 'a b c <script>x</script>' },
      { caption: '', unused: { name: '1.jpg', why: expect.stringMatching(/4 KiB/) as string } },
    ]);
  });

  it.each([
    '',
    'file_name',
    '\0\xff',
    '[]',
    '[{"file_name": 1}, 2',
    '{"__proto__": {"x": 1}, "constructor": "y"}',
  ])('is not there or has no pictures where its file is damaged (%j)', async (text) => {
    for (const name of ['metadata.jsonl', 'metadata.csv']) {
      const found = await imagefolder.recognise([...pictures('0.jpg'), member(name, text)]);
      expect(found?.source.facts.count ?? 0).toBe(0);
      if (found) expect(found.rest.map(({ path }) => path)).toEqual(['0.jpg']);
    }
  });
});

describe('a table of paths', () => {
  it('is Flickr8k’s: several rows a picture are several captions', async () => {
    const text = 'image,caption\n1.jpg,"A dog , running ."\n1.jpg,A brown dog .\n2.jpg,Two people .\n';
    const members = [
      ...pictures('Images/1.jpg', 'Images/2.jpg', 'Images/3.jpg'),
      member('captions.txt', text),
    ];
    expect(await captionsIn(pathsTable, members)).toEqual({
      'Images/1.jpg': 'A dog , running .\nA brown dog .',
      'Images/2.jpg': 'Two people .',
    });
    expect((await sourceIn(pathsTable, members)).rest).toEqual(['Images/3.jpg']);
  });

  it('has its column of paths found by what is there, with numbers as names, tabs and a split', async () => {
    const rows = [
      'n\twords\tid\tpart of\tsplit',
      '7\tred thing\t001\tx\ttrain',
      '8\tblue thing\t002\tx\ttest',
    ];
    const members = [...pictures('p/001.png', 'p/002.png'), member('list.tsv', rows.join('\r\n'))];
    expect(await captionsIn(pathsTable, members)).toEqual({
      'p/001.png': 'red thing',
      'p/002.png': 'blue thing',
    });
    expect(optionsOf((await sourceIn(pathsTable, members)).source, 'split')).toEqual([
      'all',
      'test',
      'train',
    ]);
  });

  it('offers columns whose values repeat as classes', async () => {
    const rows = ['path,breed,size', 'a.jpg,pug,1', 'b.jpg,pug,2', 'c.jpg,husky,1', 'd.jpg,husky,2'];
    const members = [...pictures('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'), member('dogs.csv', rows.join('\n'))];
    const { source } = await sourceIn(pathsTable, members);
    expect(optionsOf(source, 'class')).toEqual(['breed', 'size', 'none']);
    const classes = async (chosen = {}) =>
      (await entriesOf(source, 0, chosen)).map(({ className }) => className);
    expect(await classes()).toEqual(['', '', '', '']);
    expect(await classes({ class: 'breed' })).toEqual(['pug', 'pug', 'husky', 'husky']);
  });

  it('of addresses says that nothing is loaded from the web, and of missing pictures which', async () => {
    const web = ['URL,TEXT', 'https://example.org/1.jpg,a', 'https://example.org/2.jpg,b'].join('\n');
    const { source, rest } = await sourceIn(pathsTable, [...pictures('mine.jpg'), member('laion.csv', web)]);
    expect(source.facts).toMatchObject({ count: 0 });
    expect(source.facts.warnings.join()).toMatch(
      /2 of the 2 rows .* addresses on the web .* nothing is loaded/,
    );
    expect(rest).toEqual(['mine.jpg']);
    const gone = await sourceIn(pathsTable, [member('l.csv', 'path\na.jpg\nb.jpg')]);
    expect(gone.source.facts.warnings.join()).toMatch(
      /2 of the 2 rows in l.csv name no picture that is here, as a.jpg/,
    );
  });

  it.each(['', 'a,b\n1,2\n', '\0\xff,"', 'name,age\nbob,7'])(
    'is not there where a table names none (%j)',
    async (text) => {
      expect(await pathsTable.recognise([...pictures('0.jpg'), member('x.csv', text)])).toBeNull();
    },
  );
});
