// The most detailed square of a picture that is longer than wide, or wider than long: the one with the
// largest sum of squared differences between neighbours in its reduced grey picture; of equal ones the one
// nearest to the middle. The same pixels give the same square everywhere. Pure. Not here: cutting it out
// (cut-square.ts).
import { IN_THE_MIDDLE, type Place } from './framing.ts';
import type { Words } from './resize.ts';

/** Cells of the reduced picture along the shorter side, and along the longer one at most. */
const CELLS = 32;
const MOST_CELLS = 512;

/** Adds up the grey picture, rows from the top on. */
export class DetailMeter {
  readonly #width: number;
  readonly #height: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #sums: Float64Array;
  readonly #pixels: Float64Array;
  #y = 0;

  constructor(width: number, height: number) {
    const short = Math.min(CELLS, width, height);
    const long = Math.round((short * Math.max(width, height)) / Math.min(width, height));
    const cells = Math.max(short, Math.min(MOST_CELLS, long));
    this.#width = width;
    this.#height = height;
    this.#columns = width > height ? cells : short;
    this.#rows = width > height ? short : cells;
    this.#sums = new Float64Array(this.#columns * this.#rows);
    this.#pixels = new Float64Array(this.#columns * this.#rows);
  }

  /** Adds the next `rows` rows. */
  push({ words, at, stride }: Words, rows: number): void {
    for (let row = 0; row < rows; row++, this.#y++) {
      const first = Math.floor((this.#y * this.#rows) / this.#height) * this.#columns;
      for (let x = 0, from = at + row * stride; x < this.#width; x++, from++) {
        const word = words[from] as number;
        const cell = first + Math.floor((x * this.#columns) / this.#width);
        const luma = 299 * (word & 0xff) + 587 * ((word >>> 8) & 0xff) + 114 * ((word >>> 16) & 0xff);
        this.#sums[cell] = (this.#sums[cell] as number) + luma;
        this.#pixels[cell] = (this.#pixels[cell] as number) + 1;
      }
    }
  }

  /** Where the square lies, once all rows are there. */
  get place(): Place {
    const isWide = this.#columns > this.#rows;
    const [long, short] = isWide ? [this.#columns, this.#rows] : [this.#rows, this.#columns];
    const grey = this.#sums.map((sum, i) => sum / (this.#pixels[i] as number) / 1000);
    const at = (along: number, across: number): number =>
      grey[isWide ? across * long + along : along * short + across] as number;
    const first = mostDetailed(at, long, short);
    if (first === middleOf(long, short)) return IN_THE_MIDDLE;
    const place = Math.round((255 * first) / (long - short));
    return isWide ? { ...IN_THE_MIDDLE, x: place } : { ...IN_THE_MIDDLE, y: place };
  }
}

const middleOf = (long: number, short: number): number => Math.floor((long - short) / 2);

/** The first line, along the longer side, of the window of `short` lines with most detail. */
function mostDetailed(at: (along: number, across: number) => number, long: number, short: number): number {
  // Detail within each line, and between it and the next one.
  const within = new Float64Array(long);
  const between = new Float64Array(long);
  for (let along = 0; along < long; along++)
    for (let across = 0; across < short; across++) {
      const here = at(along, across);
      if (across + 1 < short) within[along] = (within[along] as number) + (at(along, across + 1) - here) ** 2;
      if (along + 1 < long) between[along] = (between[along] as number) + (at(along + 1, across) - here) ** 2;
    }
  const detail = (first: number): number => {
    let sum = 0;
    for (let along = first; along < first + short; along++)
      sum += (within[along] as number) + (along + 1 < first + short ? (between[along] as number) : 0);
    return sum;
  };
  const middle = middleOf(long, short);
  let best = { first: middle, detail: detail(middle) };
  for (let first = 0; first <= long - short; first++) {
    const found = detail(first);
    const isNearer = Math.abs(first - middle) < Math.abs(best.first - middle);
    if (found > best.detail || (found === best.detail && isNearer)) best = { first, detail: found };
  }
  return best.first;
}
