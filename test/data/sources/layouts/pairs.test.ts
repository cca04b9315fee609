// Claims: which caption belongs to which picture, and their order, follow from the names, not from the order
// of the files.
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../../src/plain-text.ts';
import { readCaption } from '../../../../src/data/captions.ts';
import { chosenFile as chosen, entriesOf, sourceOf } from '../sourced.ts';

const paired = async (files: File[]) =>
  (await entriesOf(await sourceOf(files))).map(({ path, caption }) => [path, caption]);

describe('files of a folder', () => {
  const files = ['b/1.jpg', 'a/2.png', 'a/1.jpg', 'a/1.txt', 'b/1.TXT', 'a/notes.txt'].map((path) =>
    chosen(path),
  );

  it('pair within their folder, ordered by path, in the order given or reversed', async () => {
    const expected = [
      ['a/1.jpg', 'a/1.txt'],
      ['a/2.png', ''],
      ['a/notes.txt', ''],
      ['b/1.jpg', 'b/1.TXT'],
    ];
    expect(await paired(files)).toEqual(expected);
    expect(await paired(files.toReversed())).toEqual(expected);
  });

  it('share a caption where only their extensions differ', async () => {
    expect(await paired(['x.png', 'x.jpg', 'x.txt'].map((path) => chosen(path)))).toEqual([
      ['x.jpg', 'x.txt'],
      ['x.png', 'x.txt'],
    ]);
  });

  it('go on behind any entry', async () => {
    const source = await sourceOf(files);
    const entries = await entriesOf(source);
    expect(source.facts).toMatchObject({ kind: 'Pictures with captions', count: 4 });
    expect(await entriesOf(source, 3)).toMatchObject([{ number: 3, path: 'b/1.jpg' }]);
    expect(entries.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
  });

  it('without paths do not guess between two captions of one name', async () => {
    const twice = [
      chosen('1.jpg'),
      chosen('1.txt', 'one'),
      chosen('1.jpg', 'larger one'),
      chosen('1.txt', 'other'),
    ];
    const source = await sourceOf(twice);
    const entries = await entriesOf(source);
    expect(entries.map(({ caption }) => caption)).toEqual(['', '']);
    expect(source.facts.unused).toEqual([
      { name: '1.txt', why: expect.stringMatching(/several captions/) as string },
    ]);
  });
});

describe('a text file of several lines', () => {
  const text = 'a red fox,\nin the snow.\n\nIt looks up\nforest';
  const files = [chosen('1.jpg'), chosen('1.txt', 'one line'), chosen('2.jpg'), chosen('2.txt', text)];

  it('is several captions, or one, as is chosen, and both are shown', async () => {
    const source = await sourceOf(files);
    const lines = ['a red fox,', 'in the snow.', 'It looks up', 'forest'];
    const one = 'a red fox, in the snow. It looks up, forest';
    expect(source.facts.choices).toMatchObject([
      {
        ...{ id: 'lines', label: 'Lines of a text file', value: 'each' },
        options: [
          { value: 'each', example: lines.join(' / ') },
          { value: 'joined', example: one },
        ],
      },
    ]);
    const captions = async (from: number, lines?: string) =>
      (await entriesOf(source, from, lines === undefined ? {} : { lines })).map(({ caption }) => caption);
    expect(await captions(0)).toEqual(['one line', lines.join('\n')]);
    expect(await captions(1, 'joined')).toEqual([one]);
  });

  it('is one caption without commas that nobody wrote, where its lines are no tags', async () => {
    const sentence = 'A red fox that looks\nat the snow on\nthe hill';
    const source = await sourceOf([chosen('1.jpg'), chosen('1.txt', sentence)]);
    const [entry] = await entriesOf(source, 0, { lines: 'joined' });
    expect(entry?.caption).toBe('A red fox that looks at the snow on the hill');
  });

  it('asks nothing where each has one line, however many there are', async () => {
    const many = Array.from({ length: 200 }, (_, i) => [chosen(`${i}.jpg`), chosen(`${i}.txt`, `a ${i}\n`)]);
    expect((await sourceOf(many.flat())).facts.choices).toEqual([]);
  });
});

describe('classes', () => {
  const classesIn = async (paths: readonly string[]) =>
    Object.fromEntries(
      (await entriesOf(await sourceOf(paths.map((path) => chosen(path))))).map((one) => [
        one.path,
        one.className,
      ]),
    );

  it('are the names of the folders, whatever lies beside them', async () => {
    const paths = ['set/10_golden_retriever/a.jpg', 'set/cat/a.PNG', 'set/cat/b.png', 'set/README.md'];
    expect(Object.values(await classesIn([...paths, 'set/.DS_Store']))).toEqual([
      'golden retriever',
      '',
      'cat',
      'cat',
    ]);
    expect(await classesIn(['train/cat/1.jpg', 'train/dog/1.jpg', 'test/cat/2.jpg'])).toMatchObject({
      'test/cat/2.jpg': 'cat',
      'train/dog/1.jpg': 'dog',
    });
  });

  it('are none where folders do not tell pictures apart', async () => {
    const none = [
      ['a/1.jpg', 'a/2.jpg'],
      ['1.jpg', '2.jpg'],
      ['cat/1.jpg', 'cat/more/2.jpg'],
      ['1.jpg', 'cat/2.jpg', 'dog/3.jpg'],
      ['a/train/1.jpg', 'a/test/1.jpg'],
    ];
    for (const paths of none)
      expect(Object.values(await classesIn(paths)), paths.join()).toEqual(paths.map(() => ''));
  });

  it('stand beside captions of files, and are not given where two files disagree', async () => {
    const source = await sourceOf([
      chosen('cat/1.jpg'),
      chosen('cat/1.txt'),
      chosen('dog/2.jpg'),
      chosen('dog/2.txt'),
      chosen('dog/2.TXT'),
    ]);
    const entries = await entriesOf(source);
    expect(entries.map(({ className, caption }) => [className, caption])).toEqual([
      ['cat', 'cat/1.txt'],
      ['', ''],
    ]);
  });
});

describe('a caption', () => {
  const read = (...parts: BlobPart[]) => {
    const blob = new Blob(parts);
    return readCaption({ size: blob.size, read: () => Promise.resolve(blob) });
  };

  it('is each line of its file that says anything', async () => {
    const text = '\ufeffa cat\r\n\r\n  a  small\tcat \rone\u2028more\n\u0000\n';
    expect(await read(text)).toEqual({ ok: true, text: 'a cat\na small cat\none\nmore' });
    expect(await read('\n \n')).toEqual({ ok: true, text: '' });
  });

  it('loses what hides or turns text, and nothing else', () => {
    expect(cleanText('\ufeffa\u0000 b\r\n\u202ec\u2066\u200fd\u0085e')).toBe('a b c d e');
    expect(cleanText('  <b>größer</b> 日本 👩\u200d🚀 & co.  ')).toBe('<b>größer</b> 日本 👩\u200d🚀 & co.');
  });

  it('is refused beyond 4 KiB and when it is not UTF-8', async () => {
    expect(await read('é'.repeat(2048))).toEqual({ ok: true, text: 'é'.repeat(2048) });
    expect(await read('é'.repeat(2048), '.')).toMatchObject({ ok: false });
    expect(await read(Uint8Array.of(0xff, 0xfe, 65))).toMatchObject({ ok: false });
  });
});
