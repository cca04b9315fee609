// The difference hash of a picture (Krawetz 2013, dHash): near pictures differ in few of its 64 bits. Pure.
// Not here: comparing them.
import { eachOverlap } from '../resize.ts';

/** Rows and comparisons of a row. */
const EDGE = 8;
const COLUMNS = EDGE + 1;

/**
 * 64 bits of [size, size, 3] bytes, row by row, the first in the lowest bit of the first byte: 1 where a
 * pixel of the grey picture of 9 x 8 (means over their areas) is darker than its right neighbour.
 */
export function differenceHash(pixels: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const grey = greyCells(pixels, size);
  const bits = new Uint8Array(EDGE);
  for (let row = 0; row < EDGE; row++) {
    for (let column = 0; column < EDGE; column++) {
      const at = row * COLUMNS + column;
      if ((grey[at] as number) < (grey[at + 1] as number)) bits[row] = (bits[row] as number) | (1 << column);
    }
  }
  return bits;
}

/** Sums of the luma of ITU-R 601 over the areas of 9 x 8 cells, all equally large. */
function greyCells(pixels: Uint8Array, size: number): Float64Array {
  const cells = new Float64Array(EDGE * COLUMNS);
  const line = new Float64Array(COLUMNS);
  for (let y = 0; y < size; y++) {
    line.fill(0);
    for (let x = 0; x < size; x++) {
      const at = (y * size + x) * 3;
      const luma =
        299 * (pixels[at] as number) + 587 * (pixels[at + 1] as number) + 114 * (pixels[at + 2] as number);
      eachOverlap(x, size, COLUMNS, (column, weight) => {
        line[column] = (line[column] as number) + weight * luma;
      });
    }
    eachOverlap(y, size, EDGE, (row, weight) => {
      for (let column = 0; column < COLUMNS; column++)
        cells[row * COLUMNS + column] =
          (cells[row * COLUMNS + column] as number) + weight * (line[column] as number);
    });
  }
  return cells;
}
