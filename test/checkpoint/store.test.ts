// The store as the trainer uses it: what is saved comes back bit for bit, a damaged
// checkpoint is passed over and reported, what the user keeps or exports stays. Not
// here: the pool and full disks (store-pool.test.ts), crashes (crash.test.ts).
import { describe, expect, it, vi } from 'vitest';
import type { CheckpointRecord } from '../../src/checkpoint/api.ts';
import { encodeSector, PAYLOAD_OFFSET, tableOffset } from '../../src/checkpoint/slot.ts';
import { crc32 } from '../../src/formats/crc32.ts';
import { readTensors } from '../../src/formats/safetensors-file.ts';
import {
  expectContent,
  faultIn,
  listed,
  newest,
  openStore,
  requestAt,
  RUN,
  slotPath,
  STARTED,
  storeWith,
  value,
} from './a-run.ts';
import { MemoryDisk } from './memory-disk.ts';

describe('saving and finding', () => {
  it('nothing is found in an empty store', async () => {
    const store = await openStore(new MemoryDisk());
    expect(await store.recover([])).toEqual({ loaded: null, paused: false, passedOver: [] });
  });

  it('the newest is found after a restart, with what the list shows of it', async () => {
    const { disk } = await storeWith([5, 10]);
    const store = await openStore(disk.restarted('none'));
    const { loaded } = await store.recover([]);
    expectContent(loaded, 10);
    expect(loaded?.record).toEqual({
      runId: RUN,
      generation: 2,
      name: 'unet_step_10',
      globalStep: 10,
      epoch: 0,
      slot: 2,
      sizeBytes: loaded?.record.sizeBytes,
      created: STARTED,
      meanLoss: 0.5,
      kept: false,
      autosave: false,
    });
    expectContent(value(await store.load({ runId: RUN, generation: 1 })), 5);
  });

  it('of a run says when that run began, not when the checkpoint was saved', async () => {
    const { disk, store } = await storeWith([]);
    const later = '2024-05-02T09:00:00.000Z';
    value(await store.save({ ...requestAt(1), created: later }));
    const again = await openStore(disk.restarted('none'));
    const { loaded } = await again.recover([]);
    expect([loaded?.started, loaded?.record.created]).toEqual([STARTED, later]);
    expect(value(await again.load({ runId: RUN, generation: 1 })).started).toBe(STARTED);
    disk.edit(`runs/${RUN}/note`, (note) => void note.fill(0));
    expect((await (await openStore(disk.restarted('none'))).recover([])).loaded?.started).toBe(later);
  });

  it('newest is by number over all runs: neither clock nor step counts', async () => {
    const { disk, store } = await storeWith([500]);
    value(await store.createRun('run-b', STARTED, 8192));
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
    value(await store.save({ ...requestAt(3, { runId: 'run-b' }), created: '1970-01-01T00:00:00.000Z' }));
    clock.mockRestore();
    const again = await openStore(disk.restarted('none'));
    expectContent((await again.recover([])).loaded, 3);
  });

  it('what the caller skips is passed over without being damaged', async () => {
    const { store } = await storeWith([1, 2, 3]);
    expectContent((await store.recover([3, 2])).loaded, 1);
    expectContent((await store.recover([])).loaded, 3);
    expect((await store.recover([1, 2, 3])).loaded).toBeNull();
  });

  it('a closed run is left alone, a paused one says so', async () => {
    const { disk, store } = await storeWith([7]);
    value(await store.createRun('run-b', STARTED, 8192));
    value(await store.save(requestAt(1, { runId: 'run-b' })));
    value(await store.writeNote('run-b', { closed: true }));
    value(await store.writeNote(RUN, { paused: true }));
    const { loaded, paused } = await (await openStore(disk.restarted('none'))).recover([]);
    expectContent(loaded, 7);
    expect(paused).toBe(true);
  });

  it('of one run alone, when asked so: not the newest of all, and nothing of a closed one', async () => {
    const { store } = await storeWith([7]);
    value(await store.createRun('run-b', STARTED, 8192));
    value(await store.save(requestAt(1, { runId: 'run-b' })));
    expectContent((await store.recover([], RUN)).loaded, 7);
    value(await store.writeNote(RUN, { closed: true }));
    expect((await store.recover([], RUN)).loaded).toBeNull();
  });

  it('NaN in weights is not saved, and nothing is touched', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    disk.fail(null);
    const request = requestAt(4);
    const [weights] = request.tensors;
    if (weights) weights.data[17] = NaN;
    expect(faultIn(await store.save(request))).toMatchObject({
      kind: 'not-finite',
      expected: 'finite numbers in unet.conv_in.weight',
    });
    expect(disk.operations).toBe(0);
    expect(await listed(store)).toEqual([3, 2, 1]);
  });

  it('saves and loads wait for one another', async () => {
    const { store } = await storeWith([1]);
    const answers = await Promise.all([
      store.save(requestAt(2)),
      store.recover([]),
      store.save(requestAt(3)),
      store.load({ runId: RUN, generation: 3 }),
    ]);
    expectContent(answers[1].loaded, 2);
    expectContent(value(answers[3]), 3);
  });
});

