// How good samples are: their squared Frechet distance to the data over the data's first principal
// components. Not here: the mathematics (frechet.ts).
import { gaussianOf, principalComponents, project, rowsOf, squaredFrechetDistance } from './frechet.ts';

const COMPONENTS = 16;

/** Each: uint8 RGB, [count, size, size, 3]. */
export interface Pictures {
  data: Uint8Array;
  untrained: Uint8Array;
  trained: Uint8Array;
}

/** Squared distances of pixels in -1..1. */
export interface Distances {
  untrained: number;
  trained: number;
  /** Distance of as many pictures of the data itself: what chance alone gives. */
  part: number;
  components: number;
  samples: number;
}

export function distancesOf({ data, untrained, trained }: Pictures, size: number): Distances {
  const length = size ** 2 * 3;
  const rows = (pixels: Uint8Array) => rowsOf(pixels, pixels.length / length);
  const all = rows(data);
  const components = principalComponents(all, COMPONENTS);
  const seen = (pixels: Uint8Array) => gaussianOf(project(rows(pixels), components));
  const whole = gaussianOf(project(all, components));
  const samples = trained.length / length;
  return {
    untrained: squaredFrechetDistance(whole, seen(untrained)),
    trained: squaredFrechetDistance(whole, seen(trained)),
    part: squaredFrechetDistance(whole, seen(data.subarray(0, trained.length))),
    components: COMPONENTS,
    samples,
  };
}
