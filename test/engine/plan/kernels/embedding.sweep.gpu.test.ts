// Embeddings of both families at odd shapes: `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, test } from 'vitest';
import { TARGETS } from '../targets.ts';
import { claimEmbedding } from './embedding-claims.ts';

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('embedding', () => {
  for (const target of TARGETS) {
    for (const [batch, length, channels, entries, places] of [
      [1, 1, 1, 1, 1],
      [4, 1, 8, 5, 0],
      [3, 5, 20, 11, 7],
      [2, 9, 3, 300, 16],
      [5, 77, 36, 514, 77],
      [16, 32, 64, 1024, 32],
    ] as const) {
      test(`${target.family} [${batch}, ${length}] of ${entries} rows of ${channels}, ${places} places`, async () => {
        for (const adds of [false, true])
          await claimEmbedding(target, { batch, length, channels, entries, places }, { adds });
      });
    }
  }
});
