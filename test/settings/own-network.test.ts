// Claims: a run keeps a network of its own exactly where its preset's is another one.
import { expect, it } from 'vitest';
import { networkOf, ownNetwork } from '../../src/settings/presets.ts';

const RUN = { preset: 'tiny', imageSize: 16 } as const;
const TINY = networkOf(RUN);

it('its preset`s network is none of its own, whatever the order of its fields', () => {
  expect(ownNetwork(RUN, TINY)).toBeNull();
  const reversed = Object.fromEntries(Object.entries(TINY).reverse()) as unknown;
  expect(ownNetwork(RUN, reversed as typeof TINY)).toBeNull();
});

it('another field, and one that the preset`s network lacks, make it another network', () => {
  const { sampleSize: _, ...kept } = TINY;
  expect(ownNetwork(RUN, { ...TINY, normEps: 1e-6 })).toEqual({ ...kept, normEps: 1e-6 });
  const classEmbedding = { type: 'table', count: 3 } as const;
  expect(ownNetwork(RUN, { ...TINY, classEmbedding })).toEqual({ ...kept, classEmbedding });
});

it('the same network at another size is another network', () => {
  const { sampleSize: _, ...kept } = TINY;
  expect(ownNetwork(RUN, { ...TINY, sampleSize: [32, 32] })).toEqual(kept);
});
