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
 * divide `size`.
 */
export class AreaFilter {
  readonly #edge: number;
  readonly #size: number;
  /** One source row, summed into `size` columns. */
  readonly #row: Float64Array;
  /** Weighted sums of each result pixel. */
  readonly #sums: Float64Array;
  #rowsSeen = 0;

  constructor(edge: number, size: number) {
    this.#edge = edge;
    this.#size = size;
    this.#row = new Float64Array(size * 3);
    this.#sums = new Float64Array(size * size * 3);
  }

  /** Adds the next source row: `edge` pixels of `channels` bytes from `at` on; a fourth byte is ignored. */
  pushRow(bytes: Uint8Array | Uint8ClampedArray, at: number, channels: 3 | 4): void {
    this.#sumColumns(bytes, at, channels);
    const width = this.#size * 3;
    const y = this.#rowsSeen++;
    eachOverlap(y, this.#edge, this.#size, (row, weight) => {
      const start = row * width;
      for (let i = 0; i < width; i++)
        this.#sums[start + i] = (this.#sums[start + i] as number) + weight * (this.#row[i] as number);
    });
  }

  /** The result, [size, size, 3] bytes, rounded to nearest. Throws an Error where rows are missing. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#rowsSeen !== this.#edge) throw new Error(`${this.#rowsSeen} rows of ${this.#edge}`);
    // A weight counts 1/size of a source pixel: in each direction a result pixel's weights add up to `edge`.
    const area = this.#edge * this.#edge;
    return Uint8Array.from(this.#sums, (sum) => Math.floor(sum / area + 0.5));
  }

  #sumColumns(bytes: Uint8Array | Uint8ClampedArray, at: number, channels: 3 | 4): void {
    this.#row.fill(0);
    const row = this.#row;
    const edge = this.#edge;
    const size = this.#size;
    // eachOverlap written out: this loop runs once for every source pixel.
    for (let x = 0; x < edge; x++) {
      const pixel = at + x * channels;
      const end = (x + 1) * size;
      for (let from = x * size, column = Math.floor(from / edge); from < end; column++) {
        const to = Math.min(end, (column + 1) * edge);
        const weight = to - from;
        const i = column * 3;
        row[i] = (row[i] as number) + weight * (bytes[pixel] as number);
        row[i + 1] = (row[i + 1] as number) + weight * (bytes[pixel + 1] as number);
        row[i + 2] = (row[i + 2] as number) + weight * (bytes[pixel + 2] as number);
        from = to;
      }
    }
  }
}

/** Visits the result rows that source row `y` of `edge` overlaps; `weight`: by how much, in 1/size. */
function eachOverlap(
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
