// The pool of slots, and full disks: dense slots are made before they are needed and grown where a run
// becomes longer, and nothing is lost where no further slot can be made.
import { describe, expect, it } from 'vitest';
import { PAYLOAD_OFFSET, slotBytes } from '../../src/checkpoint/slot.ts';
import {
  expectContent,
  faultIn,
  FEW,
  listed,
  openStore,
  requestAt,
  RUN,
  slotPath,
  STARTED,
  storeWith,
  value,
} from './a-run.ts';

describe('the pool', () => {
  it('grows by one slot a call, dense from the first byte to the last', async () => {
    const { disk, store } = await storeWith([]);
    const capacity = 4 * FEW + 8192;
    for (const there of [2, 3, 4, 4, 4]) expect(value(await store.growPool(RUN, 4, capacity))).toBe(there);
    for (const slot of [1, 2, 3, 4]) {
      const durable = disk.restarted('none').fileAt(slotPath(slot)).read();
      expect(durable).toHaveLength(slotBytes(capacity));
      expect(durable.subarray(0, PAYLOAD_OFFSET).every((byte) => byte === 0)).toBe(true);
      const holes = Array.from({ length: durable.length / 4096 - 1 }, (_, i) => 4096 * (i + 1)).filter((at) =>
        durable.subarray(at, at + 64).every((byte) => byte === 0),
      );
      expect(holes).toEqual([]);
    }
  });

  it('has three slots where nobody asked for more, and no save makes a file after that', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    const files = [...disk.files.keys()];
    for (const step of [4, 5, 6, 7, 8]) value(await store.save(requestAt(step)));
    expect([...disk.files.keys()]).toEqual(files);
    expect(files).toHaveLength(4);
    expect(await listed(store)).toEqual([8, 7, 6]);
  });

  it('a slot whose making was interrupted is completed, not joined by another', async () => {
    const { disk, store } = await storeWith([1]);
    disk.fail({ at: 0, how: 'stops', bytes: 5000 });
    await store.growPool(RUN, 3, requestAt(1).capacityBytes);
    const found = disk.restarted('all');
    const again = await openStore(found);
    expect(value(await again.growPool(RUN, 2, requestAt(1).capacityBytes))).toBe(2);
    expect([...found.files.keys()]).toHaveLength(3);
  });

  it('gives back the empty slots of a run that is closed; one that goes on makes them anew', async () => {
    const { disk, store } = await storeWith([1, 2]);
    const { capacityBytes } = requestAt(1);
    for (let slots = 3; slots <= 5; slots++) value(await store.growPool(RUN, 5, capacityBytes));
    const before = (await store.report()).usedBytes;
    value(await store.writeNote(RUN, { closed: true }));
    expect((await store.report()).usedBytes).toBe((before * 2) / 5);
    const again = await openStore(disk.restarted('none'));
    expect((await again.report()).runs[0]?.slots.map(({ state }) => state)).toEqual(['valid', 'valid']);
    value(await again.writeNote(RUN, { closed: false }));
    value(await again.save(requestAt(3)));
    expect(value(await again.growPool(RUN, 5, capacityBytes))).toBe(4);
    expect(await listed(again)).toEqual([3, 2, 1]);
  });

  it('gives back those of a run that an earlier version closed, once the next run is made', async () => {
    const { disk, store } = await storeWith([1]);
    value(await store.writeNote(RUN, { closed: true }));
    // A file that could not be removed then, as in an earlier version.
    const file = await disk.directory().openFile(RUN, 'slot-9', true);
    file.write(new Uint8Array(8192), { at: 0 });
    file.flush();
    const again = await openStore(disk.restarted('all'));
    expect((await again.report()).runs[0]?.slots).toHaveLength(2);
    value(await again.createRun('run-b', STARTED, 8192));
    expect((await again.report()).runs.find(({ runId }) => runId === RUN)?.slots).toHaveLength(1);
  });

  it('a run that never came to a checkpoint is cleared away by the next one, after a restart', async () => {
    const { disk } = await storeWith([]);
    const store = await openStore(disk.restarted('none'));
    value(await store.createRun('run-b', STARTED, 8192));
    expect((await store.report()).runs.map(({ runId }) => runId)).toEqual(['run-b']);
  });
});

