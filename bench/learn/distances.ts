// What samples are worth against the data: squared Frechet distances over the data's first principal components.
// Not here: the mathematics (frechet.ts).
import { gaussianOf, principalComponents, project, rowsOf, squaredFrechetDistance } from './frechet.ts';

const COMPONENTS = 16;

/** Pictures: uint8 RGB, [count, size, size, 3]. */
export interface Pictures {
  data: Uint8Array;
  untrained: Uint8Array;
  trained: Uint8Array;
}

/** Of pixels from -1 to 1. */
export interface Distances {
  untrained: number;
  trained: number;
  /** Of as many pictures of the data: what chance alone makes. */
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
