// The kernels of layer norm agree with float64 and its central differences. Not here: all other shapes
// (layer-norm.sweep.gpu.test.ts).
import { test } from 'vitest';
import { REGISTERS, TARGETS } from '../targets.ts';
import { claimLayerNorm } from './layer-norm-claims.ts';

for (const target of TARGETS) {
  test(`${target.family}: two blocks of rows, gradient added in place`, async () => {
    await claimLayerNorm(target, { rows: 33, channels: 12, eps: 1e-5 }, 'in place');
  });
}

test('registers: a mean far from zero, many rows', async () => {
  const geometry = { rows: 4500, channels: 64, eps: 1e-5 };
  await claimLayerNorm(REGISTERS, geometry, 'in place', { claimGradients: false });
});
