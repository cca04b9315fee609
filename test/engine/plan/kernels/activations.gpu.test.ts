// The activations of transformers agree with float64, and with PyTorch's numbers. Not here: silu, and all
// other shapes (activations.sweep.gpu.test.ts).
import { test } from 'vitest';
import {
  type Activation,
  activation,
  activationGradient,
} from '../../../../src/engine/plan/kernels/activations.ts';
import { GELU, QUICK_GELU } from '../../activation-numbers.ts';
import { REGISTERS, TILES } from '../targets.ts';
import { claimActivation, claimGeglu } from './activation-claims.ts';
import { claim } from './claim.ts';
import { value } from './run-kernels.ts';

for (const [of, numbers] of [
  ['gelu', GELU],
  ['quickGelu', QUICK_GELU],
] as [Activation, typeof GELU][]) {
  test(`registers: ${of} and its slope are PyTorch's`, async () => {
    const shape = [numbers.length];
    const [x, y, dy, dx] = ['x', 'y', 'dy', 'dx'].map((label) => value(label, shape)) as [
      ReturnType<typeof value>,
      ReturnType<typeof value>,
      ReturnType<typeof value>,
      ReturnType<typeof value>,
    ];
    const kernels = [
      ...activation(REGISTERS, of, { x, y }),
      ...activationGradient(REGISTERS, of, { x, dy, add: null, dx }),
    ];
    const given = [
      [x, numbers.map(([at]) => at)],
      [dy, numbers.map(() => 1)],
    ] as Parameters<typeof claim>[1];
    const expected = [
      [y, numbers.map(([, value]) => value)],
      [dx, numbers.map(([, , slope]) => slope)],
    ] as Parameters<typeof claim>[2];
    // Relative to the largest, 6.
    await claim(kernels, given, expected, 3e-7);
  });
}

test('registers: gelu far from zero', async () => {
  await claimActivation(REGISTERS, 'gelu', 64, 'nothing');
});

test('both families: geglu, its gradient alone and added in place', async () => {
  await claimGeglu(REGISTERS, { rows: 35, channels: 8 }, 'in place');
  await claimGeglu(TILES, { rows: 35, channels: 3 }, 'nothing');
});
