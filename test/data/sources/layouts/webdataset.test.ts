// Claims of WebDataset shards, by one as img2dataset writes it (interop/make_archives.py): samples by their
// keys, captions from text or note as chosen, classes, and what lies beside is said.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { webdataset } from '../../../../src/data/sources/layouts/webdataset.ts';
import { chosenFile, entriesOf, sourceOf } from '../sourced.ts';
import { memberThat, sourceIn } from './made.ts';

describe('a shard', () => {
  const shard = async () => new File([await readFile('test/fixtures/archives/00000.tar.gz')], '00000.tar');

  it('has its samples by their keys, with the text, or a field of the note, as caption', async () => {
    const source = await sourceOf([await shard()]);
    expect(source.facts).toMatchObject({ kind: 'WebDataset', count: 3, choices: [{ value: '.txt' }] });
    expect(source.facts.choices[0]?.options.map(({ value, example }) => [value, example])).toEqual([
      ['.txt', 'a text 0'],
      ['caption', 'a longer text 0'],
      ['url', 'https://example.org'],
      ['status', 'success'],
      ['none', ''],
    ]);
    const entries = await entriesOf(source);
    expect(entries.map(({ path, caption, className }) => [path, caption, className])).toEqual(
      [0, 1, 2].map((i) => [`00000000${i}.jpg`, `a text ${i}`, `class ${i % 2}`]),
    );
    const [last] = await entriesOf(source, 2, { caption: 'caption' });
    expect(last).toMatchObject({ number: 2, caption: 'a longer text 2' });
    expect(source.facts.ignored).toMatchObject([{ count: 3, example: '000000000.mask.png' }]);
  });

  it('of two keeps apart samples of one key; notes beside are left out', async () => {
    const one = await shard();
    const files = [one, new File([one], '00001.tar'), chosenFile('00000_stats.json', '{"count": 3}')];
    const source = await sourceOf(files);
    expect(source.facts.count).toBe(6);
    expect(source.facts.ignored.map(({ count, example }) => [count, example])).toEqual([
      [6, '00000/000000000.mask.png'],
      [1, '00000_stats.json'],
    ]);
  });

  it('whose text has several lines asks whether they are one caption', async () => {
    const files = [chosenFile('1.jpg'), chosenFile('1.txt', 'a fox\nsnow'), chosenFile('1.cls', '7')];
    const source = await sourceOf(files);
    expect(source.facts.choices.map(({ id, value }) => [id, value])).toEqual([
      ['caption', '.txt'],
      ['lines', 'each'],
    ]);
    const captions = async (lines: string) => (await entriesOf(source, 0, { lines }))[0]?.caption;
    expect([await captions('each'), await captions('joined')]).toEqual(['a fox\nsnow', 'a fox, snow']);
  });

  it('tells which file of its words is lost, and how', async () => {
    let lost: string[] = [];
    const files = ['1.jpg', '1.txt', '1.json', '1.cls'].map((path) => {
      const content = path === '1.json' ? '{"caption": "a fox in snow"}' : '7';
      const blob = () =>
        lost.includes(path)
          ? Promise.reject(new DOMException('lost', 'NotFoundError'))
          : Promise.resolve(new Blob([content]));
      return memberThat(path, content.length, blob);
    });
    const { source } = await sourceIn(webdataset, files);
    for (const [path, caption] of [
      ['1.txt', '.txt'],
      ['1.json', 'caption'],
      ['1.cls', 'none'],
    ] as const) {
      lost = [path];
      const [entry] = await entriesOf(source, 0, { caption });
      expect(entry?.words?.lost).toEqual({ path, loss: 'missing' });
    }
    lost = [];
    const [entry] = await entriesOf(source, 0, { caption: 'caption' });
    expect(entry).toMatchObject({ caption: 'a fox in snow', words: { lost: null } });
    expect(entry?.words?.files).toHaveLength(2);
  });

  it('is not told by one note among pictures', async () => {
    const source = await sourceOf(
      ['1.jpg', '2.jpg', '3.jpg', '1.json'].map((path) => chosenFile(path, '{}')),
    );
    expect(source.facts.kind).toBe('Pictures');
  });
});
