// The pixels of a JPEG by the three planes of its samples, with the bits of libjpeg: colours, of which there
// are half as many along both sides, lie between samples by three quarters of the nearer one and a quarter of
// the further one (h2v2_fancy_upsample of jdsample.c), and become RGB in 16-bit fixed point (jdcolor.c).
// Pure. Not here: who makes the planes (jpeg-planes.ts), the square of the pixels (cut-square.ts).
import type { PixelSource } from './cut-square.ts';
import type { Words } from './resize.ts';

/** Where a plane begins in the bytes, and bytes from one of its rows to the next. */
interface Plane {
  offset: number;
  stride: number;
}

/** Samples of 8 bits: luma of each pixel, Cb and Cr of two by two each. */
export interface Planes {
  bytes: Uint8Array;
  luma: Plane;
  blue: Plane;
  red: Plane;
}

/** Lanes of 10 bits each for R, G, B: values from -256 to 767 are kept as 0 to 1023. */
const LANES = 1 | (1 << 10) | (1 << 20);
const ABOVE = 256;
/** Bits that tell whether all three are within 0..255, and what they are then. */
const RANGE = 0x300 * LANES;
const WITHIN = ABOVE * LANES;

let kept: Int32Array | null = null;

/** Grows to the largest square that was read. */
let words = new Uint32Array();

/** What Cb and Cr add to the luma in each lane, at 256 Cr + Cb. */
function coloursTable(): Int32Array {
  if (kept) return kept;
  kept = new Int32Array(256 * 256);
  const half = 1 << 15;
  for (let red = -128; red < 128; red++)
    for (let blue = -128; blue < 128; blue++) {
      const r = (91_881 * red + half) >> 16;
      const g = (half - 22_554 * blue - 46_802 * red) >> 16;
      const b = (116_130 * blue + half) >> 16;
      kept[(red + 128) * 256 + blue + 128] = (r + ABOVE) | ((g + ABOVE) << 10) | ((b + ABOVE) << 20);
    }
  return kept;
}

const clamped = (lane: number): number => Math.max(0, Math.min(255, (lane & 0x3ff) - ABOVE));

/** R, G and B as bytes of a word; `both`: 16 times Cb, and from bit 12 on 16 times Cr. */
function wordOf(luma: number, both: number, colours: Int32Array): number {
  const colour = colours[((both >>> 4) & 0xff) | ((both >>> 8) & 0xff00)] as number;
  const lanes = (Math.imul(luma, LANES) + colour) | 0;
  if ((lanes & RANGE) === WITHIN)
    return (lanes & 0xff) | ((lanes >>> 2) & 0xff00) | ((lanes >>> 4) & 0xff0000);
  return clamped(lanes) | (clamped(lanes >>> 10) << 8) | (clamped(lanes >>> 20) << 16);
}

/** A picture over 4 pixels wide: libjpeg repeats the colours of narrower ones. */
export class I420Pixels implements PixelSource {
  readonly width: number;
  readonly height: number;
  readonly #planes: Planes;
  /** Colours of a row, Cb and from bit 12 on Cr, 4 times, with one more of them at both ends. */
  readonly #row: Int32Array;

  constructor(width: number, height: number, planes: Planes) {
    [this.width, this.height] = [width, height];
    this.#planes = planes;
    this.#row = new Int32Array(Math.ceil(width / 2) + 2);
  }

  /** The words are there until the next call, of this picture or of another. */
  read(left: number, top: number, width: number, height: number): Words {
    const [first, end] = [left >> 1, (left + width + 1) >> 1];
    const stride = (end - first) * 2;
    if (words.length < stride * height) words = new Uint32Array(stride * height);
    for (let row = 0; row < height; row++) {
      this.#colourRow(top + row);
      this.#pixelRow(top + row, { first, end }, row * stride);
    }
    return { words, at: left - first * 2, stride };
  }

  /** The colours of a row of pixels, between the two rows of samples that are nearest to it. */
  #colourRow(y: number): void {
    const { bytes, blue, red } = this.#planes;
    const row = this.#row;
    const [columns, near] = [row.length - 2, y >> 1];
    const far = y % 2 === 0 ? Math.max(0, near - 1) : Math.min(near + 1, ((this.height + 1) >> 1) - 1);
    const [blueNear, blueFar] = [blue.offset + near * blue.stride, blue.offset + far * blue.stride];
    const [redNear, redFar] = [red.offset + near * red.stride, red.offset + far * red.stride];
    for (let x = 0; x < columns; x++) {
      const cb = (bytes[blueNear + x] as number) * 3 + (bytes[blueFar + x] as number);
      const cr = (bytes[redNear + x] as number) * 3 + (bytes[redFar + x] as number);
      row[x + 1] = cb | (cr << 12);
    }
    row[0] = row[1] as number;
    row[columns + 1] = row[columns] as number;
  }

  /** Two pixels for each column of colours. Roundings differ by turns, as libjpeg's: 8 and 7 sixteenths. */
  #pixelRow(y: number, { first, end }: { first: number; end: number }, to: number): void {
    const { bytes, luma } = this.#planes;
    const [row, result, colours] = [this.#row, words, coloursTable()];
    let before = row[first] as number;
    let here = row[first + 1] as number;
    for (let column = first, at = luma.offset + y * luma.stride + first * 2; column < end; column++) {
      const after = row[column + 2] as number;
      result[to++] = wordOf(bytes[at++] as number, here * 3 + before + 0x8008, colours);
      result[to++] = wordOf(bytes[at++] as number, here * 3 + after + 0x7007, colours);
      before = here;
      here = after;
    }
  }
}
