// Activations of both families at odd shapes: `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, test } from 'vitest';
import type { Activation } from '../../../../src/engine/plan/kernels/activations.ts';
import { TARGETS } from '../targets.ts';
import { claimActivation, claimGeglu } from './activation-claims.ts';
import type { Adding } from './comparison.ts';

const WAYS: Adding[] = ['nothing', 'other', 'in place'];
const ACTIVATIONS: Activation[] = ['silu', 'gelu', 'quickGelu'];

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('activations', () => {
  for (const target of TARGETS) {
    for (const of of ACTIVATIONS) {
      test(`${target.family} ${of}`, async () => {
        for (const count of [1, 7, 64, 301, 512])
          for (const how of WAYS) await claimActivation(target, of, count, how);
      });
    }
    for (const [rows, channels] of [
      [1, 1],
      [33, 5],
      [70, 4],
      [3, 300],
    ] as const) {
      test(`${target.family} geglu of ${rows} rows of ${channels}`, async () => {
        for (const how of WAYS) await claimGeglu(target, { rows, channels }, how);
      });
    }
  }
});
