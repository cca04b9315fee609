// The difference hash of a picture (Krawetz 2013, dHash): near pictures differ in few of its 64 bits. Pure.
// Not here: comparing them.
import { resizeSquare } from '../resize.ts';

/** Rows and comparisons of a row. */
const EDGE = 8;
/** A multiple of both 8 rows and 9 columns: the grey picture is reduced from it by whole pixels. */
const FINE = 72;

/**
 * 64 bits of [size, size, 3] bytes, row by row, the first in the lowest bit of the first byte: 1 where a
 * pixel of the grey picture of 9 x 8 is darker than its right neighbour.
 */
export function differenceHash(pixels: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const grey = greyCells(resizeSquare(pixels, { width: size, height: size, channels: 3 }, FINE));
  const bits = new Uint8Array(EDGE);
  for (let row = 0; row < EDGE; row++) {
    for (let column = 0; column < EDGE; column++) {
      const at = row * (EDGE + 1) + column;
      if ((grey[at] as number) < (grey[at + 1] as number)) bits[row] = (bits[row] as number) | (1 << column);
    }
  }
  return bits;
}

/** Sums of the luma of ITU-R 601 over 9 x 8 cells of a picture of 72 x 72. */
function greyCells(fine: Uint8Array): Float64Array {
  const cells = new Float64Array(EDGE * (EDGE + 1));
  for (let y = 0; y < FINE; y++) {
    const row = Math.floor(y / (FINE / EDGE)) * (EDGE + 1);
    for (let x = 0; x < FINE; x++) {
      const at = (y * FINE + x) * 3;
      const luma =
        299 * (fine[at] as number) + 587 * (fine[at + 1] as number) + 114 * (fine[at + 2] as number);
      const cell = row + Math.floor(x / (FINE / (EDGE + 1)));
      cells[cell] = (cells[cell] as number) + luma;
    }
  }
  return cells;
}