/** Saves of a run that became longer than its slots of 256 KiB have room for. */
const LONGER = { floats: 300_000, capacityBytes: 1_250_000 };

describe('a run that is prolonged', () => {
  /** Three small slots that hold epochs 1 to 3, and a fourth that is empty. */
  async function shortRun() {
    const { disk, store } = await storeWith([]);
    for (const slots of [2, 3, 4]) value(await store.growPool(RUN, slots, requestAt(1).capacityBytes));
    for (const step of [1, 2, 3]) value(await store.save(requestAt(step, { name: `unet_epoch_${step}` })));
    return { disk, store };
  }

  it('grows the empty slots ahead of need; those that hold a checkpoint are left alone', async () => {
    const { disk, store } = await shortRun();
    const held = disk.fileAt(slotPath(1)).read();
    for (let call = 0; call < 3; call++)
      expect(value(await store.growPool(RUN, 4, LONGER.capacityBytes))).toBe(4);
    const sizes = [1, 2, 3, 4].map((slot) => disk.fileAt(slotPath(slot)).size);
    const [small, large] = [slotBytes(requestAt(1).capacityBytes), slotBytes(LONGER.capacityBytes)];
    expect(sizes).toEqual([small, small, small, large]);
    expect(disk.fileAt(slotPath(1)).read()).toEqual(held);
  });

  it('saves on in the slots it has, each grown before it is written: no file is made', async () => {
    const { disk, store } = await shortRun();
    const files = [...disk.files.keys()];
    for (let step = 4; step <= 20; step++) {
      value(await store.growPool(RUN, 4, LONGER.capacityBytes));
      value(await store.save(requestAt(step, { ...LONGER, name: `unet_epoch_${step}` })));
      expectContent((await store.recover([])).loaded, step, LONGER.floats);
    }
    expect([...disk.files.keys()]).toEqual(files);
    for (const slot of [1, 2, 3, 4])
      expect([slotBytes(requestAt(1).capacityBytes), slotBytes(LONGER.capacityBytes)]).toContain(
        disk.fileAt(slotPath(slot)).size,
      );
  });

  it('keeps and uses larger slots of an earlier version as they are', async () => {
    const old = 24 * 1024 * 1024 - 70_000;
    const { disk, store } = await storeWith([1, 2, 3], { capacityBytes: old });
    const sizes = [1, 2, 3].map((slot) => disk.fileAt(slotPath(slot)).size);
    for (const step of [4, 5, 6]) value(await store.save(requestAt(step, LONGER)));
    expect([1, 2, 3].map((slot) => disk.fileAt(slotPath(slot)).size)).toEqual(sizes);
    expect([...disk.files.keys()]).toHaveLength(4);
  });

  it('may be cut at any write of the growing: the newest stay, and the save is made after a restart', async () => {
    for (const empty of [true, false]) {
      for (let at = 0; ; at++) {
        const { disk, store } = await shortRun();
        // With the fourth slot in use, the next save gives up the oldest and grows its slot.
        const newest = empty ? 3 : 4;
        if (!empty) value(await store.save(requestAt(4, { name: 'unet_epoch_4' })));
        disk.fail({ at, how: 'stops', bytes: 700_000 });
        const saved = await store.save(requestAt(5, LONGER));
        if (saved.ok) break;
        for (const survival of ['none', 'all', (sector: number) => sector % 2 === 0] as const) {
          const again = await openStore(disk.restarted(survival));
          const { loaded, passedOver } = await again.recover([]);
          const found = loaded?.record.globalStep ?? 0;
          expect([newest, 5]).toContain(found);
          expectContent(loaded, found, found === 5 ? LONGER.floats : FEW);
          if (found !== 5) expectContent((await again.recover([newest])).loaded, newest - 1);
          expect(passedOver).toEqual([]);
          value(await again.save(requestAt(6, LONGER)));
          expectContent((await again.recover([])).loaded, 6, LONGER.floats);
        }
      }
    }
  });

  it('on a full disk saves on as long as the slots it has are large enough', async () => {
    const { disk, store } = await shortRun();
    const sizes = () => [1, 2, 3, 4].map((slot) => disk.fileAt(slotPath(slot)).size);
    const before = sizes();
    disk.quotaBytes = 0;
    expect(faultIn(await store.growPool(RUN, 4, LONGER.capacityBytes)).kind).toBe('storage');
    for (const step of [4, 5, 6, 7])
      value(await store.save(requestAt(step, { capacityBytes: LONGER.capacityBytes })));
    expect(sizes()).toEqual(before);
    expectContent((await store.recover([])).loaded, 7);
    // No slot is large enough: the save fails, and what there is stays.
    expect(faultIn(await store.save(requestAt(8, LONGER))).title).toBe(
      'There is no room for another checkpoint',
    );
    expectContent((await store.recover([])).loaded, 7);
    disk.quotaBytes = Infinity;
    value(await store.save(requestAt(8, LONGER)));
    expectContent((await store.recover([])).loaded, 8, LONGER.floats);
  });
});

