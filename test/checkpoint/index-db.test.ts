// The index: a list that is replaced as a whole, pictures by run,
// kind and step, small values. Against an IndexedDB in memory.
import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { CheckpointRecord } from '../../src/checkpoint/api.ts';
import {
  copySamples,
  deleteRunPictures,
  getSheet,
  knownRuns,
  listCheckpoints,
  listSheetSteps,
  putSheet,
  recall,
  remember,
  replaceAll,
  setKnownRuns,
} from '../../src/checkpoint/index-db.ts';
import { openStore, requestAt, RUN, STARTED, storeWith, value } from './a-run.ts';

const index = { replaceAll, knownRuns, setKnownRuns, deleteRunPictures };

const record = (generation: number, runId = 'run-a'): CheckpointRecord => ({
  runId,
  generation,
  name: `unet_step_${generation}`,
  globalStep: generation,
  epoch: 0,
  slot: 1,
  sizeBytes: 10,
  created: STARTED,
  meanLoss: null,
  kept: false,
  autosave: false,
});

const wipe = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('perennial');
    request.onsuccess = resolve;
    request.onerror = reject;
  });

describe('the list', () => {
  it('is newest first by number, and replaced as a whole', async () => {
    await replaceAll([record(2), record(11, 'run-b'), record(9)]);
    expect((await listCheckpoints()).map(({ generation }) => generation)).toEqual([11, 9, 2]);
    await replaceAll([record(12)]);
    expect(await listCheckpoints()).toEqual([record(12)]);
  });

  it('is rebuilt from the slots when the database is stale, and when it is wiped', async () => {
    const { disk } = await storeWith([3, 4]);
    await replaceAll([record(77, 'run-gone')]);
    const steps = async () => (await listCheckpoints()).map(({ globalStep }) => globalStep);
    await openStore(disk.restarted('none'), index);
    expect(await steps()).toEqual([4, 3]);
    expect(await knownRuns()).toEqual([RUN]);

    await wipe();
    expect(await steps()).toEqual([]);
    const store = await openStore(disk.restarted('none'), index);
    expect(await steps()).toEqual([4, 3]);
    value(await store.save(requestAt(5)));
    expect(await steps()).toEqual([5, 4, 3]);
    value(await store.writeNote(RUN, { kept: [1] }));
    expect((await listCheckpoints()).map(({ kept }) => kept)).toEqual([false, false, true]);
    value(await store.remove({ runId: RUN, generation: 3 }));
    expect(await steps()).toEqual([4, 3]);
  });
});

describe('pictures', () => {
  const png = (text: string) => new Blob([text], { type: 'image/png' });

  it('are found by run, kind and step, copied up to a step, and deleted by run', async () => {
    await putSheet('run-a', 200, 'samples', png('a200'));
    await putSheet('run-a', 20, 'samples', png('a20'));
    await putSheet('run-a', 20, 'training_loss', png('plot'));
    await putSheet('run-ab', 5, 'samples', png('ab5'));
    expect(await listSheetSteps('run-a', 'samples')).toEqual([20, 200]);
    const sheet = await getSheet('run-a', 20, 'samples');
    expect(await sheet?.text()).toBe('a20');
    expect(await getSheet('run-a', 21, 'samples')).toBeUndefined();

    await copySamples('run-a', 'run-c', 100);
    expect(await listSheetSteps('run-c', 'samples')).toEqual([20]);
    expect(await (await getSheet('run-c', 20, 'samples'))?.text()).toBe('a20');
    expect(await listSheetSteps('run-c', 'training_loss')).toEqual([]);

    await deleteRunPictures('run-a');
    expect(await listSheetSteps('run-a', 'samples')).toEqual([]);
    expect(await getSheet('run-a', 20, 'training_loss')).toBeUndefined();
    expect(await listSheetSteps('run-ab', 'samples')).toEqual([5]);
  });
});

it('small values come back, and what was never remembered is undefined', async () => {
  await remember('speed', { ms: 12.5 });
  expect(await recall('speed')).toEqual({ ms: 12.5 });
  expect(await recall('other')).toBeUndefined();
});
