// The kernels of layer norm, both families, at odd shapes: `VITE_KERNEL_SWEEP=1 npx vitest run --project
// gpu`.
import { describe, test } from 'vitest';
import { TARGETS } from '../targets.ts';
import type { Adding } from './comparison.ts';
import { claimLayerNorm } from './layer-norm-claims.ts';

const WAYS: Adding[] = ['nothing', 'other', 'in place'];

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('layer norm', () => {
  for (const target of TARGETS) {
    for (const [rows, channels] of [
      [1, 4],
      [3, 5],
      [67, 8],
      [7, 260],
      [2, 261],
      [300, 6],
      [5, 1048],
      [5000, 256],
    ] as const) {
      test(`${target.family} [${rows}, ${channels}]`, async () => {
        // Central differences of thousands of inputs would take minutes.
        const claimGradients = rows * channels < 2000;
        for (const how of WAYS)
          await claimLayerNorm(target, { rows, channels, eps: 1e-5 }, how, { claimGradients });
        await claimLayerNorm(target, { rows, channels, eps: 1e-5 }, 'nothing', {
          claimGradients,
          reachesX: false,
        });
      });
    }
  }
});
