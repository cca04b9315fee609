// Claims: a kept file of a built-in set that is damaged is fetched once more, and kept anew; one that comes
// damaged is told. Against a cache and a decoder that the test plays; Chromium's: packed-sets.gpu.test.ts.
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { loadPacked } from '../../src/data/packed-set.ts';
import { FACES, type PackedSet } from '../../src/data/packed-sets.ts';

const set: PackedSet = {
  info: { ...FACES.info, count: 1, storedSize: 1, download: 9 },
  ...{ columns: 1, perSheet: 1 },
};
const kept = new Map<string, string>();
const asked: string[] = [];
let served: (name: string) => string;

const nameOf = (url: string): string => new URL(url).pathname.split('/').at(-1) ?? '';
const whole = (name: string): string => (name === 'captions.json' ? '{"texts":["a face"]}' : 'a sheet');

class PlayedCanvas {
  getContext = () => ({
    drawImage: () => {},
    getImageData: () => ({ data: Uint8ClampedArray.of(1, 2, 3, 255), width: 1 }),
  });
}

beforeEach(() => {
  kept.clear();
  asked.length = 0;
  served = whole;
  const cache = {
    match: (url: URL) => Promise.resolve(kept.has(url.href) ? new Response(kept.get(url.href)) : undefined),
    keys: () => Promise.resolve([...kept.keys()].map((url) => ({ url }))),
    delete: (url: URL) => Promise.resolve(kept.delete(url.href)),
    put: async (url: URL, response: Response) => void kept.set(url.href, await response.text()),
  };
  vi.stubGlobal('caches', { open: () => Promise.resolve(cache) });
  vi.stubGlobal('fetch', (url: URL) => {
    asked.push(nameOf(url.href));
    return Promise.resolve(new Response(served(nameOf(url.href))));
  });
  vi.stubGlobal('OffscreenCanvas', PlayedCanvas);
  vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
    if ((await blob.text()) !== 'a sheet') throw new DOMException('it is none', 'InvalidStateError');
    return { width: 1, height: 1, close: () => {} };
  });
});
afterAll(() => vi.unstubAllGlobals());

it.each(['sheet-0.webp', 'captions.json'])('a kept %s that is damaged is fetched again', async (name) => {
  await loadPacked(set, `http://first.${name}/`);
  const [url] = [...kept.keys()].filter((one) => nameOf(one) === name);
  if (url === undefined) throw new Error('it was not kept');
  asked.length = 0;
  // Another address of the same files: the page was loaded again.
  const again = url.replace('first', 'again');
  for (const [one, text] of [...kept]) kept.set(one.replace('first', 'again'), text);
  kept.set(again, 'torn');
  const { pixels, caption } = await loadPacked(set, `http://again.${name}/`);
  expect([[...pixels], caption(0), asked]).toEqual([[1, 2, 3], 'a face', [name]]);
  expect(kept.get(again)).toBe(whole(name));
});

it('a sheet that comes damaged is told, and not kept', async () => {
  served = (name) => (name === 'captions.json' ? whole(name) : '<html>');
  await expect(loadPacked(set, 'http://damaged/')).rejects.toMatchObject({
    fault: { kind: 'data', title: 'Faces cannot be fetched' },
  });
  expect([...kept]).toEqual([]);
});
