// Pictures for the bench, made where it runs: JPEGs like CelebA's, pixels by their number, and difference
// hashes. Not here: what is measured.
import { withoutProfile } from '../../src/formats/image-jpeg.ts';
import type { Source } from '../../src/data/sources/source.ts';
import type { Hashes } from '../../src/data/browse/near-hashes.ts';
import { randomWord, uniforms } from '../../src/random.ts';

/** CelebA's aligned pictures. */
const WIDTH = 178;
const HEIGHT = 218;

const NOTHING_ELSE = { choices: [], licence: '', ignored: [], warnings: [], unused: [] };

/** `count` different JPEGs of 178 x 218, about 8 kB each, without profile as CelebA's, as files. */
export async function madeJpegs(count: number): Promise<File[]> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no 2D canvas');
  const files: File[] = [];
  for (let number = 0; number < count; number++) {
    const random = uniforms(number, 0, 1, 400, 0);
    const at = (i: number): number => random[i] ?? 0;
    context.fillStyle = `hsl(${at(0) * 360} 40% 60%)`;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    for (let i = 1; i + 5 < 400; i += 5) {
      context.fillStyle = `hsl(${at(i) * 360} 60% ${at(i + 1) * 100}% / 60%)`;
      context.fillRect(at(i + 2) * WIDTH, at(i + 3) * HEIGHT, 4 + at(i + 4) * 30, 4 + at(i) * 30);
    }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    const jpeg = withoutProfile(new Uint8Array(await blob.arrayBuffer()));
    files.push(new File([jpeg], `${String(number).padStart(6, '0')}.jpg`));
  }
  return files;
}

/** `count` pictures of `size` x `size` that are pixels already, each with a caption of about 60 bytes. */
export const madePixels = (count: number, size: number): Source => ({
  facts: { kind: 'Made', count, ...NOTHING_ELSE },
  async *entries(from) {
    for (let number = from; number < count; number++) {
      const read = (): Promise<Uint8Array> => {
        const bytes = new Uint8Array(size * size * 3).fill(number);
        new DataView(bytes.buffer).setUint32(0, number);
        return Promise.resolve(bytes);
      };
      yield await Promise.resolve({
        number,
        path: `made/${number}.png`,
        picture: { kind: 'pixels', width: size, height: size, channels: 3, read } as const,
        caption: `a made picture of one colour, which is number ${number} of them all`,
        className: '',
      });
    }
  },
});

/** Hashes at random, of which every eighth differs from the one before it in 0 to 4 bits. */
export function madeHashes(count: number): Hashes {
  const word = (number: number, i: number): number => randomWord(number, 0, 1, i);
  const low = Uint32Array.from({ length: count }, (_, number) => word(number, 0));
  const high = Uint32Array.from({ length: count }, (_, number) => word(number, 1));
  for (let number = 1; number < count; number += 8) {
    low[number] = low[number - 1] ?? 0;
    high[number] = high[number - 1] ?? 0;
    for (let flip = 0; flip < word(number, 2) % 5; flip++) {
      const [bit, half] = [word(number, 3 + flip) % 32, word(number, 10 + flip) % 2 === 0 ? low : high];
      half[number] = ((half[number] ?? 0) ^ (1 << bit)) >>> 0;
    }
  }
  return { low, high };
}
