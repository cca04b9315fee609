// What the browser refuses to read for now costs nothing: no slot is freed, no other run is hidden, no
// generation is given twice, nothing kept is let go. Only what was read and found damaged is overwritten.
// Not here: damage (store.test.ts), crashes (crash.test.ts).
import { describe, expect, it } from 'vitest';
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

const REFUSED = { error: new DOMException('a sharing violation', 'NotReadableError') };
const note = (runId: string): string => `runs/${runId}/note`;

describe('a slot that cannot be read for now', () => {
  it('is listed on, after a load or an export that failed, and its checkpoint stays', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    const ref = { runId: RUN, generation: 1 };
    value(await store.writeNote(RUN, { kept: [1] }));
    disk.refuseReads = ({ path, at }) => (path === slotPath(1) && at > 0 ? REFUSED.error : null);
    expect(faultIn(await store.load(ref)).got).toContain('NotReadableError');
    expect(faultIn(await store.exportFile(ref)).got).toContain('NotReadableError');
    expect(await listed(store)).toEqual([3, 2, 1]);
    for (const step of [4, 5, 6]) value(await store.save(requestAt(step)));
    disk.refuseReads = null;
    expectContent(value(await store.load(ref)), 1);
    expect((await listed(await openStore(disk.restarted('none')))).at(-1)).toBe(1);
  });

  it('is read once more before an older one is taken', async () => {
    const { disk, store } = await storeWith([1, 2]);
    let refusals = 1;
    disk.refuseReads = () => (refusals-- > 0 ? REFUSED.error : null);
    expectContent((await store.recover([])).loaded, 2);
  });

  it('is passed over with its reason, and is the newest again once it can be read', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    disk.refuseReads = ({ path, at }) => (path === slotPath(3) && at > 0 ? REFUSED.error : null);
    const { loaded, passedOver } = await store.recover([]);
    expectContent(loaded, 2);
    expect(passedOver).toMatchObject([{ name: 'unet_step_3', globalStep: 3 }]);
    expect(passedOver[0]?.why).toContain('a sharing violation');
    disk.refuseReads = null;
    expectContent((await store.recover([])).loaded, 3);
  });

  it.each([
    ['its header cannot be read', 'read'],
    ['its file cannot be opened', 'open'],
  ])('at the start, %s: it is not overwritten, and no generation is given twice', async (_, what) => {
    const { disk } = await storeWith([1, 2, 3]);
    const again = disk.restarted('none');
    if (what === 'read') again.refuseReads = ({ path }) => (path === slotPath(3) ? REFUSED.error : null);
    else again.refuseOpen = (path) => (path === slotPath(3) ? REFUSED.error : null);
    const store = await openStore(again);
    const before = again.fileAt(slotPath(3)).read();
    expectContent((await store.recover([])).loaded, 2);
    for (const step of [21, 22, 23, 24, 25]) value(await store.save(requestAt(step)));
    expect(Buffer.from(again.fileAt(slotPath(3)).read()).equals(before)).toBe(true);
    expect((await store.report()).runs[0]?.slots[2]?.state).toBe('unreadable');

    again.refuseReads = again.refuseOpen = null;
    const { generation } = await newest(store);
    expectContent((await store.recover([])).loaded, 25);
    expect(await listed(store)).toContain(3);
    expectContent(value(await store.load({ runId: RUN, generation: 3 })), 3);
    expectContent(value(await store.load({ runId: RUN, generation })), 25);
  });

  it('goes with its run when the user deletes that', async () => {
    const { disk } = await storeWith([1, 2]);
    const again = disk.restarted('none');
    again.refuseReads = ({ path }) => (path === slotPath(2) || path === note(RUN) ? REFUSED.error : null);
    const store = await openStore(again);
    value(await store.removeRun(RUN));
    expect(again.files.size).toBe(0);
  });
});

