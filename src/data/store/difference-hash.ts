// The difference hash of a picture (Krawetz 2013, dHash): near pictures differ in few of its 64 bits. Pure.
// Not here: comparing them.
import { type Spans, spansOf } from '../spans.ts';

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

let kept: { size: number; columns: Spans; rows: Spans } | null = null;

/** Sums of the luma of ITU-R 601 over the areas of 9 x 8 cells, all equally large. */
function greyCells(pixels: Uint8Array, size: number): Float64Array {
  if (kept?.size !== size) kept = { size, columns: spansOf(size, COLUMNS), rows: spansOf(size, EDGE) };
  const { columns, rows } = kept;
  const cells = new Float64Array(EDGE * COLUMNS);
  const lumas = new Int32Array(size);
  for (let row = 0; row < EDGE; row++) {
    const [first, last] = [rows.first[row] as number, rows.last[row] as number];
    for (let y = first; y <= last; y++) {
      const weight = y === first ? rows.firstWeight[row] : y === last ? rows.lastWeight[row] : EDGE;
      lumasOf(pixels, y * size * 3, lumas);
      addColumns(cells, row * COLUMNS, lumas, columns, weight as number);
    }
  }
  return cells;
}

/** The lumas of a row of pixels from `at` on, in thousandths. */
function lumasOf(pixels: Uint8Array, at: number, lumas: Int32Array): void {
  for (let x = 0, from = at; x < lumas.length; x++, from += 3)
    lumas[x] =
      299 * (pixels[from] as number) +
      587 * (pixels[from + 1] as number) +
      114 * (pixels[from + 2] as number);
}

/** Adds a row of lumas to a row of cells from `to` on. */
function addColumns(
  cells: Float64Array,
  to: number,
  lumas: Int32Array,
  columns: Spans,
  weight: number,
): void {
  for (let column = 0; column < COLUMNS; column++) {
    const first = columns.first[column] as number;
    const last = columns.last[column] as number;
    let sum = 0;
    for (let x = first + 1; x < last; x++) sum += lumas[x] as number;
    sum *= COLUMNS;
    sum += (lumas[first] as number) * (columns.firstWeight[column] as number);
    sum += (lumas[last] as number) * (columns.lastWeight[column] as number);
    cells[to + column] = (cells[to + column] as number) + weight * sum;
  }
}
