// Claims: pictures of one set never stand under the name of another while the answer is on its way; pictures
// that are imported beside a run are offered for the next one. Against a trainer that the test answers for.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { effect } from '@preact/signals';
import { type ImportRequest, namesNoSet, PictureSets } from '../../src/app/picture-sets.ts';
import { createState, type State } from '../../src/app/state.ts';
import { faultOf } from '../../src/fault.ts';
import { type FakeAccess, fakeFolder } from './fake-handles.ts';
import type { DatasetInfo, PicturesFound, Preview, RunSummary } from '../../src/trainer/api.ts';

const picture: Preview = { size: 1, columns: 12, rows: 5, rgba: new Uint8ClampedArray(4) };
const info: DatasetInfo = {
  ...{ id: 'own-1', title: 'garden', count: 65, storedSize: 64 },
  ...{ builtIn: false, captions: false, fingerprint: '', credit: '' },
};

const NONE = { count: 0, reasons: [], files: [] };
const garden: ImportRequest = { files: [], title: 'garden', handles: [], addTo: null };
const asking = (asked: ImportRequest) => () => Promise.resolve({ ok: true as const, value: asked });

/** Some loose pictures. */
const plain: PicturesFound = { asks: false, count: 65, sources: [] };
const looked = { ...plain, fingerprint: 'f' };

let state: State;
let answer: () => void;
const trainer: NonNullable<Parameters<PictureSets['import']>[0]> = {
  preview: () => new Promise((resolve) => (answer = () => resolve({ ok: true, value: picture }))),
  thumbnail: () => Promise.resolve({ ok: true, value: picture }),
  findPictures: () => Promise.resolve({ ok: true, value: looked }),
  showFound: () => Promise.resolve({ ok: true, value: plain }),
  importPictures: () =>
    Promise.resolve({
      ok: true,
      value: { info, keptCaptions: false, added: 65, duplicates: 0, skipped: NONE, doubtful: NONE },
    }),
  stopLooking: () => Promise.resolve(),
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
  expect(await sets.import(trainer, asking(garden))).toMatchObject({ ok: true });
  expect(state.form.value.dataset).toBe('own-1');
  expect(state.brought.value).toBeNull();
  state.run.value = { runId: 'run-1' } as RunSummary;
  await sets.import(trainer, asking(garden));
  expect(state.brought.value).toEqual(info);
  expect(state.datasets.value).toEqual([info]);
});

test('an archive or a known form waits for the answer, and is imported with what was chosen', async () => {
  let given: unknown[] = [];
  const asker: typeof trainer = {
    ...trainer,
    findPictures: () => Promise.resolve({ ok: true, value: { ...looked, asks: true } }),
    importPictures: (...asked) => ((given = asked), trainer.importPictures(...asked)),
  };
  const sets = setsOf();
  expect(await sets.import(asker, asking({ ...garden, addTo: 'own-3' }))).toMatchObject({ ok: true });
  expect(state.foundPictures.value).toMatchObject({ count: 65, title: 'garden' });
  expect([state.importing.value, given]).toEqual([null, []]);
  await sets.lookAgain(asker, { caption: 'text' });
  expect(state.foundPictures.value).toMatchObject({ title: 'garden' });
  await sets.importFound(asker, { caption: 'text' });
  const target = {
    title: 'garden',
    handles: [],
    addTo: 'own-3',
    goOn: null,
    size: 64,
    chosen: { caption: 'text' },
  };
  expect(given).toEqual([[], target]);
  expect([state.importing.value, state.foundPictures.value]).toEqual([null, null]);
  expect(state.form.value.dataset).toBe('own-1');
});

test('some loose pictures wait for the answer where the user wants to see them', async () => {
  const asked: boolean[] = [];
  const asker: typeof trainer = {
    ...trainer,
    findPictures: (_, always) => {
      asked.push(always);
      return Promise.resolve({ ok: true, value: { ...looked, asks: always } });
    },
  };
  await setsOf().import(asker, asking(garden));
  expect([state.foundPictures.value, state.imported.value?.added]).toEqual([null, 65]);
  state.showsFirst.value = true;
  await setsOf().import(asker, asking(garden));
  expect([state.foundPictures.value?.count, asked]).toEqual([65, [false, true]]);
});

