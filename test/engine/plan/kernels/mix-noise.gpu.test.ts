// The noise of a batch is that of src/random.ts, wherever in the step the batch begins; bytes are made into
// values, and pictures mirrored, to the bit.
import { test } from 'vitest';
import { claimBytes, claimEveryByte, claimMixture } from './mix-noise-claims.ts';
import { REGISTERS } from '../targets.ts';

test('registers: the batch begins at the start of a Philox block, and inside one', async () => {
  await claimMixture(REGISTERS, [2, 4, 4, 3], { seed: 7, step: 3, first: 96 });
  for (const first of [1, 2, 3])
    await claimMixture(REGISTERS, [3, 1, 7, 1], { seed: 2 ** 32 - 1, step: 1e6, first });
});

test('registers: all 256 bytes have the bits of byte / 127.5 - 1', () => claimEveryByte(REGISTERS));

test('registers: bytes, and mirrored pictures, give the bits of their values', async () => {
  await claimBytes(REGISTERS, [3, 2, 5, 3], { seed: 7, step: 3, first: 0 });
  // More pictures than a word has bits, of one channel and of four.
  await claimBytes(REGISTERS, [37, 3, 3, 1], { seed: 7, step: 3, first: 2 });
  await claimBytes(REGISTERS, [2, 4, 4, 4], { seed: 7, step: 3, first: 1 });
});
