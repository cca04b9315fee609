// Claims, in the private file system of a real Chromium: changes of a set are seen by who looks through it,
// and not by who has opened it to learn from it, because no file of the import is written; they are there
// when it is opened anew. What each question answers: browse/browse.test.ts.
import * as Comlink from 'comlink';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { DatasetInfo } from '../../src/data/api.ts';
import type { PicturesQuery } from '../../src/data/browse-api.ts';
import { pictureFile, textFile } from './make-files.ts';
import type { PicturesApi } from './pictures-worker.ts';

const started = () => new Worker(new URL('./pictures-worker.ts', import.meta.url), { type: 'module' });
const worker = started();
const pictures = Comlink.wrap<PicturesApi>(worker);

beforeEach(async () => {
  for (const { id, builtIn } of await pictures.list()) if (!builtIn) await pictures.remove(id);
});
afterAll(() => worker.terminate());

const COUNT = 8;

async function imported(): Promise<DatasetInfo> {
  const files = await Promise.all(
    Array.from({ length: COUNT }, (_, i) =>
      pictureFile(`p${i}.png`, { colour: `hsl(${i * 40} 70% 50%)`, type: 'image/png' }),
    ),
  );
  const texts = files.map((_, i) => textFile(`p${i}.txt`, `square ${i}`));
  const target = { title: 'Squares', size: 16, addTo: null };
  const result = await pictures.importPictures(
    [...files, ...texts],
    target,
    Comlink.proxy(() => {}),
    false,
  );
  if (!result.ok || !result.value) throw new Error(JSON.stringify(result));
  return result.value.info;
}

const query = (dataset: string, search = ''): PicturesQuery => ({
  ...{ dataset, search, word: null, className: null, only: 'all', order: 'stored' },
});
const of = (...numbers: number[]): Uint32Array<ArrayBuffer> => Uint32Array.from(numbers);
const squares = Array.from({ length: COUNT }, (_, i) => `square ${i}`);

it('changes reach who looks through a set, and not who learns from it', async () => {
  const { id } = await imported();
  await pictures.hold(id);
  const before = await pictures.readHeld();
  expect(before.map(([caption]) => caption)).toEqual(squares);
  const edit = { kind: 'prefix', text: 'a' } as const;
  for (const numbers of [of(0, 1, 2), of(2, 3)]) {
    const { changed } = await pictures.editCaptions({ dataset: id, indices: numbers, edit });
    expect(changed).toBe(numbers.length);
    expect((await pictures.find(query(id, 'a square'))).indices).toContain(numbers[1]);
  }
  const less = await pictures.removeNumbers({ dataset: id, indices: of(5) });
  expect((await pictures.find(query(less?.id ?? ''))).indices).toEqual(of(0, 1, 2, 3, 4, 6, 7));
  expect(await pictures.readHeld()).toEqual(before);
  await pictures.hold(less?.id ?? '');
  expect((await pictures.readHeld()).map(([caption]) => caption)).toEqual([
    'a square 0',
    'a square 1',
    'a a square 2',
    'a square 3',
    ...['square 4', 'square 6', 'square 7'],
  ]);
});

it('changes are there when a set is opened anew, and can be taken back then', async () => {
  const set = await imported();
  await pictures.editCaptions({
    ...{ dataset: set.id, indices: of(0, 4), edit: { kind: 'set', caption: 'typed' } },
  });
  await pictures.removeNumbers({ dataset: set.id, indices: of(7) });
  const another = started();
  const anew = Comlink.wrap<PicturesApi>(another);
  try {
    expect((await anew.find(query(set.id, 'typed'))).indices).toEqual(of(0, 4));
    expect(await anew.undoEdit(set.id)).toMatchObject({ changed: 2, canUndo: false });
    expect((await anew.find(query(set.id, 'typed'))).indices).toHaveLength(0);
    expect(await anew.restoreNumbers({ dataset: set.id, indices: of(7) })).toEqual(set);
  } finally {
    another.terminate();
  }
  // The first one had the set open, and sees that it was changed.
  expect((await pictures.find(query(set.id))).indices).toHaveLength(COUNT);
  const sheet = await pictures.tiles({ dataset: set.id, indices: of(7, 0), edge: 16 });
  expect(sheet).toMatchObject({ columns: 2, rows: 1, size: 16 });
  expect(await pictures.sizeOnDisk(set.id)).toBeGreaterThan(COUNT * 16 * 16 * 3);
});
