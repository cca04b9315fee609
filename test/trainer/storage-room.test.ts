// Claims: room that the store gives back when it makes a run counts as room for that run; what holds a
// checkpoint, or belongs to a run that may go on, does not.
import { afterEach, expect, it, vi } from 'vitest';
import type { RunReport, SlotReport, StoreReport } from '../../src/checkpoint/api.ts';
import { slotBytes } from '../../src/checkpoint/slot.ts';
import { capacityBytes, poolSlots } from '../../src/settings/checkpoint-sizes.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { whyNoRoom } from '../../src/trainer/storage-room.ts';

const config = { ...presetConfig('tiny'), keepNewest: 3 };
const IMAGES = 28;
const SLOT = slotBytes(capacityBytes(config, IMAGES));
const POOL = poolSlots(config, IMAGES);

afterEach(() => vi.unstubAllGlobals());

function runOf(closed: boolean, states: readonly SlotReport['state'][]): RunReport {
  const note = { name: '', closed, paused: false, kept: [], started: '', length: null };
  const slots = states.map((state, slot) => ({
    ...{ runId: 'run-a', slot, capacityBytes: SLOT, state },
    ...{ record: null, why: null },
  }));
  return { runId: 'run-a', note, slots };
}

/** Whether a run begins beside `run`, where the browser offers room for one pool in all. */
async function begins(run: RunReport): Promise<boolean> {
  const usedBytes = run.slots.length * SLOT;
  const estimate = () => Promise.resolve({ usage: usedBytes, quota: POOL * SLOT });
  vi.stubGlobal('navigator', { storage: { estimate } });
  const report: StoreReport = {
    ...{ runs: [run], evicted: false, usedBytes },
    ...{ quotaBytes: POOL * SLOT, persisted: true },
  };
  return (await whyNoRoom({ report: () => Promise.resolve(report) }, config, IMAGES)) === null;
}

it('a run that was begun and left before its first checkpoint takes no room from the next', async () => {
  expect(await begins(runOf(false, ['empty', 'empty', 'empty']))).toBe(true);
  expect(await begins(runOf(true, ['empty']))).toBe(true);
});

it('checkpoints, and the empty slots of a run that may go on, do', async () => {
  expect(await begins(runOf(false, ['valid', 'empty']))).toBe(false);
  expect(await begins(runOf(true, ['valid', 'empty']))).toBe(false);
});
