// The activations of transformers agree with float64, and with PyTorch's numbers. Not here: silu, and all
// other shapes (activations.sweep.gpu.test.ts).
import { test } from 'vitest';
import {
  type Activation,
  activation,
  activationGradient,
} from '../../../../src/engine/plan/kernels/activations.ts';
import { GELU, QUICK_GELU } from '../../activation-numbers.ts';
import { REGISTERS } from '../targets.ts';
import { claimActivation, claimGeglu } from './activation-claims.ts';
import { claim } from './claim.ts';
import { value } from './run-kernels.ts';

for (const [of, numbers] of [
  ['gelu', GELU],
  ['quickGelu', QUICK_GELU],
] as [Activation, typeof GELU][]) {
  test(`registers: ${of} and its slope are PyTorch's`, async () => {
    // Twice, so that four divides their number and they take the pipelines of the case below.
    const twice = [...numbers, ...numbers];
    const make = (label: string) => value(label, [twice.length]);
    const [x, y, dy, dx] = [make('x'), make('y'), make('dy'), make('dx')];
    const kernels = [
      ...activation(REGISTERS, of, { x, y }),
      ...activationGradient(REGISTERS, of, { x, dy, add: null, dx }),
    ];
    const given: Parameters<typeof claim>[1] = [
      [x, twice.map(([at]) => at)],
      [dy, twice.map(() => 1)],
    ];
    const expected: Parameters<typeof claim>[2] = [
      [y, twice.map(([, wanted]) => wanted)],
      [dx, twice.map(([, , slope]) => slope)],
    ];
    // Relative to the largest, 6.
    await claim(kernels, given, expected, 3e-7);
  });
}

test('registers: gelu far from zero', async () => {
  await claimActivation(REGISTERS, 'gelu', 64, 'nothing');
});

test('registers: geglu', async () => {
  await claimGeglu(REGISTERS, { rows: 35, channels: 8 }, 'nothing');
});
