// The kernels of group norm, both families, at odd shapes: `VITE_KERNEL_SWEEP=1 npx vitest run --project
// gpu`.
import { describe, test } from 'vitest';
import { claimGroupNorm } from './group-norm-claims.ts';
import type { Adding } from '../comparison.ts';
import { TARGETS } from '../../targets.ts';

/** batch, pixels, channels, groups. */
const SHAPES = [
  [1, 1, 4, 1],
  [1, 1, 9, 3],
  [2, 9, 5, 5],
  [2, 9, 8, 2],
  [3, 25, 6, 2],
  [1, 49, 12, 1],
  [2, 15, 24, 8],
  [1, 35, 40, 2],
  [2, 81, 4, 1],
  [1, 67, 8, 4],
  [2, 3, 260, 1],
  [1, 3, 1048, 1],
  [2, 1024, 16, 2],
  [1, 1023, 6, 3],
  [1, 64, 16, 8],
  [2, 16, 12, 2],
  [1, 16, 40, 5],
  [1, 1024, 64, 32],
] as const;
const WAYS: Adding[] = ['nothing', 'other', 'in place'];

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('group norm', () => {
  for (const target of TARGETS) {
    for (const [batch, pixels, channels, groups] of SHAPES) {
      const geometry = { batch, pixels, channels, groups, eps: 1e-5 };
      test(`${target.family} [${batch}, ${pixels}, ${channels}] in ${groups} groups`, async () => {
        // Central differences of thousands of inputs would take minutes: large shapes claim the forward pass
        // alone.
        const small = pixels * channels < 2000;
        for (const act of ['none', 'silu'] as const) {
          for (const how of WAYS) {
            await claimGroupNorm(target, { ...geometry, act }, how, { claimGradients: small });
            await claimGroupNorm(target, { ...geometry, act }, how, { claimGradients: small, summed: true });
            const first = 1 + ((channels >> 2) << 1);
            for (const split of [first, 4 * (first >> 2)].filter((count) => count > 0 && count < channels))
              await claimGroupNorm(target, { ...geometry, act }, how, {
                claimGradients: small,
                first: split,
              });
          }
        }
      });
    }
  }
});
