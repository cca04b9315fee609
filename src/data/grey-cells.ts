// A picture in grey over few equal cells, for what compares pictures without their details: difference
// hashes, the nearest picture. Pure. Not here: results in colour (resize.ts), what is compared.
import { type Spans, spansOf } from './spans.ts';

/** Adds up the pixels of pictures of `size` x `size` over `columns` x `rows` cells, all equally large. */
export class GreyCells {
  readonly size: number;
  readonly #columns: Spans;
  readonly #rows: Spans;
  readonly #lumas: Int32Array;

  constructor(size: number, columns: number, rows: number) {
    this.size = size;
    this.#columns = spansOf(size, columns);
    this.#rows = spansOf(size, rows);
    this.#lumas = new Int32Array(size);
  }

  /**
   * Of [size, size, 3] bytes, [rows, columns] whole numbers: sums of the luma of ITU-R 601, where a cell of
   * white is 255,000 times size x size.
   */
  sums(pixels: Uint8Array): Float64Array {
    const [columns, rows, lumas] = [this.#columns, this.#rows, this.#lumas];
    const [width, height] = [columns.first.length, rows.first.length];
    const cells = new Float64Array(height * width);
    for (let row = 0; row < height; row++) {
      const [first, last] = [rows.first[row] as number, rows.last[row] as number];
      for (let y = first; y <= last; y++) {
        const weight = y === first ? rows.firstWeight[row] : y === last ? rows.lastWeight[row] : height;
        lumasOf(pixels, y * this.size * 3, lumas);
        addColumns(cells, row * width, lumas, columns, weight as number);
      }
    }
    return cells;
  }
}

/** 1000 times the luma of ITU-R 601 of the pixel at byte `at`. */
export const lumaAt = (pixels: Uint8Array, at: number): number =>
  299 * (pixels[at] as number) + 587 * (pixels[at + 1] as number) + 114 * (pixels[at + 2] as number);

/** The lumas of a row of pixels from `at` on, in thousandths. */
function lumasOf(pixels: Uint8Array, at: number, lumas: Int32Array): void {
  for (let x = 0, from = at; x < lumas.length; x++, from += 3) lumas[x] = lumaAt(pixels, from);
}

/** Adds a row of lumas to a row of cells from `to` on. */
function addColumns(
  cells: Float64Array,
  to: number,
  lumas: Int32Array,
  columns: Spans,
  weight: number,
): void {
  const width = columns.first.length;
  for (let column = 0; column < width; column++) {
    const first = columns.first[column] as number;
    const last = columns.last[column] as number;
    let sum = 0;
    for (let x = first + 1; x < last; x++) sum += lumas[x] as number;
    sum *= width;
    sum += (lumas[first] as number) * (columns.firstWeight[column] as number);
    sum += (lumas[last] as number) * (columns.lastWeight[column] as number);
    cells[to + column] = (cells[to + column] as number) + weight * sum;
  }
}
