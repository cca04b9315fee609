// A JPEG of 4:2:0 whose samples are known: each block of 8 x 8 samples is of one value, written as baseline
// with a table of codes for what that takes (ITU T.81). Of any sides. Not here: pictures as people have them.

/** Values 0..255 of the blocks of a plane, row by row. */
export type Blocks = (column: number, row: number) => number;

/** A marker segment. */
const segment = (marker: number, ...body: number[]): number[] => [
  0xff,
  marker,
  (body.length + 2) >> 8,
  (body.length + 2) & 255,
  ...body,
];

const FRAME = 0xc0;
const CODES = 0xc4;
const QUANTISERS = 0xdb;
const SCAN = 0xda;

class Bits {
  readonly bytes: number[] = [];
  #held = 0;
  #count = 0;

  put(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit--) {
      this.#held = (this.#held << 1) | ((value >> bit) & 1);
      if (++this.#count < 8) continue;
      this.bytes.push(this.#held, ...(this.#held === 255 ? [0] : []));
      this.#held = this.#count = 0;
    }
  }
}

/** The file. `before`: segments in front of its frame. */
export function plainJpeg(
  { width, height }: { width: number; height: number },
  [luma, blue, red]: [Blocks, Blocks, Blocks],
  before: number[] = [],
): Uint8Array<ArrayBuffer> {
  const bits = new Bits();
  const last = [0, 0, 0];
  // With quantisers of 8 a step of the first coefficient is one of the samples.
  const put = (component: number, value: number): void => {
    const step = value - 128 - (last[component] ?? 0);
    last[component] = value - 128;
    const size = step === 0 ? 0 : 32 - Math.clz32(Math.abs(step));
    bits.put(size, 4);
    bits.put(step < 0 ? step + 2 ** size - 1 : step, size);
    bits.put(0, 1); // no further coefficients
  };
  for (let row = 0; row < Math.ceil(height / 16); row++)
    for (let column = 0; column < Math.ceil(width / 16); column++) {
      for (let i = 0; i < 4; i++) put(0, luma(column * 2 + (i % 2), row * 2 + (i >> 1)));
      put(1, blue(column, row));
      put(2, red(column, row));
    }
  bits.put(127, 7);
  const sides = [height >> 8, height & 255, width >> 8, width & 255];
  const ofLength = (length: number, count: number): number[] =>
    Array.from({ length: 16 }, (_, i) => (i + 1 === length ? count : 0));
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...before,
    ...segment(QUANTISERS, 0, ...Array.from({ length: 64 }, () => 8)),
    ...segment(FRAME, 8, ...sides, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0),
    ...segment(CODES, 0, ...ofLength(4, 10), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    ...segment(CODES, 0x10, ...ofLength(1, 1), 0),
    ...segment(SCAN, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0),
    ...bits.bytes,
    ...[0xff, 0xd9],
  ]);
}
