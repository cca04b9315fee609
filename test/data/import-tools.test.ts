// Claims: an import closes what it decodes with however it ends, also before its first picture; it can be
// stopped while the set that it adds to is copied. On the disk in memory.
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import type { Decoder } from '../../src/data/decode-ahead.ts';
import { beginDraft, completeDraft } from '../../src/data/draft-folder.ts';
import { IN_THE_MIDDLE } from '../../src/data/framing.ts';
import { importPictures, type ImportTarget } from '../../src/data/own-pictures.ts';
import type { NewPicture } from '../../src/data/picture-draft.ts';
import { listStored } from '../../src/data/picture-store.ts';
import { listStopped } from '../../src/data/stopped-imports.ts';
import { traitsOf } from '../../src/data/store/traits.ts';
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

it('stopped while the set is copied to which it adds, it reads no more of it and leaves it as it was', async () => {
  const draft = await beginDraft({
    ...{ version: 2, title: 'Garden', size: 4, fingerprint: '', kind: '', total: null },
    ...{ chosen: {}, addTo: null },
  });
  for (let i = 0; i < 20; i++) await draft.push(await pictureOf(i));
  const { info: set } = await completeDraft(draft, 'Garden', null);
  const controller = new AbortController();
  controller.abort();
  const source = sourceOf(() => {
    throw new Error('it was not stopped');
  });
  const tools = { decoder, onProgress: () => {}, signal: controller.signal };
  expect(await importPictures(source, {}, { ...target, addTo: set.id }, tools)).toBeNull();
  expect(await listStored()).toEqual([set]);
  expect(await listStopped()).toEqual([]);
});

async function pictureOf(shown: number): Promise<NewPicture> {
  const pixels = new Uint8Array(4 * 4 * 3).fill(shown, 5);
  return {
    pixels,
    traits: await traitsOf(pixels, 4),
    texts: { name: `${shown}.png`, className: '', caption: '' },
    from: { entry: shown, width: 4, height: 4, sourceDigest: new Uint8Array(16), place: IN_THE_MIDDLE },
  };
}
