// Claims: an import closes what it decodes with however it ends, also before its first picture. On the disk
// in memory.
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import type { Decoder } from '../../src/data/decode-ahead.ts';
import { importPictures, type ImportTarget } from '../../src/data/own-pictures.ts';
import type { Source } from '../../src/data/sources/source.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import { storeOn } from './memory-storage.ts';

const target: ImportTarget = { title: 'Garden', size: 4, addTo: null, fingerprint: 'files' };

beforeEach(() => storeOn(new MemoryDisk()));
afterAll(() => vi.unstubAllGlobals());

const decoder = { atOnce: 2, decode: vi.fn<Decoder['decode']>(), close: vi.fn() };

const sourceOf = (entries: Source['entries']): Source => ({
  facts: {
    ...{ kind: 'Made', count: 1, choices: [], licence: '', ignored: [], warnings: [], unused: [] },
  },
  entries,
});

const nothing = sourceOf(async function* () {});
const broken = sourceOf(() => {
  throw new Error('it is gone');
});

it.each([
  ['there is no set to add to', nothing, { ...target, addTo: 'own-12345678' }],
  ['nothing is a picture', nothing, target],
  ['the files are gone', broken, target],
])('where %s', async (_, source, asked) => {
  decoder.close.mockClear();
  const tools = { decoder, onProgress: () => {}, signal: new AbortController().signal };
  await expect(importPictures(source, {}, asked, tools)).rejects.toThrow();
  expect(decoder.close).toHaveBeenCalledOnce();
});