describe('bit rot', () => {
  const DATA = PAYLOAD_OFFSET + 2000;

  it.each([
    ['in its header', () => 100],
    ['in the length of its tensors', () => PAYLOAD_OFFSET],
    ['in the names of its tensors', () => PAYLOAD_OFFSET + 20],
    ['in its numbers', () => DATA],
    ['in its last byte', (bytes: number) => PAYLOAD_OFFSET + bytes - 1],
    ['in its digests', (bytes: number) => tableOffset(bytes) + 3],
  ])('of the newest, %s: the older one is found, the newest reported as passed over', async (_, where) => {
    const { disk, store } = await storeWith([1, 2]);
    const { sizeBytes, slot } = await newest(store);
    disk.rot(slotPath(slot), where(sizeBytes));
    const again = await openStore(disk.restarted('none'));
    const { loaded, passedOver } = await again.recover([]);
    expectContent(loaded, 1);
    expect(passedOver).toMatchObject([{ name: 'unet_step_2', globalStep: 2 }]);
    expect(passedOver[0]?.why).toMatch(/changed|damaged|safetensors/);
    // The slot is reported, no longer listed, and the first to be overwritten.
    const { runs } = await again.report();
    expect(runs[0]?.slots[slot - 1]).toMatchObject({ state: 'invalid', record: null });
    expect(await listed(again)).toEqual([1]);
    expect(value(await again.save(requestAt(3))).record).toMatchObject({ slot, generation: 3 });
  });

  it('of every one: nothing is loaded, all are reported', async () => {
    const { disk } = await storeWith([1, 2, 3]);
    for (const slot of [1, 2, 3]) disk.rot(slotPath(slot), DATA);
    const { loaded, passedOver } = await (await openStore(disk.restarted('none'))).recover([]);
    expect(loaded).toBeNull();
    expect(passedOver.map(({ globalStep }) => globalStep)).toEqual([3, 2, 1]);
  });

  it('found by a load or an export is a Fault that names the place', async () => {
    const { disk, store } = await storeWith([1, 2]);
    disk.rot(slotPath(1), DATA);
    const fault = faultIn(await store.exportFile({ runId: RUN, generation: 1 }));
    expect(fault).toMatchObject({ kind: 'storage', what: 'Chunk 1 of 1 has changed since it was written.' });
    expect(faultIn(await store.load({ runId: RUN, generation: 1 })).title).toMatch(/no longer/);
  });

  it('in a file that was cut short', async () => {
    const { disk } = await storeWith([1, 2]);
    disk.edit(slotPath(2), (bytes) => bytes.slice(0, 6000));
    const { loaded, passedOver } = await (await openStore(disk.restarted('none'))).recover([]);
    expectContent(loaded, 1);
    expect(passedOver[0]).toMatchObject({
      name: 'unet_step_2',
      why: expect.stringContaining('6000') as string,
    });
  });
});

describe('a slot of a newer Perennial', () => {
  it('is reported, never loaded, never overwritten, and its generation is not used again', async () => {
    const { disk } = await storeWith([1, 2]);
    disk.edit(slotPath(2), (bytes) => {
      const view = new DataView(bytes.buffer);
      view.setUint32(12, 2, true);
      view.setBigUint64(16, 70n, true);
      view.setUint32(508, crc32(bytes.subarray(0, 508)), true);
    });
    const untouched = disk.fileAt(slotPath(2)).read();
    const found = disk.restarted('none');
    const store = await openStore(found);
    const { loaded, passedOver } = await store.recover([]);
    expectContent(loaded, 1);
    expect(passedOver[0]?.why).toContain('newer Perennial');
    for (const step of [3, 4, 5, 6]) value(await store.save(requestAt(step)));
    expect((await newest(store)).generation).toBe(74);
    expect(Buffer.from(found.fileAt(slotPath(2)).read()).equals(untouched)).toBe(true);
  });
});

