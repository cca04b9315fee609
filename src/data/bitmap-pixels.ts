// The pixels of a decoded picture, upright, on a ground: read by way of a canvas, because browsers give them
// in no other way. Not here: decoding (decode.ts), which pixels are wanted (cut-square.ts).
import { context2d } from '../formats/canvas-2d.ts';
import type { PixelSource } from './cut-square.ts';
import type { Ground } from './framing.ts';
import type { Words } from './resize.ts';

/** Where a picture of these stored pixels stands upright, as a matrix of a canvas, by EXIF orientation. */
const UPRIGHT: readonly ((
  width: number,
  height: number,
) => [number, number, number, number, number, number])[] = [
  () => [1, 0, 0, 1, 0, 0],
  (width) => [-1, 0, 0, 1, width, 0],
  (width, height) => [-1, 0, 0, -1, width, height],
  (_, height) => [1, 0, 0, -1, 0, height],
  () => [0, 1, 1, 0, 0, 0],
  (_, height) => [0, 1, -1, 0, height, 0],
  (width, height) => [0, -1, -1, 0, height, width],
  (width) => [0, -1, 1, 0, 0, width],
];

/** Most pixels of a canvas: a larger picture is read in strips, or it would be in memory three times. */
const MOST_AT_ONCE = 4e6;

let kept: OffscreenCanvasRenderingContext2D | null = null;

/** The canvas of the picture before where it has this size: a new one costs as much as drawing into it. */
function canvasOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const isOfSize = kept?.canvas.width === width && kept.canvas.height === height;
  if (!kept || !isOfSize) kept = context2d(width, height);
  return kept;
}

/** A bitmap is drawn 1 : 1, at full size: only it holds the whole picture. Why not scaled: resize.ts. */
export class BitmapPixels implements PixelSource {
  readonly width: number;
  readonly height: number;
  readonly #bitmap: ImageBitmap;
  readonly #upright: [number, number, number, number, number, number];
  readonly #ground: string;

  /** `orientation`: EXIF's, as far as the browser has not stood it upright already. */
  constructor(bitmap: ImageBitmap, orientation: number, ground: Ground) {
    const { width, height } = bitmap;
    [this.width, this.height] = orientation > 4 ? [height, width] : [width, height];
    this.#bitmap = bitmap;
    this.#upright = UPRIGHT[orientation - 1]?.(width, height) ?? [1, 0, 0, 1, 0, 0];
    this.#ground = ground === 'edge' ? edgeColour(bitmap) : ground;
  }

  read(left: number, top: number, width: number, height: number): Words {
    const rows = Math.max(1, Math.floor(MOST_AT_ONCE / width));
    if (rows >= height) return { words: this.#strip(left, top, width, height), at: 0, stride: width };
    const words = new Uint32Array(width * height);
    for (let row = 0; row < height; row += rows)
      words.set(this.#strip(left, top + row, width, Math.min(rows, height - row)), width * row);
    return { words, at: 0, stride: width };
  }

  #strip(left: number, top: number, width: number, height: number): Uint32Array<ArrayBuffer> {
    const [a, b, c, d, x, y] = this.#upright;
    const context = canvasOf(width, height);
    context.fillStyle = this.#ground;
    context.imageSmoothingEnabled = false;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillRect(0, 0, width, height);
    context.setTransform(a, b, c, d, x - left, y - top);
    context.drawImage(this.#bitmap, 0, 0);
    return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  }

  /** All of it to be looked at, made smaller by the browser where a side has over `most` pixels. */
  shown(most: number): ImageData {
    const scale = Math.min(1, most / Math.max(this.width, this.height));
    const side = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
    const [width, height] = [side(this.width), side(this.height)];
    const context = context2d(width, height);
    context.fillStyle = this.#ground;
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    const [a, b, c, d, x, y] = this.#upright;
    context.scale(width / this.width, height / this.height);
    context.transform(a, b, c, d, x, y);
    context.drawImage(this.#bitmap, 0, 0);
    return context.getImageData(0, 0, width, height);
  }
}

/** Edge of the canvas on which transparent parts are looked for. */
const LOOKED_AT = 128;

/** Whether a bitmap is transparent somewhere, but for specks. */
export function isSeenThrough(bitmap: ImageBitmap): boolean {
  const context = context2d(LOOKED_AT, LOOKED_AT);
  context.drawImage(bitmap, 0, 0, LOOKED_AT, LOOKED_AT);
  const { data } = context.getImageData(0, 0, LOOKED_AT, LOOKED_AT);
  return data.some((value, i) => i % 4 === 3 && value < 255);
}

/**
 * The mean colour of the outermost pixels, each weighted by how opaque it is; white where all of them are
 * transparent.
 */
function edgeColour(bitmap: ImageBitmap): string {
  const { width, height } = bitmap;
  const sums: [number, number, number] = [0, 0, 0];
  let opaque = 0;
  const add = (left: number, top: number, columns: number, rows: number): void => {
    const context = context2d(columns, rows);
    context.drawImage(bitmap, -left, -top);
    const { data } = context.getImageData(0, 0, columns, rows);
    for (let i = 0; i < data.length; i += 4) {
      const alpha = data[i + 3] as number;
      for (const c of [0, 1, 2] as const) sums[c] += alpha * (data[i + c] as number);
      opaque += alpha;
    }
  };
  add(0, 0, width, 1);
  if (height > 1) add(0, height - 1, width, 1);
  if (height > 2) add(0, 1, 1, height - 2);
  if (height > 2 && width > 1) add(width - 1, 1, 1, height - 2);
  return opaque === 0 ? 'white' : `rgb(${sums.map((sum) => Math.round(sum / opaque)).join(' ')})`;
}
