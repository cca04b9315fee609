// How sharp pictures are: the variance of the Laplacian of the grey picture (Pech-Pacheco et al. 2000), small
// where a picture is blurred or flat. Not here: the order of the pictures (find.ts).
import { lumaAt } from '../grey-cells.ts';
import type { BrowsedSet } from './browsed-set.ts';
import { eachPicture, type Reader } from './read-pictures.ts';

/** Of each stored picture, by number. Reads every pixel of the set. */
export async function sharpnessOf(set: BrowsedSet, reader: Reader): Promise<Float32Array<ArrayBuffer>> {
  const sharpness = new Float32Array(set.stored);
  const grey = new Float32Array(set.size ** 2);
  const visit = (number: number, pixels: Uint8Array): void => {
    for (let i = 0; i < grey.length; i++) grey[i] = lumaAt(pixels, i * 3) / 1000;
    sharpness[number] = laplacianVariance(grey, set.size);
  };
  await eachPicture(set, visit, reader);
  return sharpness;
}

/** Of a grey picture [size, size], over the pixels that have four neighbours; 0 below 3 x 3. */
function laplacianVariance(grey: Float32Array, size: number): number {
  let [sum, squares] = [0, 0];
  for (let y = 1; y < size - 1; y++) {
    for (let at = y * size + 1; at < (y + 1) * size - 1; at++) {
      const around =
        (grey[at - 1] as number) +
        (grey[at + 1] as number) +
        (grey[at - size] as number) +
        (grey[at + size] as number);
      const value = around - 4 * (grey[at] as number);
      sum += value;
      squares += value * value;
    }
  }
  const count = Math.max(1, (size - 2) ** 2);
  return squares / count - (sum / count) ** 2;
}
