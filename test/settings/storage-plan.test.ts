// Claims: a run whose checkpoints take more than the browser offers does not begin, and is told how many of
// the newest it may keep; a pool in part written needs only the rest.
import { expect, it } from 'vitest';
import { checkpointsKept, poolSlots } from '../../src/settings/checkpoint-sizes.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { keptWithin, planFault, slotsWithin, stillReserved } from '../../src/settings/storage-plan.ts';

const SLOT = 100e6;
const config = { ...presetConfig('tiny'), checkpointEverySteps: 1, maxSteps: 100_000, keepNewest: 10_000 };
const plan = { config, imageCount: 28, slotBytes: SLOT };
const offering = (slots: number) => ({ quotaBytes: slots * SLOT + 7, usedBytes: 7 });

it('ten thousand checkpoints in ten gigabytes are refused, with the number that fits', () => {
  const fault = planFault(plan, offering(100));
  const fitting = keptWithin(plan, offering(100));
  if (!fitting) throw new Error('none fits');
  expect(poolSlots(fitting, 28)).toBe(100);
  expect(fault).toMatchObject({ kind: 'storage', expected: 'at most 10 GB, which the browser offers' });
  expect(fault?.got).toBe(`${(poolSlots(config, 28) * SLOT) / 1e9} GB`);
  expect(fault?.what).toContain(String(checkpointsKept(config, 28)));
  expect(fault?.todo).toEqual([`Set "Newest kept" to ${fitting.keepNewest} or fewer.`]);
  expect(planFault({ ...plan, config: fitting }, offering(100))).toBeNull();
});

it('a plan that fits, or that nobody can judge, is left as it is', () => {
  const small = { ...config, keepNewest: 3 };
  expect(keptWithin({ ...plan, config: small }, offering(10))).toBe(small);
  expect(planFault(plan, { quotaBytes: null, usedBytes: 0 })).toBeNull();
});

it('where not one fits, something else has to go', () => {
  expect(keptWithin(plan, offering(1))).toBeNull();
  expect(planFault(plan, offering(1))?.todo[0]).toContain('Delete');
  // After a power cut the browser may count more than it offers.
  expect(planFault(plan, { quotaBytes: 5, usedBytes: 1e12 })?.expected).toContain('at most 0 GB');
});

it('what is written already is not needed again', () => {
  expect(stillReserved([], { slots: 3, slotBytes: 10 })).toBe(30);
  expect(stillReserved([10, 4, 12, 1], { slots: 3, slotBytes: 10 })).toBe(6);
  const small = { ...config, keepNewest: 3 };
  const there = Array.from({ length: poolSlots(small, 28) - 1 }, () => SLOT);
  expect(keptWithin({ ...plan, config: small }, offering(1), there)).toBe(small);
  expect(keptWithin({ ...plan, config: small }, offering(0), there)).not.toBe(small);
});

it('of a pool that does not fit as a whole, as many slots as fit are counted', () => {
  const pool = { slots: 12, slotBytes: SLOT };
  expect(slotsWithin([SLOT, SLOT], pool, offering(10))).toBe(12);
  expect(slotsWithin([SLOT, SLOT], pool, offering(9))).toBe(11);
  expect(slotsWithin([SLOT / 2, SLOT], pool, offering(1))).toBe(2);
  expect(slotsWithin([SLOT, SLOT], pool, offering(0))).toBe(2);
  expect(slotsWithin([], pool, { quotaBytes: null, usedBytes: 0 })).toBe(12);
});
