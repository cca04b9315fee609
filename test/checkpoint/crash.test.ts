// The crash table: whatever write or flush of a save is the last one, and
// whichever of its bytes reached the disk, the next start finds the save before
// it or the new one, whole. Every point of a save is tried, not a sample.
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/checkpoint/store.ts';
import { expectContent, listed, openStore, requestAt, storeWith, value } from './a-run.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { Survival } from './memory-file.ts';

/** Two chunks, so that a save can stop between them. */
const FLOATS = 1_060_000;
const OPTIONS = { floats: FLOATS };
const BEFORE = [1, 2, 3];
const NEW = 4;

/** Writes and flushes of one save of two chunks: zero, flush, chunk, chunk, table, flush, header, flush. */
const HEADER_WRITE = 6;
const OPERATIONS = 8;

const sectors = (seed: number) => (sector: number) => Math.imul(sector ^ seed, 0x9e37_79b1) >>> 31 === 1;

const SURVIVALS: [string, Survival][] = [
  ['a killed browser: all that was written is there', 'all'],
  ['a power cut: only what was flushed is there', 'none'],
  ['a power cut: some sectors of the rest are there', sectors(1)],
  ['a power cut: the other sectors are there', (sector) => !sectors(1)(sector)],
];

const before = storeWith(BEFORE, OPTIONS);

/** A disk with the three saves, just started. */
async function prepared(): Promise<{ disk: MemoryDisk; store: Store }> {
  const restarted = (await before).disk.restarted('all');
  return { disk: restarted, store: await openStore(restarted) };
}

it('a save is these eight operations', async () => {
  const { disk, store } = await prepared();
  disk.fail(null);
  value(await store.save(requestAt(NEW, OPTIONS)));
  expect(disk.operations).toBe(OPERATIONS);
});

describe.each(SURVIVALS)('%s', (_, survival) => {
  // Bytes of the last write that were written: none, part of a sector, a sector, all.
  for (const bytes of [0, 100, 512, 5_000_000]) {
    for (let at = 0; at < OPERATIONS; at++) {
      it(`operation ${at} stops after ${bytes} bytes`, async () => {
        const { disk, store } = await prepared();
        disk.fail({ at, how: 'stops', bytes });
        // The machine is gone before the save answers.
        await store.save(requestAt(NEW, OPTIONS));
        expect(disk.stopped).toBe(true);

        const found = disk.restarted(survival);
        const again = await openStore(found);
        const { loaded } = await again.recover([]);
        const step = loaded?.record.globalStep ?? 0;
        if (at < HEADER_WRITE) expect(step).toBe(3);
        else expect([3, NEW]).toContain(step);
        // Once the whole header is flushed, the new save must be found.
        if (at === OPERATIONS - 1 && bytes > 0) expect(step).toBe(NEW);
        expectContent(loaded, step, FLOATS);

        // The checkpoint before is whole too, and the next save gets a higher generation than any before.
        const older = await again.recover([loaded?.record.generation ?? 0]);
        expectContent(older.loaded, step - 1, FLOATS);
        const { record } = value(await again.save(requestAt(9, OPTIONS)));
        expect(record.generation).toBeGreaterThan(loaded?.record.generation ?? 0);
        expectContent((await again.recover([])).loaded, 9, FLOATS);
      });
    }
  }
});

describe('an operation that fails on a machine that goes on', () => {
  const troubles = [
    ['throws a quota error', { how: 'throws', error: new DOMException('full', 'QuotaExceededError') }],
    ['throws an I/O error', { how: 'throws', error: new DOMException('broken', 'InvalidStateError') }],
    ['takes a part of the bytes', { how: 'short', bytes: 10 }],
    ['writes a wrong bit', { how: 'lies' }],
  ] as const;
  const flushes = [1, 5, 7];

  for (const [name, trouble] of troubles) {
    for (let at = 0; at < OPERATIONS; at++) {
      if (trouble.how === 'short' && flushes.includes(at)) continue;
      if (trouble.how === 'lies' && flushes.includes(at)) continue;
      it(`operation ${at} ${name}: the save says so, older ones are whole, the next one succeeds`, async () => {
        const { disk, store } = await prepared();
        disk.fail({ at, ...trouble });
        const result = await store.save(requestAt(NEW, OPTIONS));
        expect(result).toMatchObject({ ok: false, fault: { kind: 'storage' } });
        expect(await listed(store)).toEqual([3, 2]);
        const [victim] = (await store.report()).runs[0]?.slots ?? [];
        expect(victim).toMatchObject({ state: 'invalid', why: 'its last save was not finished' });
        expectContent((await store.recover([])).loaded, 3, FLOATS);

        // The same slot is written: no other checkpoint is given up, no file is made.
        expect(value(await store.save(requestAt(5, OPTIONS))).record.slot).toBe(victim?.slot);
        expect(await listed(store)).toEqual([5, 3, 2]);
        const again = await openStore(disk.restarted('none'));
        expectContent((await again.recover([])).loaded, 5, FLOATS);
      });
    }
  }
});

describe('making a run', () => {
  it('may stop at any operation: the next start is as before and makes the run again', async () => {
    const counted = await storeWith([]);
    const all = counted.disk.operations;
    for (let at = 0; at < all; at++) {
      const { disk, store } = await storeWith([1]);
      disk.fail({ at, how: 'stops', bytes: 700 });
      expect((await store.createRun('run-b', '', 1000)).ok).toBe(false);
      const again = await openStore(disk.restarted(sectors(at)));
      const { loaded, passedOver } = await again.recover([]);
      expectContent(loaded, 1);
      expect(passedOver).toEqual([]);
      value(await again.createRun('run-c', '', 1000));
      value(await again.save(requestAt(2, { runId: 'run-c' })));
      // The unfinished run is gone: it held no checkpoint.
      expect((await again.report()).runs.map(({ runId }) => runId)).toEqual(['run-a', 'run-c']);
    }
  });
});

describe('deleting the newest', () => {
  it('may stop at any operation: it is there or not, and its number never comes again', async () => {
    for (let at = 0; at < 4; at++) {
      for (const survival of ['all', 'none'] as const) {
        const { disk, store } = await storeWith([1, 2]);
        disk.fail({ at, how: 'stops', bytes: 0 });
        await store.remove({ runId: 'run-a', generation: 2 });
        const again = await openStore(disk.restarted(survival));
        const { loaded } = await again.recover([]);
        expectContent(loaded, loaded?.record.globalStep === 2 ? 2 : 1);
        const { record } = value(await again.save(requestAt(3)));
        expect(record.generation).toBe(3);
      }
    }
  });
});
