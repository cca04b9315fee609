// Claims: a run keeps networks of its own exactly where its preset's are others.
import { expect, it } from 'vitest';
import { networkOf, ownNetworks, textEncoderOf } from '../../src/settings/presets.ts';

const RUN = { preset: 'tiny', imageSize: 16 } as const;
const TINY = networkOf(RUN);
const NONE = { network: null, textEncoder: null };

it('its preset`s network is none of its own, whatever the order of its fields', () => {
  expect(ownNetworks(RUN, TINY, null)).toEqual(NONE);
  const reversed = Object.fromEntries(Object.entries(TINY).reverse()) as unknown;
  expect(ownNetworks(RUN, reversed as typeof TINY, null)).toEqual(NONE);
});

it('another field, and one that the preset`s network lacks, make it another network', () => {
  const { sampleSize: _, ...kept } = TINY;
  const own = { network: { ...kept, normEps: 1e-6 }, textEncoder: null };
  expect(ownNetworks(RUN, { ...TINY, normEps: 1e-6 }, null)).toEqual(own);
  const classEmbedding = { type: 'table', count: 3 } as const;
  expect(ownNetworks(RUN, { ...TINY, classEmbedding }, null).network).toEqual({ ...kept, classEmbedding });
});

it('the same network at another size is another network', () => {
  const { sampleSize: _, ...kept } = TINY;
  expect(ownNetworks(RUN, { ...TINY, sampleSize: [32, 32] }, null).network).toEqual(kept);
});

it('an encoder of the preset`s size is the preset`s, whatever its special tokens; another size is not', () => {
  const run = { preset: 'text-tiny', imageSize: 16 } as const;
  const encoder = textEncoderOf(run);
  if (!encoder) throw new Error('text-tiny has no encoder');
  const unet = networkOf(run);
  expect(ownNetworks(run, unet, { ...encoder, bosTokenId: 5, eosTokenId: 6, padTokenId: 6 })).toEqual(NONE);
  const longer = { ...encoder, maxPositionEmbeddings: 32 };
  expect(ownNetworks(run, unet, longer).textEncoder).toEqual(longer);
});
