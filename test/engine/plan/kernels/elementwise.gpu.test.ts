// Concatenating channels and nearest upsampling, with their gradients. Not here: the other elementwise
// kernels and all other shapes (elementwise.sweep.gpu.test.ts).
import { test } from 'vitest';
import { claimConcat, claimUpsample } from './elementwise-claims.ts';
import { REGISTERS } from '../targets.ts';

test('registers: concat and split, one gradient accumulated in place', async () => {
  await claimConcat(REGISTERS, { rows: 35, first: 3, second: 6 }, ['in place', 'nothing']);
});

test('registers: upsampling, its gradient added to another one', async () => {
  await claimUpsample(REGISTERS, { batch: 2, height: 3, width: 5, channels: 8 }, 'other');
});
