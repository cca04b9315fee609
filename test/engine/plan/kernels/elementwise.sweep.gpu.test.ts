// The elementwise kernels of both families at odd shapes: `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, test } from 'vitest';
import { claimAdd, claimConcat, claimUpsample } from './elementwise-claims.ts';
import type { Adding } from './comparison.ts';
import { TARGETS } from '../targets.ts';

const WAYS: Adding[] = ['nothing', 'other', 'in place'];

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('elementwise', () => {
  for (const target of TARGETS) {
    for (const count of [1, 7, 64, 1021, 4096]) {
      test(`${target.family} add of ${count}`, () => claimAdd(target, count));
    }
    for (const [rows, first, second] of [
      [1, 1, 1],
      [9, 3, 5],
      [25, 4, 8],
      [3, 6, 2],
      [17, 40, 24],
      [5, 1, 300],
      [70, 3, 5],
      [65, 4, 4],
    ] as const) {
      test(`${target.family} concat of ${rows} rows of ${first} and ${second}`, async () => {
        for (const how of WAYS) {
          await claimConcat(target, { rows, first, second }, [how, 'nothing']);
          await claimConcat(target, { rows, first, second }, ['in place', how]);
        }
      });
    }
    for (const [batch, height, width, channels] of [
      [1, 1, 1, 1],
      [2, 3, 5, 3],
      [1, 7, 1, 4],
      [2, 1, 3, 40],
      [1, 2, 2, 260],
    ] as const) {
      test(`${target.family} upsample of [${batch}, ${height}, ${width}, ${channels}]`, async () => {
        for (const how of WAYS) await claimUpsample(target, { batch, height, width, channels }, how);
      });
    }
  }
});
