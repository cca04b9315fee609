// Which pictures of a set are nearest to a given one: by the mean squared difference of grey 16 x 16
// pictures. Not here: near duplicates among the pictures of a set (near-hashes.ts).
import type { NearPicture } from '../browse-api.ts';
import { GreyCells } from '../grey-cells.ts';
import type { BrowsedSet } from './browsed-set.ts';
import { eachPicture, type Reader } from './read-pictures.ts';

const EDGE = 16;
const PIXELS = EDGE * EDGE;

/** The grey 16 x 16 pictures of all that are stored, [stored, 16, 16] bytes. Reads every pixel of the set. */
export async function greyIndex(set: BrowsedSet, reader: Reader): Promise<Uint8Array<ArrayBuffer>> {
  const index = new Uint8Array(set.stored * PIXELS);
  const cells = new GreyCells(set.size, EDGE, EDGE);
  await eachPicture(
    set,
    (number, pixels) =>
      writeGrey(cells.sums(pixels), set.size, index.subarray(number * PIXELS, (number + 1) * PIXELS)),
    reader,
  );
  return index;
}

/** The same of one picture, [size, size, 4] bytes. */
export function greyOfRgba(rgba: Uint8ClampedArray, size: number): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) rgb.set(rgba.subarray(i * 4, i * 4 + 3), i * 3);
  const grey = new Uint8Array(PIXELS);
  writeGrey(new GreyCells(size, EDGE, EDGE).sums(rgb), size, grey);
  return grey;
}

function writeGrey(sums: Float64Array, size: number, into: Uint8Array): void {
  const whole = 1000 * size * size;
  for (let i = 0; i < PIXELS; i++) into[i] = Math.floor((sums[i] as number) / whole + 0.5);
}

/**
 * The `count` pictures of `numbers` that are nearest to a grey picture, the nearest first; of equally near
 * ones the first.
 */
export function nearestTo(
  grey: Uint8Array,
  index: Uint8Array,
  numbers: Uint32Array,
  count: number,
): NearPicture[] {
  const nearest: { index: number; sum: number }[] = [];
  for (const number of numbers) {
    const most = nearest.length < count ? Infinity : (nearest.at(-1)?.sum ?? 0);
    const sum = squaredDifference(grey, index, number * PIXELS, most);
    if (sum >= most) continue;
    const place = nearest.findIndex((one) => one.sum > sum);
    nearest.splice(place === -1 ? nearest.length : place, 0, { index: number, sum });
    if (nearest.length > count) nearest.pop();
  }
  return nearest.map(({ index, sum }) => ({ index, distance: sum / (PIXELS * 255 ** 2) }));
}

/** Ends early where the sum has reached `most`. */
function squaredDifference(grey: Uint8Array, index: Uint8Array, at: number, most: number): number {
  let sum = 0;
  for (let row = 0; row < PIXELS && sum < most; row += EDGE) {
    for (let i = row; i < row + EDGE; i++) {
      const difference = (grey[i] as number) - (index[at + i] as number);
      sum += difference * difference;
    }
  }
  return sum;
}
