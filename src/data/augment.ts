// A picture varied each time that it is visited: a square cut out of it, and slightly other colours. Pure
// functions of (seed, step, picture in the step). Not here: whether a run does (settings/augmentation.ts),
// mirroring (batches.ts).
// Exported for tests: cropAt.
import { STREAMS, uniforms } from '../random.ts';
import { resizeRegion } from './resize.ts';

/** A square of a picture, in whole pixels. */
export interface Square {
  left: number;
  top: number;
  edge: number;
}

/** Smallest edge of a crop, in parts of the picture's edge. */
const SMALLEST_CROP = 0.8;

/** The words of one picture lie in one block of the generator. */
const WORDS = 4;

/**
 * The square of picture `index` of a step, of a picture of `size` pixels: its edge is uniform in the whole
 * numbers from 80 to 100 % of `size`, its place uniform among those within the picture.
 */
export function cropAt(seed: number, globalStep: number, index: number, size: number): Square {
  const [first = 0, second = 0, third = 0] = uniforms(seed, globalStep, STREAMS.crops, 3, index * WORDS);
  const least = Math.ceil(size * SMALLEST_CROP);
  const edge = least + Math.floor(first * (size - least + 1));
  const places = size - edge + 1;
  return { left: Math.floor(second * places), top: Math.floor(third * places), edge };
}

/** Picture `index` of a step cut out of [from, from, 3] bytes and resized to [size, size, 3]. */
export function cropped(
  picture: Uint8Array,
  from: number,
  size: number,
  at: readonly [seed: number, globalStep: number, index: number],
): Uint8Array<ArrayBuffer> {
  return resizeRegion(picture, { width: from, channels: 3 }, cropAt(...at, from), size);
}

/** Most change of brightness, of 0..255, and of contrast and saturation, as a factor beside 1. */
const BRIGHTNESS = 8;
const CONTRAST = 0.08;
const SATURATION = 0.15;

/** Luma of ITU-R 601-2. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * Other colours for picture `index` of a step, in place: `values` are its pixels, [pixels, channels]. As
 * torchvision's ColorJitter: saturation, contrast (about mid grey) and brightness, clamped to -1..1.
 */
export function recolour(
  values: Float32Array,
  channels: number,
  at: readonly [seed: number, globalStep: number, index: number],
): void {
  const [seed, globalStep, index] = at;
  const [first = 0, second = 0, third = 0] = uniforms(seed, globalStep, STREAMS.colours, 3, index * WORDS);
  const brightness = ((2 * first - 1) * BRIGHTNESS) / 127.5;
  const contrast = 1 + (2 * second - 1) * CONTRAST;
  const saturation = 1 + (2 * third - 1) * SATURATION;
  const one = (value: number, grey: number): number =>
    Math.min(1, Math.max(-1, (grey + saturation * (value - grey)) * contrast + brightness));
  for (let i = 0; i < values.length; i += channels) {
    const first = values[i] as number;
    const grey =
      channels === 1
        ? first
        : LUMA[0] * first + LUMA[1] * (values[i + 1] as number) + LUMA[2] * (values[i + 2] as number);
    for (let c = 0; c < channels; c++) values[i + c] = one(values[i + c] as number, grey);
  }
}
