// Attention of both families, with quad operations and without, at odd shapes:
// `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`. Not here: its matrix products by themselves
// (batched-matmul.sweep.gpu.test.ts).
import { describe, test } from 'vitest';
import { claimAttention } from './attention-claims.ts';
import { targetOf } from '../../../../../src/engine/plan/run/plan-device.ts';
import { testDevice } from '../../test-device.ts';
import { TARGETS } from '../../targets.ts';

/** `registers` with quad operations, where this device has them. */
const OF_DEVICE = targetOf(await testDevice(), 'registers');

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('attention', () => {
  for (const target of OF_DEVICE.subgroups ? [...TARGETS, OF_DEVICE] : TARGETS) {
    const name = `${target.family}${target.subgroups ? ' with quads' : ''}`;
    for (const [batch, queries, keys, channels, heads] of [
      [1, 1, 1, 1, 1],
      [2, 1, 5, 3, 1],
      [1, 3, 3, 4, 4],
      [2, 9, 9, 8, 1],
      [1, 25, 7, 12, 3],
      [1, 49, 49, 10, 2],
      [2, 64, 64, 32, 4],
      [1, 64, 77, 64, 1],
      [1, 68, 40, 72, 1],
      [1, 33, 65, 66, 2],
      [1, 256, 256, 64, 1],
      // In chunks of pictures, of heads, of queries.
      [5, 1024, 1024, 4, 1],
      [1, 1024, 1024, 20, 5],
      [1, 2052, 2048, 4, 1],
    ] as const) {
      test(`${name}: [${batch}, ${queries}, ${channels}] of ${keys} keys, ${heads} heads`, () =>
        claimAttention(target, { batch, queries, keys, channels, heads }));
      if (queries !== keys) continue;
      test(`${name}: causal [${batch}, ${queries}, ${channels}], ${heads} heads`, () =>
        claimAttention(target, { batch, queries, keys, channels, heads }, { mask: 'causal' }));
      test(`${name}: [${batch}, ${queries}, ${channels}], ${heads} heads, q, k and v in one matrix`, () =>
        claimAttention(target, { batch, queries, keys, channels, heads }, { joined: true }));
    }
    test(`${name}: large scores`, () =>
      claimAttention(target, { batch: 1, queries: 9, keys: 9, channels: 4, heads: 1 }, { size: 300 }));
  }
});