test('a set that loses a picture is another set; what an import left out is of the set before', async () => {
  const sets = setsOf();
  await sets.import(trainer, asking(garden));
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
  await sets.import(changing, asking(garden));
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
  const one = {
    folder: 'import-1',
    fingerprint: 'f',
    title: 'garden',
    done: 3,
    total: 9,
    stored: 3,
    handles: [],
  };
  const stopping = {
    ...trainer,
    importPictures: () => Promise.resolve({ ok: true as const, value: null }),
    stoppedImports: () => Promise.resolve([one]),
  };
  await sets.import(stopping, asking({ ...garden, files }));
  expect(state.importing.value).toBeNull();
  expect(state.stopped.value).toEqual([{ ...one, hasFiles: true, asks: false }]);
  let given: unknown[] = [];
  const going: typeof trainer = {
    ...trainer,
    importPictures: (...asked) => ((given = asked), trainer.importPictures(...asked)),
  };
  await sets.goOn(going, 'import-1', null);
  expect(given).toEqual([
    files,
    { title: 'garden', handles: [], addTo: null, goOn: 'import-1', size: 64, chosen: {} },
  ]);
  expect(state.stopped.value).toEqual([]);
  expect(state.form.value.dataset).toBe('own-1');
});

test('files that an import went on with by itself are held, and those of other files are not', async () => {
  const sets = setsOf();
  const list = ['f', 'other'].map((fingerprint) => ({
    ...{ folder: `import of ${fingerprint}`, fingerprint, title: 'garden' },
    ...{ done: 3, total: 9, stored: 3, handles: [] },
  }));
  sets.showStopped(list);
  const stopping: typeof trainer = {
    ...trainer,
    importPictures: () => Promise.resolve({ ok: true, value: null }),
    stoppedImports: () => Promise.resolve(list),
  };
  await sets.import(stopping, asking({ ...garden, files: [new File([], 'a.png')] }));
  expect(state.stopped.value.map(({ hasFiles }) => hasFiles)).toEqual([true, false]);
});

test('the files of an import that was removed are held no longer', async () => {
  const sets = setsOf();
  const one = { folder: 'import-1', title: 'garden', done: 3, total: 9, stored: 3, handles: [] };
  const stopping: typeof trainer = {
    ...trainer,
    importPictures: () => Promise.resolve({ ok: true, value: null }),
    stoppedImports: () => Promise.resolve([{ ...one, fingerprint: 'f' }]),
  };
  await sets.import(stopping, asking({ ...garden, files: [new File([], 'a.png')] }));
  expect(state.stopped.value).toMatchObject([{ hasFiles: true }]);
  sets.showStopped([]);
  sets.showStopped([one]);
  expect(state.stopped.value).toMatchObject([{ hasFiles: false }]);
});

test('files that are no longer looked at, as the user said, are neither shown nor imported', async () => {
  const given: unknown[] = [];
  const stopping: typeof trainer = {
    ...trainer,
    findPictures: () => Promise.resolve({ ok: true, value: null }),
    importPictures: (...asked) => (given.push(asked), trainer.importPictures(...asked)),
  };
  expect(await setsOf().import(stopping, asking(garden))).toEqual({ ok: true, value: null });
  expect([state.importing.value, state.foundPictures.value, given]).toEqual([null, null, []]);
});

test('Stop ends looking at files at once, whatever the answer is that comes then', async () => {
  const calls: string[] = [];
  let end = (): void => undefined;
  const asked: Partial<typeof trainer> = {
    findPictures: () =>
      new Promise((resolve) => (end = () => resolve({ ok: true, value: { ...looked, asks: true } }))),
    importPictures: (...to) => (calls.push('import'), trainer.importPictures(...to)),
    stopLooking: () => Promise.resolve(void calls.push('stop')),
  };
  const looking = { ...trainer, ...asked };
  const sets = setsOf();
  const ending = sets.import(looking, async ({ found }) => {
    found(812);
    return asking(garden)();
  });
  await vi.waitFor(() => expect(state.inspecting.value).toEqual({ files: 812 }));
  await sets.stopLooking(looking);
  expect(await ending).toEqual({ ok: true, value: null });
  end();
  await Promise.resolve();
  expect([state.inspecting.value, state.foundPictures.value, calls]).toEqual([null, null, ['stop']]);
});

test('files that fail to be read are a fault, and nothing is looked at any more', async () => {
  const failing = setsOf().import(trainer, () => Promise.reject(new Error('it is gone')));
  await expect(failing).rejects.toThrow('it is gone');
  expect(state.inspecting.value).toBeNull();
});