describe('a full disk', () => {
  it('is met by a run that cannot begin: nothing is left of it', async () => {
    const { disk, store } = await storeWith([1]);
    disk.quotaBytes = 5_000_000;
    const fault = faultIn(await store.createRun('run-b', STARTED, 40_000_000));
    expect(fault).toMatchObject({ kind: 'storage', title: 'There is no room for another checkpoint' });
    expect(fault.expected).toBe(`${slotBytes(40_000_000)} bytes of room`);
    expect([...disk.files.keys()].filter((path) => path.includes('run-b'))).toEqual([]);
    expectContent((await store.recover([])).loaded, 1);
  });

  it('once the pool is there, saves go on: they need no room', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    disk.quotaBytes = 0;
    for (const step of [4, 5, 6]) value(await store.save(requestAt(step)));
    expect(await listed(store)).toEqual([6, 5, 4]);
  });

  it('with two slots: the two checkpoints in them stay, and the save says why it failed', async () => {
    const { disk, store } = await storeWith([1, 2]);
    // Room for two slots of 256 KiB and the note.
    disk.quotaBytes = 700_000;
    expect(faultIn(await store.save(requestAt(3))).kind).toBe('storage');
    expect(await listed(store)).toEqual([2, 1]);
    disk.quotaBytes = Infinity;
    value(await store.save(requestAt(3)));
    expect(await listed(store)).toEqual([3, 2, 1]);
  });

  it('met in the middle of a new slot: what was taken of it is given back', async () => {
    const { disk, store } = await storeWith([1, 2]);
    const taken = async () => (await disk.directory().estimate()).usageBytes ?? 0;
    const before = await taken();
    // Of the three chunks of 4 MiB the first one fits.
    disk.quotaBytes = before + 5_000_000;
    const fault = faultIn(await store.growPool(RUN, 3, 10_000_000));
    expect(fault).toMatchObject({ kind: 'storage', got: expect.stringContaining('Quota') as string });
    expect(await taken()).toBe(before);
  });

  it('where more was to be kept than fits, the oldest makes room', async () => {
    const { disk, store } = await storeWith([1, 2, 3], { keepNewest: 10 });
    await store.growPool(RUN, 12, requestAt(1).capacityBytes);
    disk.quotaBytes = 0;
    for (const step of [4, 5, 6]) value(await store.save(requestAt(step, { keepNewest: 10 })));
    expect(await listed(store)).toEqual([6, 5, 4, 3]);
  });

  it('an autosave makes a slot of its own before it takes the place of a checkpoint that is due', async () => {
    const { disk, store } = await storeWith([1, 2, 3], { keepNewest: 10 });
    for (const step of [5, 6, 7, 8])
      value(await store.save(requestAt(step, { keepNewest: 10, autosave: true })));
    expect(await listed(store)).toEqual([8, 7, 3, 2, 1]);
    const again = await openStore(disk.restarted('none'));
    const { loaded } = await again.recover([]);
    expect(loaded?.record).toMatchObject({ globalStep: 8, autosave: true });
  });

  it('that is none, by a counter gone wrong: restart the browser, delete nothing', async () => {
    const { disk, store } = await storeWith([1, 2]);
    disk.quotaBytes = 0;
    disk.usageBytes = 0;
    const fault = faultIn(await store.save(requestAt(3)));
    expect(fault.title).toBe('The browser miscounts its storage');
    expect(fault.todo[0]).toContain('Delete nothing');
  });
});