describe('what the user does', () => {
  it('keeps one by hand: it outlives any number of saves', async () => {
    const { disk, store } = await storeWith([1]);
    value(await store.writeNote(RUN, { kept: [1] }));
    for (const step of [2, 3, 4, 5, 6, 7]) value(await store.save(requestAt(step)));
    expect(await listed(store)).toEqual([7, 6, 5, 1]);
    const again = await openStore(disk.restarted('none'));
    expect((await again.report()).runs[0]?.note.kept).toEqual([1]);
    expectContent(value(await again.load({ runId: RUN, generation: 1 })), 1);
  });

  it('what cannot be noted is a Fault, and the note is as it was', async () => {
    const { disk, store } = await storeWith([1]);
    value(await store.writeNote(RUN, { paused: true }));
    for (const at of [0, 1]) {
      disk.fail({ at, how: 'throws', error: new DOMException('the disk is gone', 'InvalidStateError') });
      expect(faultIn(await store.writeNote(RUN, { paused: false, kept: [1] }))).toMatchObject({
        kind: 'storage',
        got: 'InvalidStateError: the disk is gone',
      });
    }
    const { runs } = await store.report();
    expect(runs[0]?.note).toMatchObject({ paused: true, kept: [] });
    expect(runs[0]?.slots[0]?.record?.kept).toBe(false);
    expect(faultIn(await store.writeNote('run-b', { closed: true })).kind).toBe('storage');
  });

  it('gives the metadata of a checkpoint; of a deleted one it is a Fault', async () => {
    const { store } = await storeWith([1, 2]);
    const ref = { runId: RUN, generation: 1 };
    expect(value(await store.metadataOf(ref))).toEqual({ name: 'unet_step_1', global_step: '1' });
    value(await store.remove(ref));
    expect(faultIn(await store.metadataOf(ref)).title).toContain('no longer');
  });

  it('exports one: a whole safetensors file by its name, and its slot waits until the export ended', async () => {
    const { store } = await storeWith([1, 2, 3]);
    const ref = { runId: RUN, generation: 1 };
    const file = value(await store.exportFile(ref));
    expect(file.name).toBe('unet_step_1.safetensors');
    const { tensors, metadata } = await readTensors(file);
    expect({ ...metadata }).toEqual({ name: 'unet_step_1', global_step: '1' });
    expect(tensors[0]?.data).toEqual(requestAt(1).tensors[0]?.data);

    for (const step of [4, 5]) value(await store.save(requestAt(step)));
    expect(await listed(store)).toContain(1);
    expect(faultIn(await store.remove(ref)).title).toContain('is being exported');
    await store.endExport(ref);
    value(await store.save(requestAt(6)));
    expect(await listed(store)).toEqual([6, 5, 4]);
  });

  it('deletes one of the run that trains: the slot stays, empty', async () => {
    const { disk, store } = await storeWith([1, 2]);
    value(await store.remove({ runId: RUN, generation: 1 }));
    expect(await listed(store)).toEqual([2]);
    expect(disk.files.has(slotPath(1))).toBe(true);
    expect(faultIn(await store.remove({ runId: RUN, generation: 1 })).title).toContain('no longer');
  });

  it('deletes the last one of another run: nothing is left of that run, its pictures neither', async () => {
    const { disk, store } = await storeWith([1]);
    const forgotten: string[] = [];
    store.close();
    const again = await openStore(disk, {
      replaceAll: () => Promise.resolve(),
      knownRuns: () => Promise.resolve([]),
      setKnownRuns: () => Promise.resolve(),
      deleteRunPictures: (runId) => Promise.resolve(void forgotten.push(runId)),
    });
    value(await again.createRun('run-b', STARTED, 8192));
    value(await again.remove({ runId: RUN, generation: 1 }));
    expect([...disk.files.keys()].filter((path) => path.includes(RUN))).toEqual([]);
    expect(forgotten).toEqual([RUN]);
  });

  it('frees step checkpoints: epochs, the final one, kept ones and the newest stay', async () => {
    const { disk, store } = await storeWith([], { keepNewest: 10 });
    const name = (step: number) => ({ 2: 'unet_epoch_1', 4: 'unet_epoch_2' })[step] ?? `unet_step_${step}`;
    await store.growPool(RUN, 9, requestAt(1).capacityBytes);
    for (const step of [1, 2, 3, 4, 5, 6])
      value(await store.save(requestAt(step, { keepNewest: 10, name: name(step) })));
    value(await store.writeNote(RUN, { kept: [3] }));
    const before = (await store.report()).usedBytes;
    const shown = value(await store.freeableSteps(RUN));
    expect(shown.map(({ generation }) => generation).sort((a, b) => a - b)).toEqual([1, 5]);
    const freed = value(await store.freeSteps(RUN, [1, 2, 3, 5, 6], false));
    expect(await listed(store)).toEqual([6, 4, 3, 2]);
    expect(freed).toBe(before - (await store.report()).usedBytes);
    expect(freed).toBe(2 * disk.fileAt(slotPath(2)).size);
  });

  it('frees nothing on the word of a newest one that is damaged', async () => {
    const { disk, store } = await storeWith([1, 2]);
    disk.rot(slotPath(2), PAYLOAD_OFFSET + 2000);
    expect(value(await store.freeableSteps(RUN))).toEqual([]);
    value(await store.freeSteps(RUN, [1], true));
    expect(await listed(store)).toEqual([1]);
  });

  it('frees the step checkpoints that were named, and none that came to be such since', async () => {
    const { store } = await storeWith([1, 2], { keepNewest: 10 });
    await store.growPool(RUN, 9, requestAt(1).capacityBytes);
    const shown = value(await store.freeableSteps(RUN));
    expect(shown.map(({ name }) => name)).toEqual(['unet_step_1']);
    value(await store.save(requestAt(3, { keepNewest: 10 })));
    const named = shown.map(({ generation }) => generation);
    value(await store.freeSteps(RUN, named, true));
    expect(await listed(store)).toEqual([3, 2]);
  });
});

