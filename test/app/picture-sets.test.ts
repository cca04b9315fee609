// Claims: pictures of one set never stand under the name of another while the answer is on its way; pictures
// that are imported beside a run are offered for the next one. Against a trainer that the test answers for.
import { beforeEach, expect, test } from 'vitest';
import { PictureSets } from '../../src/app/picture-sets.ts';
import { createState, type State } from '../../src/app/state.ts';
import type { DatasetInfo, Preview, RunSummary } from '../../src/trainer/api.ts';

const picture: Preview = { size: 1, columns: 12, rows: 5, rgba: new Uint8ClampedArray(4) };
const info: DatasetInfo = {
  ...{ id: 'own-1', title: 'garden', count: 65, storedSize: 64 },
  ...{ builtIn: false, captions: false, fingerprint: '', credit: '' },
};

let state: State;
let answer: () => void;
const trainer: NonNullable<Parameters<PictureSets['import']>[0]> = {
  preview: () => new Promise((resolve) => (answer = () => resolve({ ok: true, value: picture }))),
  importPictures: () =>
    Promise.resolve({ ok: true, value: { info, added: 65, duplicates: 0, skipped: [], doubtful: [] } }),
  datasets: () => Promise.resolve([info]),
  removePicture: () => Promise.resolve({ ok: true, value: { ...info, id: 'own-2', count: 64 } }),
  picture: () =>
    Promise.resolve({ ok: true, value: { fileName: 'a.jpg', caption: '', size: 1, rgba: picture.rgba } }),
};

beforeEach(() => {
  state = createState();
});

test('a preview goes when another set is chosen, and stays when the same is asked for again', async () => {
  const sets = new PictureSets(state);
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
  const sets = new PictureSets(state);
  expect(await sets.import(trainer, [], 'garden', null)).toEqual({ ok: true, value: 'own-1' });
  expect(state.brought.value).toBeNull();
  state.run.value = { runId: 'run-1' } as RunSummary;
  await sets.import(trainer, [], 'garden', null);
  expect(state.brought.value).toEqual(info);
  expect(state.datasets.value).toEqual([info]);
});

test('a set that loses a picture is another set; what an import left out is of the set before', async () => {
  const sets = new PictureSets(state);
  await sets.import(trainer, [], 'garden', null);
  expect(state.imported.value).toMatchObject({ added: 65 });
  expect(await sets.removePicture(trainer, 'own-1', 3)).toEqual({ ok: true, value: 'own-2' });
  expect(state.imported.value).toBeNull();
});
