// A dropped folder is walked to its end, however many files a reader gives at once, and every file keeps its
// path. Not here: what the files are (test/trainer/import).
import { describe, expect, it, vi } from 'vitest';
import { droppedFiles as dropped } from '../../../src/ui/files/dropped-files.ts';
import { entriesOf, sourceOf } from '../../data/sources/sourced.ts';

/** Not stopped. */
const reading = () => ({ found: vi.fn<(files: number) => void>(), signal: new AbortController().signal });

const droppedFiles = (transfer: Parameters<typeof dropped>[0], to = reading()) => dropped(transfer)(to);

const file = (name: string, ...bytes: number[]): File => new File([new Uint8Array(bytes)], name);

type Entry = Pick<FileSystemEntry, 'isFile' | 'isDirectory' | 'name' | 'fullPath'>;

function fileEntry(one: File | null, path: string): Entry {
  const file = (resolve: (file: File) => void, reject: () => void): void => (one ? resolve(one) : reject());
  const entry = { isFile: true, isDirectory: false, name: '', fullPath: `/${path}`, file };
  return entry;
}

function folder(name: string, entries: Entry[]): Entry {
  const rest = [...entries];
  const createReader = () => ({
    readEntries: (resolve: (some: Entry[]) => void) => resolve(rest.splice(0, 100)),
  });
  const entry = { isFile: false, isDirectory: true, name, fullPath: `/${name}`, createReader };
  return entry;
}

const transfer = (...entries: (Entry | File)[]) => ({
  items: entries.map((entry) => ({
    kind: 'file',
    webkitGetAsEntry: () => (entry instanceof File ? null : entry),
    getAsFile: () => (entry instanceof File ? entry : null),
  })),
});

describe('droppedFiles', () => {
  it('walks folders in folders, past the 100 that a reader answers at once', async () => {
    const many = Array.from({ length: 250 }, (_, i) => fileEntry(file(`${i}.png`), `garden/${i}.png`));
    const to = reading();
    const all = await droppedFiles(
      transfer(folder('garden', [...many, folder('old', [fileEntry(file('x.jpg'), 'garden/old/x.jpg')])])),
      to,
    );
    expect(all.files).toHaveLength(251);
    expect(all).toMatchObject({ title: 'garden', handles: [] });
    expect(all.files.at(-1)?.name).toBe('garden/old/x.jpg');
    expect(to.found.mock.calls.map(([count]) => count)).toEqual(Array.from({ length: 251 }, (_, i) => i + 1));
  });

  it('keeps pictures and captions of one name in two folders apart', async () => {
    const names = (dir: string) =>
      ['1.jpg', '1.txt'].map((name) => fileEntry(file(name, dir.charCodeAt(0)), `${dir}/${name}`));
    const { files } = await droppedFiles(transfer(folder('a', names('a')), folder('b', names('b'))));
    const source = await sourceOf(files);
    expect(source.facts.unused).toEqual([]);
    const entries = await entriesOf(source);
    expect(entries.map(({ path, caption }) => [path, caption])).toEqual([
      ['a/1.jpg', 'a'],
      ['b/1.jpg', 'b'],
    ]);
  });

  it('passes on a file that cannot be read as an empty one, so that it is counted', async () => {
    const { files } = await droppedFiles(
      transfer(fileEntry(null, 'locked.png'), fileEntry(file('a.png', 1), 'a.png')),
    );
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['locked.png', 0],
      ['a.png', 1],
    ]);
    // Its date is a part of the fingerprint by which a stopped import knows its files.
    expect(files[0]?.lastModified).toBe(0);
  });

  it('is titled after its folder, or after the archive that it is', async () => {
    const titles = ['my photos.zip', 'shard-0001.tar.gz'].map(async (name) => {
      const { title } = await droppedFiles(transfer(file(name, 1)));
      return title;
    });
    expect(await Promise.all(titles)).toEqual(['my photos', 'shard-0001']);
  });

  it('takes a file without an entry', async () => {
    const { files, title } = await droppedFiles(transfer(file('c.safetensors', 1)));
    expect([files.map(({ name }) => name), title]).toEqual([['c.safetensors'], 'Dropped pictures']);
  });
});