describe('deletes a run', () => {
  it('with its files and pictures; other runs stay, and no generation is used again', async () => {
    const forgotten: string[] = [];
    const { disk, store } = await storeWith([1]);
    store.close();
    const index = { replaceAll: () => Promise.resolve(), knownRuns: () => Promise.resolve([]) };
    const again = await openStore(disk, {
      ...{ ...index, setKnownRuns: () => Promise.resolve() },
      deleteRunPictures: (runId) => Promise.resolve(void forgotten.push(runId)),
    });
    value(await again.createRun('run-b', STARTED, 8192));
    for (const step of [2, 3]) value(await again.save(requestAt(step, { runId: 'run-b' })));
    value(await again.removeRun('run-b'));
    expect([...disk.files.keys()].filter((path) => path.includes('run-b'))).toEqual([]);
    expect(forgotten).toEqual(['run-b']);
    expect(await listed(again)).toEqual([1]);
    const restarted = await openStore(disk.restarted('none'));
    expect(value(await restarted.save(requestAt(4))).record.generation).toBe(4);
    expect(faultIn(await restarted.removeRun('run-b')).title).toContain('no longer');
  });

  it('also one with damaged and unreadable files', async () => {
    const { disk } = await storeWith([1, 2, 3]);
    disk.rot(slotPath(1), 100);
    disk.edit(slotPath(2), (bytes) => bytes.slice(0, 10));
    const store = await openStore(disk.restarted('none'));
    value(await store.removeRun(RUN));
    expect((await store.report()).runs).toEqual([]);
  });

  it('but not while one of its checkpoints is being exported, nor one that only a newer version reads', async () => {
    const { disk, store } = await storeWith([1, 2]);
    const ref = { runId: RUN, generation: 1 };
    value(await store.exportFile(ref));
    expect(faultIn(await store.removeRun(RUN)).title).toBe('unet_step_1 is being exported');
    await store.endExport(ref);
    disk.edit(slotPath(2), (bytes) => {
      const view = new DataView(bytes.buffer);
      view.setUint32(12, 2, true);
      view.setUint32(508, crc32(bytes.subarray(0, 508)), true);
    });
    const again = await openStore(disk.restarted('none'));
    expect(faultIn(await again.removeRun(RUN)).title).toContain('newer Perennial');
    expect(await listed(again)).toEqual([1]);
    expect((await again.report()).runs[0]?.note.closed).toBe(false);
  });

  it('and where the disk fails on the way, at any point, a restart finds none of it and can end it', async () => {
    for (let at = 0; ; at++) {
      const { disk, store } = await storeWith([1, 2]);
      disk.fail({ at, how: 'stops', bytes: 0 });
      const { ok } = await store.removeRun(RUN);
      const again = await openStore(disk.restarted('all'));
      const { loaded } = await again.recover([]);
      // Before the note was written nothing has happened.
      if (loaded) expect(await listed(again)).toEqual([2, 1]);
      if (loaded === null && (await again.report()).runs.length > 0) value(await again.removeRun(RUN));
      if (ok) return;
    }
  });
});

