// Claims: pictures of one set never stand under the name of another while the answer is on its way; pictures
// that are imported beside a run are offered for the next one. Against a trainer that the test answers for.
import { beforeEach, expect, test } from 'vitest';
import { effect } from '@preact/signals';
import { namesNoSet, PictureSets } from '../../src/app/picture-sets.ts';
import { createState, type State } from '../../src/app/state.ts';
import type { DatasetInfo, PicturesFound, Preview, RunSummary } from '../../src/trainer/api.ts';

const picture: Preview = { size: 1, columns: 12, rows: 5, rgba: new Uint8ClampedArray(4) };
const info: DatasetInfo = {
  ...{ id: 'own-1', title: 'garden', count: 65, storedSize: 64 },
  ...{ builtIn: false, captions: false, fingerprint: '', credit: '' },
};

const NONE = { count: 0, reasons: [], files: [] };
const garden = { files: [], title: 'garden', addTo: null, goOn: null };

/** Some loose pictures. */
const plain: PicturesFound = { asks: false, count: 65, sources: [] };

let state: State;
let answer: () => void;
const trainer: NonNullable<Parameters<PictureSets['import']>[0]> = {
  preview: () => new Promise((resolve) => (answer = () => resolve({ ok: true, value: picture }))),
  thumbnail: () => Promise.resolve({ ok: true, value: picture }),
  findPictures: () => Promise.resolve({ ok: true, value: plain }),
  showFound: () => Promise.resolve({ ok: true, value: plain }),
  importPictures: () =>
    Promise.resolve({
      ok: true,
      value: { info, keptCaptions: false, added: 65, duplicates: 0, skipped: NONE, doubtful: NONE },
    }),
  stoppedImports: () => Promise.resolve([]),
  useStopped: () => Promise.resolve({ ok: true, value: info }),
  datasets: () => Promise.resolve([info]),
};

beforeEach(() => {
  state = createState();
});

const setsOf = () =>
  new PictureSets(state, (dataset) => (state.form.value = { ...state.form.value, dataset }));

test('a preview goes when another set is chosen, and stays when the same is asked for again', async () => {
  const sets = setsOf();
  const first = sets.preview(trainer);
  answer();
  await first;
  expect(state.preview.value).toBe(picture);
  void sets.preview(trainer);
  expect(state.preview.value).toBe(picture);
  state.form.value = { ...state.form.value, dataset: 'shapes' };
  const other = sets.preview(trainer);
  expect(state.preview.value).toBeNull();
  answer();
  await other;
  expect(state.preview.value).toBe(picture);
});

test('imported beside a run: offered for a new one; without a run: nothing to offer', async () => {
  const sets = setsOf();
  expect(await sets.import(trainer, garden)).toMatchObject({ ok: true });
  expect(state.form.value.dataset).toBe('own-1');
  expect(state.brought.value).toBeNull();
  state.run.value = { runId: 'run-1' } as RunSummary;
  await sets.import(trainer, garden);
  expect(state.brought.value).toEqual(info);
  expect(state.datasets.value).toEqual([info]);
});

test('an archive or a known form waits for the answer, and is imported with what was chosen', async () => {
  let given: unknown[] = [];
  const asking: typeof trainer = {
    ...trainer,
    findPictures: () => Promise.resolve({ ok: true, value: { ...plain, asks: true } }),
    importPictures: (...asked) => ((given = asked), trainer.importPictures(...asked)),
  };
  const sets = setsOf();
  expect(await sets.import(asking, { ...garden, addTo: 'own-3' })).toMatchObject({ ok: true });
  expect(state.foundPictures.value).toMatchObject({ count: 65, title: 'garden' });
  expect([state.importing.value, given]).toEqual([null, []]);
  await sets.lookAgain(asking, { caption: 'text' });
  expect(state.foundPictures.value).toMatchObject({ title: 'garden' });
  await sets.importFound(asking, { caption: 'text' });
  const target = { title: 'garden', addTo: 'own-3', goOn: null, size: 64, chosen: { caption: 'text' } };
  expect(given).toEqual([[], target]);
  expect([state.importing.value, state.foundPictures.value]).toEqual([null, null]);
  expect(state.form.value.dataset).toBe('own-1');
});

test('some loose pictures wait for the answer where the user wants to see them', async () => {
  const asked: boolean[] = [];
  const asking: typeof trainer = {
    ...trainer,
    findPictures: (_, always) => {
      asked.push(always);
      return Promise.resolve({ ok: true, value: { ...plain, asks: always } });
    },
  };
  await setsOf().import(asking, garden);
  expect([state.foundPictures.value, state.imported.value?.added]).toEqual([null, 65]);
  state.showsFirst.value = true;
  await setsOf().import(asking, garden);
  expect([state.foundPictures.value?.count, asked]).toEqual([65, [false, true]]);
});

test('a set that loses a picture is another set; what an import left out is of the set before', async () => {
  const sets = setsOf();
  await sets.import(trainer, garden);
  expect(state.imported.value).toMatchObject({ added: 65 });
  sets.changed('own-1', { ...info, id: 'own-2', count: 64 });
  expect(state.form.value.dataset).toBe('own-2');
  expect(state.imported.value).toBeNull();
});

test('while a set goes, the page never names a set that is not listed', async () => {
  let list = [info];
  const changing = {
    ...trainer,
    datasets: () => Promise.resolve(list),
  };
  const sets = setsOf();
  await sets.import(changing, garden);
  const seen: boolean[] = [];
  const stop = effect(() => void seen.push(namesNoSet(state)));
  list = [{ ...info, id: 'planets' }];
  await sets.deleted(changing, 'own-1');
  stop();
  expect(state.form.value.dataset).toBe('planets');
  expect(seen).not.toContain(true);
});

test('an import that is stopped is listed, goes on with its own files, and then is a set', async () => {
  const sets = setsOf();
  const files = [new File([], 'a.png')];
  const one = { folder: 'import-1', title: 'garden', done: 3, total: 9, stored: 3 };
  const stopping = {
    ...trainer,
    importPictures: () => Promise.resolve({ ok: true as const, value: null }),
    stoppedImports: () => Promise.resolve([one]),
  };
  await sets.import(stopping, { ...garden, files });
  expect(state.importing.value).toBeNull();
  expect(state.stopped.value).toEqual([{ ...one, isHeld: true }]);
  let given: unknown[] = [];
  const going: typeof trainer = {
    ...trainer,
    importPictures: (...asked) => ((given = asked), trainer.importPictures(...asked)),
  };
  await sets.goOn(going, 'import-1', null);
  expect(given).toEqual([files, { title: '', addTo: null, goOn: 'import-1', size: 64, chosen: {} }]);
  expect(state.stopped.value).toEqual([]);
  expect(state.form.value.dataset).toBe('own-1');
});

test('files that are no longer looked at, as the user said, are neither shown nor imported', async () => {
  const given: unknown[] = [];
  const stopping: typeof trainer = {
    ...trainer,
    findPictures: () => Promise.resolve({ ok: true, value: null }),
    importPictures: (...asked) => (given.push(asked), trainer.importPictures(...asked)),
  };
  expect(await setsOf().import(stopping, garden)).toEqual({ ok: true, value: null });
  expect([state.importing.value, state.foundPictures.value, given]).toEqual([null, null, []]);
});
