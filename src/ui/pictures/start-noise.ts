// The noise that a run's 16 samples start from, shown until the first samples come. The same numbers as
// initialNoise in diffusion/sampler.ts: they follow from the seed. Not here: drawing.
import { normals, STREAMS } from '../../random.ts';

/** RGBA of the noise that one sample starts from, [size, size, 4]; -1..1 becomes 0..255. */
export function startNoise(seed: number, sample: number, size: number): Uint8ClampedArray<ArrayBuffer> {
  const noise = normals(seed, sample, STREAMS.samples, size * size * 3);
  const rgba = new Uint8ClampedArray(size * size * 4);
  for (let i = 0; i < size * size; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = ((noise[3 * i + c] as number) + 1) * 127.5;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}
