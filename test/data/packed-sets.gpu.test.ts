// Claims: a real Chromium decodes packed sets to exactly the pixels that the scripts packed, resizes and
// previews them; one that does not come with the app is kept and read again without the network.
import * as Comlink from 'comlink';
import { afterAll, describe, expect, it } from 'vitest';
import { FACES, PLANETS } from '../../src/data/packed-sets.ts';
import { SHAPES } from '../../src/data/shapes.ts';
import { hexDigest } from '../../src/formats/hex-digest.ts';
import type { PicturesApi } from './pictures-worker.ts';

const worker = new Worker(new URL('./pictures-worker.ts', import.meta.url), { type: 'module' });
const pictures = Comlink.wrap<PicturesApi>(worker);
afterAll(() => worker.terminate());

const opened = async (id: string, imageSize: number, indices: number[]) => {
  const result = await pictures.read(id, imageSize, indices);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
};

describe('the planets in the browser', () => {
  it('have the fingerprint of the manifest, 4,096 captions and pictures', async () => {
    const began = performance.now();
    const { info, count, captions, pictures: read } = await opened('planets', 32, [0, 4095]);
    console.log(`planets opened in ${(performance.now() - began).toFixed(0)} ms`);
    expect(info).toEqual(PLANETS.info);
    expect(count).toBe(4096);
    expect(captions[0]).toBe('a smooth purple planet on a midnight-blue sky');
    expect(read.map((picture) => picture.length)).toEqual([3072, 3072]);
  });

  it('at 16 are the means of 2 x 2 pixels, at 64 each pixel four times', async () => {
    const indices = [3, 700];
    const [at16, at32, at64] = await Promise.all(
      [16, 32, 64].map((size) => opened('planets', size, indices)),
    );
    indices.forEach((_, k) => {
      const [small, stored, large] = [at16, at32, at64].map((set) => set?.pictures[k] ?? new Uint8Array());
      for (let i = 0; i < 16 * 16 * 3; i++) {
        const [x, y, c] = [Math.floor(i / 3) % 16, Math.floor(i / 48), i % 3];
        const from = (2 * y * 32 + 2 * x) * 3 + c;
        const sum = [0, 3, 96, 99].reduce((total, step) => total + stored![from + step]!, 0);
        expect(small![i]).toBe(Math.floor(sum / 4 + 0.5));
      }
      for (let i = 0; i < 64 * 64 * 3; i++) {
        const [x, y, c] = [Math.floor(i / 3) % 64, Math.floor(i / 192), i % 3];
        expect(large![i]).toBe(stored![((y >> 1) * 32 + (x >> 1)) * 3 + c]);
      }
    });
  });

  it('preview as a sheet of 2 x 2, opaque', async () => {
    const result = await pictures.preview('planets', 32);
    if (!result.ok) throw new Error(result.fault.title);
    const { rgba, size, columns, rows } = result.value;
    expect([size, columns, rows, rgba.length]).toEqual([32, 2, 2, 64 * 64 * 4]);
    expect(rgba.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    const { pictures: read } = await opened('planets', 32, [3]);
    const corner = (32 * 64 + 32) * 4;
    expect([...rgba.subarray(corner, corner + 4)]).toEqual([...read[0]!.subarray(0, 3), 255]);
  });
});

describe('the faces in the browser', () => {
  /** A worker that has loaded nothing yet. */
  const inAnother = async <T>(use: (api: Comlink.Remote<PicturesApi>) => Promise<T>): Promise<T> => {
    const another = new Worker(new URL('./pictures-worker.ts', import.meta.url), { type: 'module' });
    try {
      return await use(Comlink.wrap<PicturesApi>(another));
    } finally {
      another.terminate();
    }
  };

  it('show four of them before they are fetched; then are kept, and read again with the network off', async () => {
    await inAnother(async (api) => {
      await api.withoutNetwork();
      const shown = await api.read('faces', 64, [0]);
      expect(shown).toMatchObject({ ok: false, fault: { kind: 'data', title: 'Faces cannot be fetched' } });
    });
    const thumbnail = await pictures.thumbnail('faces');
    expect(thumbnail).toMatchObject({ ok: true, value: { size: 32, columns: 2, rows: 2 } });
    expect(await caches.open('perennial-datasets').then((cache) => cache.keys())).toEqual([]);

    expect((await opened('faces', 64, [0])).info).toEqual(FACES.info);
    await inAnother(async (api) => {
      await api.withoutNetwork();
      const again = await api.read('faces', 64, [0]);
      expect(again).toMatchObject({ ok: true, value: { info: FACES.info, count: 2048 } });
    });
  });
});

describe('shapes in the browser', () => {
  it('have the bits that Node draws', async () => {
    // Node's bits are those of the fingerprint: shapes.test.ts.
    const all = Array.from({ length: SHAPES.count }, (_, index) => index);
    const { pictures: read, captions } = await opened('shapes', 16, all);
    const pixels = new Uint8Array(SHAPES.count * 16 * 16 * 3);
    read.forEach((picture, index) => pixels.set(picture, index * 16 * 16 * 3));
    expect(await hexDigest(pixels)).toBe(SHAPES.fingerprint);
    expect(captions[0]).toBe('a yellow diamond on a dark background');
  });

  it('stand in the list with the planets', async () => {
    const ids = (await pictures.list()).map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(['planets', 'shapes', 'faces', 'emoji']);
  });
});
