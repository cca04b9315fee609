// Attention and its gradient, by tiles and by what this device takes in software, with scores kept from the
// forward pass, with scores computed again, and without any in memory. Not here: wide heads by tiles,
// registers without quad operations (attention.sweep.gpu.test.ts).
import { expect, test } from 'vitest';
import { attentionMemory } from '../../../../../src/engine/plan/kernels/attention/attention.ts';
import type { Target } from '../../../../../src/engine/plan/kernels/target.ts';
import { targetOf } from '../../../../../src/engine/plan/run/plan-device.ts';
import { claimAttention } from './attention-claims.ts';
import { testDevice } from '../../test-device.ts';
import { TILES } from '../../targets.ts';

const REGISTERS = targetOf(await testDevice(), 'registers');

test('registers: two heads of eight channels, more keys than queries', async () => {
  await claimAttention(REGISTERS, { batch: 2, queries: 4, keys: 8, channels: 16, heads: 2 });
});

test('tiles: narrow heads, more tokens than are brought into workgroup memory at a time', async () => {
  const geometry = { batch: 2, queries: 70, keys: 70, channels: 16, heads: 2 };
  await claimAttention(TILES, geometry, { mask: 'causal', size: 30, joined: true });
});

test('registers: q, k and v are column ranges of one matrix', async () => {
  await claimAttention(REGISTERS, { batch: 2, queries: 8, keys: 8, channels: 8, heads: 2 }, { joined: true });
});

test('registers: queries, keys and channels that are no multiples of four', async () => {
  await claimAttention(REGISTERS, { batch: 2, queries: 5, keys: 7, channels: 6, heads: 2 });
});

// The shapes of `registers` are in the uniform: these cases compile no further pipelines.
test('registers: large scores, one token, many heads', async () => {
  await claimAttention(REGISTERS, { batch: 1, queries: 9, keys: 9, channels: 4, heads: 1 }, { size: 300 });
  await claimAttention(REGISTERS, { batch: 3, queries: 1, keys: 1, channels: 8, heads: 8 });
  await claimAttention(REGISTERS, { batch: 1, queries: 33, keys: 20, channels: 40, heads: 5 });
});

test('registers: causal, a query sees no later key', async () => {
  const geometry = { batch: 2, queries: 7, keys: 7, channels: 6, heads: 2 };
  await claimAttention(REGISTERS, geometry, { mask: 'causal' });
  // In chunks of queries, with scores so large that a hidden key would show.
  const long = { batch: 1, queries: 2100, keys: 2001, channels: 1, heads: 1 };
  await claimAttention(REGISTERS, long, { mask: 'causal', size: 30 });
});

test('narrow heads keep no scores', async () => {
  const geometry = { batch: 2, queries: 21, keys: 21, channels: 16, heads: 2 };
  const memory = (target: Target, heads: number) =>
    attentionMemory(target, { ...geometry, heads, mask: 'none' }).scores;
  for (const target of [REGISTERS, TILES]) {
    expect(memory(target, 2)).toEqual([2, 2, 21, 2]);
    expect(memory(target, 1)).toEqual(target === TILES ? [2, 1, 21, 2] : [2, 1, 21, 21]);
  }
  await claimAttention(REGISTERS, geometry, { size: 30 });
  await claimAttention(REGISTERS, geometry, { mask: 'causal' });
});

test('registers: a head with too many scores is computed in chunks of queries', async () => {
  const geometry = { batch: 1, queries: 2100, keys: 2001, channels: 1, heads: 1 };
  expect(attentionMemory(REGISTERS, { ...geometry, mask: 'none' })).toEqual({
    scores: [1, 1, 1050, 2001],
    work: [1, 1, 1050, 2001],
    keepsScores: false,
  });
  await claimAttention(REGISTERS, geometry);
});