describe('a note that cannot be read for now', () => {
  async function twoRuns() {
    const { disk, store } = await storeWith([1, 2, 3, 4]);
    value(await store.writeNote(RUN, { name: 'Mine', kept: [2], paused: false }));
    value(await store.createRun('run-b', STARTED, 8192));
    value(await store.save(requestAt(1, { runId: 'run-b' })));
    return disk.restarted('none');
  }

  it.each(['read', 'open'])('hides no other run, and none of its own checkpoints (%s)', async (what) => {
    const disk = await twoRuns();
    const refused = (path: string) => (path === note('run-b') ? REFUSED.error : null);
    if (what === 'read') disk.refuseReads = ({ path }) => refused(path);
    else disk.refuseOpen = refused;
    const store = await openStore(disk);
    const { loaded, paused } = await store.recover([]);
    expect([loaded?.record.runId, loaded?.record.globalStep, paused]).toEqual(['run-b', 1, true]);
    expect(await listed(store)).toHaveLength(4);
  });

  it('is not replaced by another: what is kept by it stays, and it is there again', async () => {
    const disk = await twoRuns();
    disk.refuseReads = ({ path }) => (path === note(RUN) ? REFUSED.error : null);
    const store = await openStore(disk);
    expect(faultIn(await store.writeNote(RUN, { paused: true })).kind).toBe('storage');
    for (const step of [5, 6, 7, 8, 9]) value(await store.save(requestAt(step)));
    // What was there at the start stays; what was saved since makes room as ever.
    expect(await listed(store)).toEqual(expect.arrayContaining([9, 8, 7, 4, 3, 2]));
    expect(await listed(store)).not.toContain(5);
    disk.refuseReads = null;
    value(await store.writeNote(RUN, { paused: true }));
    const [run] = (await store.report()).runs;
    expect(run?.note).toMatchObject({ name: 'Mine', kept: [2], paused: true });
  });

  it('that is listed and not there, as after a power cut, is no note', async () => {
    const disk = await twoRuns();
    disk.refuseOpen = (path) => (path === note(RUN) ? new DOMException(path, 'NotFoundError') : null);
    const store = await openStore(disk);
    expect(await listed(store)).toHaveLength(4);
    disk.refuseOpen = null;
    value(await store.writeNote(RUN, { name: 'Anew' }));
    expect((await (await openStore(disk.restarted('none'))).report()).runs[0]?.note.name).toBe('Anew');
  });
});

it('a folder whose list of files cannot be read hides no other run, and is no empty run', async () => {
  const { disk, store: first } = await storeWith([1, 2]);
  value(await first.createRun('run-b', STARTED, 8192));
  const again = disk.restarted('none');
  again.refuseNames = (runId) => (runId === RUN ? REFUSED.error : null);
  const store = await openStore(again);
  value(await store.createRun('run-c', STARTED, 8192));
  value(await store.save(requestAt(3, { runId: 'run-c' })));
  again.refuseNames = null;
  expectContent((await store.recover([], RUN)).loaded, 2);
  expectContent((await store.recover([])).loaded, 3);
});

describe('a failure that hides another', () => {
  it('a truncate that fails after a full disk: the full disk is told', async () => {
    const { disk, store } = await storeWith([1, 2]);
    disk.quotaBytes = 700_000;
    disk.refuseTruncate = REFUSED.error;
    expect(faultIn(await store.growPool(RUN, 3, requestAt(1).capacityBytes)).got).toContain('Quota');
    disk.quotaBytes = Infinity;
    value(await store.save(requestAt(3)));
    expectContent((await store.recover([])).loaded, 3);
  });

  it('a note with no room for another kept checkpoint: it says so, and stays as it was', async () => {
    const { store } = await storeWith([1]);
    const kept = Array.from({ length: 20_000 }, (_, i) => 2 ** 40 + i);
    const fault = faultIn(await store.writeNote(RUN, { kept }));
    expect(fault).toMatchObject({ kind: 'storage', title: 'Too many checkpoints of this run are kept' });
    expect((await store.report()).runs[0]?.note.kept).toEqual([]);
  });

  it('a delete that the disk refuses: the slot is what its header says', async () => {
    for (const at of [2, 3]) {
      const { disk, store } = await storeWith([1, 2]);
      // The note first: write and flush. Then the header: write and flush.
      disk.fail({ at, how: 'throws', error: REFUSED.error });
      expect(faultIn(await store.remove({ runId: RUN, generation: 2 })).kind).toBe('storage');
      const left = at === 2 ? [2, 1] : [1];
      expect(await listed(store)).toEqual(left);
      expect((await store.report()).runs[0]?.slots[1]?.state).toBe(at === 2 ? 'valid' : 'invalid');
    }
  });
});
