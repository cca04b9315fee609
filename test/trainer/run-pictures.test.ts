// Claims: latents are not varied as pixels are; every setting that would is named. Of pictures that were
// imported again with other captions or classes, or have been changed, a run is told that learns these, and
// no other.
import { afterAll, expect, test, vi } from 'vitest';
import { beginDraft, completeDraft } from '../../src/data/draft-folder.ts';
import { changeCaptions, undoEdit } from '../../src/data/edit-captions.ts';
import { removeNumbers, restoreNumbers } from '../../src/data/edit-pictures.ts';
import { IN_THE_MIDDLE } from '../../src/data/framing.ts';
import { openPictures } from '../../src/data/sets.ts';
import { SD_LATENTS } from '../../src/data/space.ts';
import { SHAPES } from '../../src/data/shapes.ts';
import { traitsOf } from '../../src/data/store/traits.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { stampOf } from '../../src/trainer/run.ts';
import { openRunPictures, variedLatents } from '../../src/trainer/run-pictures.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import { madeSet } from '../data/made-set.ts';
import { storeOn } from '../data/memory-storage.ts';

const OFF = { randomFlip: false, randomCrop: 'off', colorJitter: 'off', dataset: 'own-12345678' } as const;
const AUTO = { ...OFF, randomCrop: 'auto', colorJitter: 'auto' } as const;
const latents = { info: { ...SHAPES, space: SD_LATENTS }, count: 2000 };

test('latents are left as they are; pixels may be varied', () => {
  expect(variedLatents(latents, OFF)).toBeNull();
  expect(variedLatents({ ...latents, info: SHAPES }, { ...AUTO, randomFlip: true })).toBeNull();
});

test('what would vary latents is named, `auto` only where it means yes', () => {
  const got = (...of: Parameters<typeof variedLatents>) => variedLatents(...of)?.got;
  expect(got(latents, { ...OFF, randomFlip: true })).toBe('on: Random flip');
  expect(got(latents, AUTO)).toBe('on: Random crop, Colour change');
  expect(got({ ...latents, count: 2001 }, AUTO)).toBeUndefined();
});

afterAll(() => vi.unstubAllGlobals());

/** One picture, always the same, imported with this caption and class. */
async function importedWith(caption: string, className: string): Promise<string> {
  const draft = await beginDraft({
    ...{ version: 2, title: 'Garden', size: 4, fingerprint: '', kind: '', total: null },
    ...{ chosen: {}, addTo: null },
  });
  const pixels = new Uint8Array(4 * 4 * 3);
  await draft.push({
    pixels,
    traits: await traitsOf(pixels, 4),
    texts: { name: 'a.png', className, caption },
    from: { entry: 0, width: 4, height: 4, sourceDigest: new Uint8Array(16), place: IN_THE_MIDDLE },
  });
  return (await completeDraft(draft, 'Garden', null)).info.id;
}

const OTHERS = 'The captions or classes of Garden have changed';

test.each([
  ['another caption', 'a rose', OTHERS],
  ['the same words', 'a tulip', undefined],
])('the same pictures imported again with %s', async (_, caption, title) => {
  storeOn(new MemoryDisk());
  const dataset = await importedWith('a tulip', 'flower');
  const words = { ...presetConfig('text-tiny'), dataset, imageSize: 4 };
  const none = { ...presetConfig('tiny'), dataset, imageSize: 4 };
  const began = stampOf(await openPictures(dataset, { imageSize: 4, maxImages: 9 }));
  expect(await importedWith(caption, 'flower')).toBe(dataset);
  const titleOf = async (...of: Parameters<typeof openRunPictures>) =>
    (await openRunPictures(...of)).fault?.title;
  expect(await titleOf(words, began, null)).toBe(title);
  expect(await titleOf(none, began, ['flower'])).toBe(title);
  expect(await titleOf(none, began, null)).toBeUndefined();
  // A checkpoint of before has no fingerprint of words.
  const { words: _words, ...before } = began;
  expect(await titleOf(words, before, null)).toBeUndefined();
});

test('captions that are changed in the set are told, and once that is undone no more; so is a removal', async () => {
  storeOn(new MemoryDisk());
  const { id: dataset } = await madeSet([{ caption: 'a tulip' }, { caption: 'a rose' }]);
  const words = { ...presetConfig('text-tiny'), dataset, imageSize: 4 };
  const set = await openPictures(dataset, { imageSize: 4, maxImages: 9 });
  const began = stampOf(set);
  expect(await set.isCurrent()).toBe(true);
  const title = async () => (await openRunPictures(words, began, null)).fault?.title;
  await changeCaptions(dataset, Uint32Array.of(1), () => 'a red rose');
  expect(await title()).toBe(OTHERS);
  expect(await set.isCurrent()).toBe(false);
  // Who trains with the set reads what it began with.
  expect([set.caption(1), stampOf(set)]).toEqual(['a rose', began]);
  await undoEdit(dataset);
  expect(await title()).toBeUndefined();
  const less = await removeNumbers(dataset, Uint32Array.of(0));
  expect(await title()).toBe('The pictures of Garden have changed');
  expect((await openRunPictures(words, began, null)).set?.info).toEqual(less);
  await restoreNumbers(dataset, Uint32Array.of(0));
  expect(await title()).toBeUndefined();
});
