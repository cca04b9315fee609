// Which pictures a step learns from, and their pixels as a batch: pure functions of (seed, step), so that
// resuming inside an epoch needs no state. Not here: noise and timesteps (trainer/training-step.ts),
// mirroring and the value of a byte (the executor, which mixes the noise in).
// Exported for tests: pictureOrder, isFlipped.
import { cropped } from './augment.ts';
import { classGroups, evenOrder } from './even-classes.ts';
import { permutedIndex, randomWord, STREAMS } from '../random.ts';
import type { PictureSet } from './api.ts';

/** Where a step begins in the order of the pictures. */
export interface Position {
  /** Completed epochs. */
  epoch: number;
  /** Pictures already used in this epoch. */
  epochPosition: number;
}

/**
 * Indices (0..count - 1) of `length` pictures in the epoch's permutation, from `epochPosition` on. The last
 * step of an epoch is filled up with the first pictures of the SAME permutation, so that every epoch shows
 * every picture.
 */
export function pictureOrder(
  seed: number,
  { epoch, epochPosition }: Position,
  count: number,
  length: number,
): number[] {
  return Array.from({ length }, (_, i) => permutedIndex(seed, epoch, count, (epochPosition + i) % count));
}

export interface BatchRequest {
  seed: number;
  /** Finished steps before this one: 0 for the first step. */
  globalStep: number;
  /** Where the step begins. */
  position: Position;
  /** Pictures that all steps before it drew, where each had as many as this one. */
  drawn: number;
  /** Draw all classes equally often, where there are several. */
  evenClasses: boolean;
  /** Index within the step of this micro-batch's first picture; 0 without gradient accumulation. */
  first: number;
  batchSize: number;
  /** Mirror half of the pictures, by a coin for each (step, index within the step). */
  randomFlip: boolean;
  /** Cut a square out of each picture: see augment.ts. */
  randomCrop: boolean;
  /** 3 for RGB, 1 for grey. */
  channels: number;
}

/** The pictures of a batch as they lie in the set, whole or cut. */
export interface Batch {
  /** [batchSize, size, size, channels] */
  pixels: Uint8Array<ArrayBuffer>;
  /** Which of them are to be mirrored, left to right. */
  mirrored: boolean[];
  /** Their numbers in the set. */
  indices: number[];
}

/** Throws FaultError where pictures have gone. */
export async function loadBatch(set: PictureSet, request: BatchRequest): Promise<Batch> {
  const { seed, globalStep, first, batchSize, randomFlip, channels } = request;
  const indices = indicesOf(set, request);
  const { size, stored } = set;
  const visit = async (index: number, i: number): Promise<Uint8Array> =>
    request.randomCrop
      ? cropped(await stored.read(index), stored.size, size, [seed, globalStep, first + i])
      : set.read(index);
  const pictures = await Promise.all(indices.map(visit));
  const length = size * size * channels;
  const pixels = new Uint8Array(batchSize * length);
  pictures.forEach((picture, i) => pixels.set(channels === 1 ? greyOf(picture) : picture, i * length));
  const mirrored = indices.map((_, i) => randomFlip && isFlipped(seed, globalStep, first + i));
  return { pixels, mirrored, indices };
}

function indicesOf(
  set: PictureSet,
  { seed, position, drawn, first, batchSize, evenClasses }: BatchRequest,
): number[] {
  const groups = evenClasses ? classGroups(set) : null;
  if (groups) return evenOrder(seed, groups, drawn + first, batchSize);
  const { epoch, epochPosition } = position;
  return pictureOrder(seed, { epoch, epochPosition: epochPosition + first }, set.count, batchSize);
}

/** Whether picture `index` of a step is mirrored: a fair coin of stream `flips`. */
export const isFlipped = (seed: number, globalStep: number, index: number): boolean =>
  randomWord(seed, globalStep, STREAMS.flips, index) >= 2 ** 31;

/** RGB bytes as grey bytes: the luma of ITU-R 601-2 in 16-bit integers, rounded, as Pillow's convert('L'). */
export function greyOf(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    const [r, g, b] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
    grey[i] = (r * 19_595 + g * 38_470 + b * 7471 + 0x8000) >> 16;
  }
  return grey;
}