describe('evicted', () => {
  const remembering = () => {
    let runs: string[] = [];
    let records: CheckpointRecord[] = [];
    return {
      records: () => records,
      replaceAll: (all: CheckpointRecord[]) => Promise.resolve(void (records = all)),
      knownRuns: () => Promise.resolve(runs),
      setKnownRuns: (all: string[]) => Promise.resolve(void (runs = all)),
      deleteRunPictures: () => Promise.resolve(),
    };
  };

  it('is reported when the index knows runs and the files are gone, until there is a run again', async () => {
    const index = remembering();
    const { disk } = await storeWith([1]);
    const first = await openStore(disk.restarted('none'), index);
    expect((await first.report()).evicted).toBe(false);
    expect(index.records().map(({ globalStep }) => globalStep)).toEqual([1]);

    for (let i = 0; i < 2; i++) {
      const gone = await openStore(new MemoryDisk(), index);
      expect((await gone.report()).evicted).toBe(true);
      expect(index.records()).toEqual([]);
    }
    const store = await openStore(new MemoryDisk(), index);
    value(await store.createRun('run-b', STARTED, 8192));
    expect((await store.report()).evicted).toBe(false);
  });

  it('is not reported of a store that the user emptied', async () => {
    const index = remembering();
    const { disk, store } = await storeWith([1]);
    store.close();
    const again = await openStore(disk, index);
    value(await again.remove({ runId: RUN, generation: 1 }));
    expect(disk.files.size).toBe(0);
    expect((await (await openStore(new MemoryDisk(), index)).report()).evicted).toBe(false);
  });

  it('an index that fails costs nothing', async () => {
    const broken = () => Promise.reject(new DOMException('gone', 'UnknownError'));
    const index = { replaceAll: broken, knownRuns: broken, setKnownRuns: broken, deleteRunPictures: broken };
    const store = await openStore(new MemoryDisk(), index);
    value(await store.createRun(RUN, STARTED, 8192));
    value(await store.save(requestAt(1)));
    expectContent((await store.recover([])).loaded, 1);
  });
});

it('a second tab is refused, and nothing is touched', async () => {
  const { disk } = await storeWith([1]);
  const other = await import('../../src/checkpoint/store.ts');
  const second = new other.Store(disk.directory(), null);
  disk.fail(null);
  expect(faultIn(await second.open())).toMatchObject({ kind: 'tab' });
  expect(disk.operations).toBe(0);
});

it('the built-in test passes on a sound disk, and leaves nothing behind', async () => {
  const { disk, store } = await storeWith([1, 2]);
  const files = [...disk.files.keys()];
  const { steps, sizeBytes } = value(await store.selfTest());
  expect(steps.map(({ name }) => name)).toEqual([
    'Reserve two slots',
    'Write a checkpoint',
    'Write a newer one',
    'Read back the newest',
    'Find the newest after reopening',
    'Notice a damaged one and go back to the older',
    'Clean up',
  ]);
  expect(sizeBytes).toBeGreaterThan(8_000_000);
  expect([...disk.files.keys()]).toEqual(files);
  expectContent((await store.recover([])).loaded, 2);
});

it('the built-in test fails on a disk that lies, and cleans up', async () => {
  const { disk, store } = await storeWith([1]);
  const files = [...disk.files.keys()];
  disk.fail({ at: 12, how: 'short', bytes: 3 });
  expect(faultIn(await store.selfTest()).kind).toBe('storage');
  expect([...disk.files.keys()]).toEqual(files);
});

it('reads a slot whose header was made by hand from format 1', async () => {
  const { disk, store } = await storeWith([1]);
  const record = await newest(store);
  const bytes = disk.fileAt(slotPath(1)).read();
  const table = bytes.slice(tableOffset(record.sizeBytes), tableOffset(record.sizeBytes) + 32);
  const sector = encodeSector({
    runId: RUN,
    name: 'unet_step_1',
    generation: 9,
    globalStep: 1,
    payloadBytes: record.sizeBytes,
    chunkBytes: 4 * 1024 * 1024,
    chunkCount: 1,
    rootDigest: new Uint8Array(await crypto.subtle.digest('SHA-256', table)),
    epoch: 0,
    meanLoss: null,
    created: STARTED,
    autosave: false,
  });
  disk.edit(slotPath(1), (whole) => whole.set(sector));
  expectContent((await (await openStore(disk.restarted('none'))).recover([])).loaded, 1);
});
