// Claims: which caption belongs to which picture, and their order, follow from the names, not from the order
// of the files.
import { describe, expect, it } from 'vitest';
import { cleanText, readCaption } from '../../src/data/captions.ts';
import { pairFiles } from '../../src/data/picture-entries.ts';

/** A file as a folder picker gives it: with its name and its path from the chosen folder. */
function chosen(path: string, content = path): File {
  const file = new File([content], path.slice(path.lastIndexOf('/') + 1));
  Object.defineProperty(file, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
  return file;
}
const paired = async (files: File[]) =>
  Promise.all(
    pairFiles(files).entries.map(async ({ path, caption }) => [path, caption && (await caption.text())]),
  );

describe('files of a folder', () => {
  const files = ['b/1.jpg', 'a/2.png', 'a/1.jpg', 'a/1.txt', 'b/1.TXT', 'a/notes.txt'].map((path) =>
    chosen(path),
  );

  it('pair within their folder, ordered by path, in the order given or reversed', async () => {
    const expected = [
      ['a/1.jpg', 'a/1.txt'],
      ['a/2.png', null],
      ['a/notes.txt', null],
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

  it('without paths do not guess between two captions of one name', () => {
    const twice = [
      chosen('1.jpg'),
      chosen('1.txt', 'one'),
      chosen('1.jpg', 'larger one'),
      chosen('1.txt', 'other'),
    ];
    const { entries, unpaired } = pairFiles(twice);
    expect(entries.map(({ caption }) => caption)).toEqual([null, null]);
    expect(unpaired).toEqual([{ name: '1.txt', why: expect.stringMatching(/several captions/) as string }]);
  });
});

describe('classes', () => {
  const classesIn = (paths: readonly string[]) =>
    Object.fromEntries(
      pairFiles(paths.map((path) => chosen(path))).entries.map((one) => [one.path, one.className]),
    );

  it('are the names of the folders, whatever lies beside them', () => {
    const paths = ['set/10_golden_retriever/a.jpg', 'set/cat/a.PNG', 'set/cat/b.png', 'set/README.md'];
    expect(Object.values(classesIn([...paths, 'set/.DS_Store']))).toEqual([
      'golden retriever',
      '',
      'cat',
      'cat',
    ]);
    expect(classesIn(['train/cat/1.jpg', 'train/dog/1.jpg', 'test/cat/2.jpg'])).toMatchObject({
      'test/cat/2.jpg': 'cat',
      'train/dog/1.jpg': 'dog',
    });
  });

  it('are none where folders do not tell pictures apart', () => {
    const none = [
      ['a/1.jpg', 'a/2.jpg'],
      ['1.jpg', '2.jpg'],
      ['cat/1.jpg', 'cat/more/2.jpg'],
      ['1.jpg', 'cat/2.jpg', 'dog/3.jpg'],
      ['a/train/1.jpg', 'a/test/1.jpg'],
    ];
    for (const paths of none)
      expect(Object.values(classesIn(paths)), paths.join()).toEqual(paths.map(() => ''));
  });

  it('stand beside captions of files, and are not given where two files disagree', () => {
    const { entries } = pairFiles([
      chosen('cat/1.jpg'),
      chosen('cat/1.txt'),
      chosen('dog/2.jpg'),
      chosen('dog/2.txt'),
      chosen('dog/2.TXT'),
    ]);
    expect(entries.map(({ className, caption }) => [className, caption?.name ?? null])).toEqual([
      ['cat', '1.txt'],
      ['', null],
    ]);
  });
});

describe('a caption', () => {
  it('is each line of its file that says anything', async () => {
    const text = '\ufeffa cat\r\n\r\n  a  small\tcat \rone\u2028more\n\u0000\n';
    expect(await readCaption(new Blob([text]))).toEqual({ ok: true, text: 'a cat\na small cat\none\nmore' });
    expect(await readCaption(new Blob(['\n \n']))).toEqual({ ok: true, text: '' });
  });

  it('loses what hides or turns text, and nothing else', () => {
    expect(cleanText('\ufeffa\u0000 b\r\n\u202ec\u2066\u200fd\u0085e')).toBe('a b c d e');
    expect(cleanText('  <b>größer</b> 日本 👩\u200d🚀 & co.  ')).toBe('<b>größer</b> 日本 👩\u200d🚀 & co.');
  });

  it('is refused beyond 4 KiB and when it is not UTF-8', async () => {
    expect(await readCaption(new Blob(['é'.repeat(2048)]))).toEqual({ ok: true, text: 'é'.repeat(2048) });
    expect(await readCaption(new Blob(['é'.repeat(2048), '.']))).toMatchObject({ ok: false });
    expect(await readCaption(new Blob([Uint8Array.of(0xff, 0xfe, 65)]))).toMatchObject({ ok: false });
  });
});
