// The kernels of group norm agree with float64 and its central differences, in a few cases that cover the
// code paths. Not here: all other shapes (group-norm.sweep.gpu.test.ts).
import { test } from 'vitest';
import { claimGroupNorm } from './group-norm-claims.ts';
import { REGISTERS, TILES } from '../../targets.ts';

const SILU = { eps: 1e-5, act: 'silu' } as const;

test('tiles: two groups of four channels', async () => {
  await claimGroupNorm(TILES, { batch: 2, pixels: 15, channels: 8, groups: 2, ...SILU }, 'nothing');
});

test('tiles: pairs of channels side by side in registers, of a concatenated input', async () => {
  const geometry = { batch: 2, pixels: 16, channels: 16, groups: 8, ...SILU };
  await claimGroupNorm(TILES, geometry, 'other', { first: 8 });
});

test('registers: two groups of four channels, several blocks of pixels, gradient summed by picture', async () => {
  const geometry = { batch: 2, pixels: 81, channels: 8, groups: 2, ...SILU };
  await claimGroupNorm(REGISTERS, geometry, 'nothing', { summed: true });
});

test('registers: a mean far from zero, over many pixels', async () => {
  const large = { batch: 2, pixels: 1024, channels: 8, groups: 2, ...SILU };
  await claimGroupNorm(REGISTERS, large, 'in place', { claimGradients: false });
});

test('registers: concatenated input, a group with channels of both inputs', async () => {
  const geometry = { batch: 2, pixels: 35, channels: 16, groups: 2, ...SILU };
  await claimGroupNorm(REGISTERS, geometry, 'other', { first: 4 });
  await claimGroupNorm(REGISTERS, { ...geometry, channels: 10 }, 'in place', { first: 3 });
});
