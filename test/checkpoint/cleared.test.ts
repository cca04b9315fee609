// Site data is cleared while the page is open: handles go on working on files that have no names any more. No
// save is acknowledged that the next start does not find. Not here: what the page says (saver.test.ts).
import { describe, expect, it } from 'vitest';
import { Store } from '../../src/checkpoint/store.ts';
import {
  expectContent,
  faultIn,
  listed,
  openStore,
  requestAt,
  RUN,
  STARTED,
  storeWith,
  value,
} from './a-run.ts';
import { MemoryDisk } from './memory-disk.ts';

const clear = (disk: MemoryDisk): void => disk.files.clear();

describe('site data is cleared while a run trains', () => {
  it('the next save is written anew into fresh files, and says how many are gone', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    value(await store.writeNote(RUN, { name: 'Mine' }));
    clear(disk);
    // The first one had made room for this one.
    expect(value(await store.save(requestAt(4))).vanished).toBe(2);
    expect(await listed(store)).toEqual([4]);
    const again = await openStore(disk.restarted('none'));
    const { loaded } = await again.recover([]);
    expectContent(loaded, 4);
    expect(loaded?.started).toBe(STARTED);
    expect((await again.report()).runs[0]?.note.name).toBe('Mine');
  });

  it('six times, at any moment: whatever was acknowledged is found at the next start', async () => {
    const { disk, store } = await storeWith([1]);
    for (let step = 2; step <= 24; step++) {
      if (step % 4 === 0) clear(disk);
      if (step % 3 === 0) value(await store.growPool(RUN, 4, requestAt(1).capacityBytes));
      const { vanished } = value(await store.save(requestAt(step)));
      expect(vanished === null).toBe(step % 4 !== 0);
      expectContent((await (await openStore(disk.restarted('none'))).recover([])).loaded, step);
    }
  });

  it('what else is gone is listed no more, with the runs that it was of', async () => {
    const { disk, store } = await storeWith([1, 2]);
    value(await store.createRun('run-b', STARTED, 8192));
    value(await store.save(requestAt(1, { runId: 'run-b' })));
    clear(disk);
    expect(value(await store.save(requestAt(2, { runId: 'run-b' }))).vanished).toBe(3);
    expect((await store.report()).runs.map(({ runId }) => runId)).toEqual(['run-b']);
    expect(faultIn(await store.load({ runId: RUN, generation: 1 })).title).toContain('no longer');
  });

  it('one file alone that is gone is noticed too', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    disk.files.delete(`runs/${RUN}/note`);
    expect(value(await store.save(requestAt(4))).vanished).toBe(0);
    expect(await listed(store)).toEqual([4, 3, 2]);
    expect(disk.files.has(`runs/${RUN}/note`)).toBe(true);
  });

  it('a note that is gone is a fault, and is there after it', async () => {
    const { disk, store } = await storeWith([1]);
    clear(disk);
    const fault = faultIn(await store.writeNote(RUN, { paused: true }));
    expect(fault.title).toBe('The browser deleted what this page had stored');
    expect(value(await store.save(requestAt(2))).vanished).toBeNull();
    const { loaded, paused } = await (await openStore(disk.restarted('none'))).recover([]);
    expectContent(loaded, 2);
    expect(paused).toBe(true);
  });

  it('a file that cannot be found after that either is no save', async () => {
    const disk = new MemoryDisk();
    const store = new Store({ ...disk.directory(), fileNames: () => Promise.resolve([]) }, null);
    value(await store.open());
    value(await store.createRun(RUN, STARTED, 8192));
    expect(faultIn(await store.save(requestAt(1)))).toMatchObject({
      kind: 'storage',
      got: 'no files of these names',
    });
  });

  it('a list of files that cannot be read is no loss: the save says so, and what is there stays', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    disk.refuseNames = () => new DOMException('busy', 'NotReadableError');
    expect(faultIn(await store.save(requestAt(4))).kind).toBe('storage');
    disk.refuseNames = null;
    expect(await listed(store)).toEqual([4, 3, 2]);
    expect(value(await store.save(requestAt(5))).vanished).toBeNull();
  });
});
