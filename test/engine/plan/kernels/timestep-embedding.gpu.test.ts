// The kernel of the timestep embedding agrees with the float64 reference of reference.ts.
import { describe, expect, test } from 'vitest';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { timestepEmbedding } from '../../../../src/engine/plan/kernels/timestep-embedding.ts';
import { embeddingFrequencies } from '../../../../src/engine/embedding-frequencies.ts';
import { referenceOps } from '../../reference.ts';
import { difference } from './comparison.ts';
import { runKernels, value } from './run-kernels.ts';
import { REGISTERS, TARGETS } from '../targets.ts';

/** Those of a flow are fractions, up to 1000. */
const TIMESTEPS = [0, 1, 17, 499, 749.25, 999, 1000];

async function claimEmbedding(target: Target, channels: number, flipSinToCos: boolean, freqShift: number) {
  const batch = TIMESTEPS.length;
  const [timesteps, y] = [value('timesteps', [batch]), value('y', [batch, channels])];
  const frequencies = value('frequencies', [channels / 2]);
  const geometry = { batch, channels, flipSinToCos };
  const read = await runKernels(
    timestepEmbedding(target, geometry, { timesteps, frequencies, y }),
    new Map<typeof y, ArrayLike<number>>([
      [timesteps, TIMESTEPS],
      [frequencies, embeddingFrequencies(channels, freqShift)],
    ]),
  );
  const t = { shape: [batch], data: Float64Array.from(TIMESTEPS) };
  const expected = referenceOps.timestepEmbedding(t, channels, flipSinToCos, freqShift).data;
  // In float32, an angle of a thousand radians is itself exact only to 3e-5.
  expect(difference(read(y), expected)).toBeLessThan(1e-4);
  // Up to 17 radians (the first three timesteps), the angle is exact to 1e-6.
  expect(difference(read(y).slice(0, 3 * channels), expected.slice(0, 3 * channels))).toBeLessThan(2e-6);
}

test('registers: cosines first and no frequency shift, the defaults of UNet2DModel', () =>
  claimEmbedding(REGISTERS, 32, true, 0));

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('timestep embedding', () => {
  for (const target of TARGETS) {
    test(`${target.family}: sines first, and cosines first`, async () => {
      for (const channels of [2, 6, 130]) {
        await claimEmbedding(target, channels, false, 0);
        if (channels > 2) await claimEmbedding(target, channels, true, 1);
      }
    });
  }
});
