// The noise of a batch is that of src/random.ts, wherever in the step the batch begins.
import { test } from 'vitest';
import { claimMixture } from './mix-noise-claims.ts';
import { REGISTERS } from '../targets.ts';

test('registers: the batch begins at the start of a Philox block, and inside one', async () => {
  await claimMixture(REGISTERS, { batch: 2, perPicture: 48 }, { seed: 7, step: 3, first: 96 });
  for (const first of [1, 2, 3])
    await claimMixture(REGISTERS, { batch: 3, perPicture: 7 }, { seed: 2 ** 32 - 1, step: 1e6, first });
});