test('pictures that come while others are imported wait until the user brings them again', async () => {
  const sets = setsOf();
  let end = (): void => undefined;
  const busy: typeof trainer = {
    ...trainer,
    importPictures: (...to) => new Promise((resolve) => (end = () => resolve(trainer.importPictures(...to)))),
  };
  const first = sets.import(busy, asking(garden));
  await vi.waitFor(() => expect(state.importing.value).not.toBeNull());
  const second = await sets.import(trainer, asking({ ...garden, title: 'more' }));
  expect(second).toMatchObject({ ok: false, fault: { title: 'Other pictures are being imported' } });
  expect(state.importing.value).not.toBeNull();
  end();
  expect(await first).toMatchObject({ ok: true });
  expect([state.importing.value, state.form.value.dataset]).toEqual([null, 'own-1']);
});

describe('a stopped import of a folder that the browser remembers', () => {
  const one = { folder: 'import-1', fingerprint: 'f', title: 'garden', done: 3, total: 9, stored: 3 };
  let access: FakeAccess;
  let handles: FileSystemHandle[];
  let given: unknown[];
  let answer: Awaited<ReturnType<typeof trainer.importPictures>>;
  const going: typeof trainer = {
    ...trainer,
    importPictures: (files, target) => {
      given = [files.map(({ name }) => name), target.goOn, target.handles];
      return answer.ok ? trainer.importPictures(files, target) : Promise.resolve(answer);
    },
    stoppedImports: () => Promise.resolve(answer.ok ? [] : [{ ...one, handles }]),
  };

  beforeEach(() => {
    access = { state: 'prompt', answer: 'granted', asked: 0 };
    handles = [fakeFolder('garden', { 'a.png': new File(['a'], 'a.png') }, access)];
    given = [];
    answer = { ok: true, value: null };
  });

  /** As the page is after a reload. */
  function reloaded(): PictureSets {
    const sets = setsOf();
    sets.showStopped([{ ...one, handles }]);
    expect(state.stopped.value).toMatchObject([{ hasFiles: true, asks: false }]);
    return sets;
  }

  test('goes on by itself once the user allows it', async () => {
    await reloaded().goOn(going, 'import-1', null);
    expect(access.asked).toBe(1);
    expect(given).toEqual([['garden/a.png'], 'import-1', handles]);
    expect(state.stopped.value).toEqual([]);
  });

  test.each([
    ['the user refuses', () => (access.answer = 'denied')],
    ['the folder is gone', () => handles.push(gone)],
  ])('asks for the same files where %s, and Go on may be tried again', async (_, change) => {
    change();
    const sets = reloaded();
    expect(await sets.goOn(going, 'import-1', null)).toEqual({ ok: true, value: null });
    expect([given, state.inspecting.value]).toEqual([[], null]);
    expect(state.stopped.value).toMatchObject([{ hasFiles: true, asks: true }]);
    const files = [new File([], 'garden/a.png')];
    await sets.goOn(going, 'import-1', () => Promise.resolve({ files, title: 'garden', handles: [] }));
    expect(given).toEqual([['garden/a.png'], 'import-1', []]);
  });

  test('whose files are gone reads them anew at Go on, and at the second failure also asks for them', async () => {
    const sets = setsOf();
    answer = { ok: false, fault: faultOf(new Error('the files are gone')) };
    access.state = 'granted';
    await sets.import(going, asking({ ...garden, files: [new File([], 'stale')], handles }));
    expect(state.stopped.value).toMatchObject([{ hasFiles: true, asks: false }]);
    expect(await sets.goOn(going, 'import-1', null)).toEqual(answer);
    expect(given[0]).toEqual(['garden/a.png']);
    expect(state.stopped.value).toMatchObject([{ hasFiles: true, asks: true }]);
    answer = { ok: true, value: null };
    await sets.goOn(going, 'import-1', null);
    expect([given[0], state.stopped.value]).toEqual([['garden/a.png'], []]);
  });

  test('without handles tries the files that the page has once more, then asks for them', async () => {
    const sets = setsOf();
    handles = [];
    answer = { ok: false, fault: faultOf(new Error('the files are gone')) };
    await sets.import(going, asking({ ...garden, files: [new File([], 'held')] }));
    expect(state.stopped.value).toMatchObject([{ hasFiles: true, asks: false }]);
    await sets.goOn(going, 'import-1', null);
    expect(given[0]).toEqual(['held']);
    expect(state.stopped.value).toMatchObject([{ hasFiles: false, asks: true }]);
  });
});

/** A folder whose permission stays, and which was moved. */
const gone = fakeFolder('moved', {}, { state: 'granted', answer: 'granted', asked: 0 });
// oxlint-disable-next-line require-yield -- its first entry is what fails
gone.values = async function* () {
  throw new DOMException('gone', 'NotFoundError');
};
