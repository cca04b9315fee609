// Embeddings and their gradients agree with float64. Not here: all other shapes
// (embedding.sweep.gpu.test.ts).
import { test } from 'vitest';
import { TARGETS } from '../targets.ts';
import { claimEmbedding } from './embedding-claims.ts';

for (const target of TARGETS) {
  test(`${target.family}: words and places, alone and added to the gradient before`, async () => {
    const geometry = { batch: 4, length: 5, channels: 20, entries: 514, places: 7 };
    await claimEmbedding(target, geometry);
    await claimEmbedding(target, geometry, { adds: true });
  });
}
