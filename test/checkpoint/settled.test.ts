// A file's name survives a power cut once it is a minute old, and the next start cannot see how old it is:
// a checkpoint whose name is known to be old is not overwritten while all newer names are young. With a disk
// that forgets young names, as measured, and a clock that the tests move. Not here: contents (crash.test.ts).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/checkpoint/store.ts';
import { listed, openStore, requestAt, RUN, storeWith, value } from './a-run.ts';
import type { MemoryDisk } from './memory-disk.ts';

/** Measured: a name older than this survived every power cut. */
const NAME_LIVES_AFTER_MS = 35_000;
const CAPACITY = requestAt(1).capacityBytes;

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** When each file was made. */
const born = new WeakMap<MemoryDisk, Map<string, number>>();

/** Notes the files that are new. Called after whatever makes files. */
function age(disk: MemoryDisk): void {
  const of = born.get(disk) ?? new Map<string, number>();
  for (const path of disk.files.keys()) if (!of.has(path)) of.set(path, performance.now());
  born.set(disk, of);
}

/** The disk after a kill of the browser, or a power cut, which takes young names. */
function next(disk: MemoryDisk, how: 'kill' | 'power cut'): MemoryDisk {
  const found = disk.restarted(how === 'kill' ? 'all' : 'none');
  const of = new Map(born.get(disk));
  for (const [path, at] of of) {
    if (how === 'kill' || performance.now() - at >= NAME_LIVES_AFTER_MS) continue;
    found.files.delete(path);
    of.delete(path);
  }
  born.set(found, of);
  return found;
}

/** Saves these steps, 4 s apart, growing the pool by one slot before each. */
async function saveOn(disk: MemoryDisk, store: Store, steps: number[], keepNewest = 3): Promise<void> {
  for (const step of steps) {
    value(await store.growPool(RUN, 9, CAPACITY));
    value(await store.save(requestAt(step, { keepNewest })));
    age(disk);
    vi.advanceTimersByTime(4000);
  }
}

async function mustFindSome(disk: MemoryDisk): Promise<void> {
  const { loaded } = await (await openStore(next(disk, 'power cut'))).recover([]);
  expect(loaded?.record.globalStep).toBeGreaterThan(0);
}

describe('a power cut after a restart', () => {
  it.each([1, 2, 3])('leaves a checkpoint of a run with %d old ones, at any of the next saves', async (n) => {
    const { disk, store } = await storeWith(Array.from({ length: n }, (_, i) => i + 1));
    age(disk);
    vi.advanceTimersByTime(3_600_000);
    store.close();
    const again = next(disk, 'kill');
    const second = await openStore(again);
    for (let step = 10; step < 30; step++) {
      await saveOn(again, second, [step]);
      await mustFindSome(again);
    }
  });

  it('also where the pool was young when the browser was killed, once and again', async () => {
    const { disk, store } = await storeWith([1]);
    age(disk);
    vi.advanceTimersByTime(70_000);
    // Notes that the first slot is settled, and makes young ones.
    await saveOn(disk, store, [2, 3]);
    let now = disk;
    for (let restart = 0; restart < 3; restart++) {
      now = next(now, 'kill');
      const again = await openStore(now);
      for (const step of [10, 20, 30]) {
        await saveOn(now, again, [step + restart], 2);
        await mustFindSome(now);
      }
    }
  });
});

describe('what is known of names', () => {
  it('is written once for each slot that was made, not with each save', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    const writes = async (step: number): Promise<number> => {
      disk.fail(null);
      value(await store.save(requestAt(step)));
      return disk.operations;
    };
    const plain = await writes(4);
    vi.advanceTimersByTime(61_000);
    expect(await writes(5)).toBe(plain + 2);
    vi.advanceTimersByTime(61_000);
    expect(await writes(6)).toBe(plain);
  });

  it('does not speak of a later slot of the same number: numbers of settled slots are not used again', async () => {
    const { disk, store } = await storeWith([1, 2, 3]);
    vi.advanceTimersByTime(61_000);
    value(await store.save(requestAt(4)));
    value(await store.writeNote(RUN, { closed: true }));
    for (const generation of [2, 3]) value(await store.remove({ runId: RUN, generation }));
    value(await store.writeNote(RUN, { closed: false }));
    value(await store.save(requestAt(5)));
    expect(await listed(store)).toEqual([5, 4]);
    const slots = [...disk.files.keys()].filter((path) => path.includes('slot-'));
    expect(slots.map((path) => path.split('-').at(-1))).toContain('4');
  });
});
