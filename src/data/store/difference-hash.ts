// The difference hash of a picture (Krawetz 2013, dHash): near pictures differ in few of its 64 bits. Pure.
// Not here: comparing them (../browse/near-hashes.ts).
import { GreyCells } from '../grey-cells.ts';

/** Rows and comparisons of a row. */
const EDGE = 8;
const COLUMNS = EDGE + 1;

let kept: GreyCells | null = null;

/**
 * 64 bits of [size, size, 3] bytes, row by row, the first in the lowest bit of the first byte: 1 where a
 * pixel of the grey picture of 9 x 8 (means over their areas) is darker than its right neighbour.
 */
export function differenceHash(pixels: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (kept?.size !== size) kept = new GreyCells(size, COLUMNS, EDGE);
  const grey = kept.sums(pixels);
  const bits = new Uint8Array(EDGE);
  for (let row = 0; row < EDGE; row++) {
    for (let column = 0; column < EDGE; column++) {
      const at = row * COLUMNS + column;
      if ((grey[at] as number) < (grey[at + 1] as number)) bits[row] = (bits[row] as number) | (1 << column);
    }
  }
  return bits;
}
