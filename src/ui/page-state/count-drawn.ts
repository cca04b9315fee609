// How many samples of a set are finished. Not here: which pictures the grid shows (samples/shown-samples.ts).
import type { SampleGrid } from '../../app/state.ts';

/** Those that are final; a picture whose noise still clears is shown, not counted. */
export const countDrawn = (grid: SampleGrid | null): number =>
  grid?.samples.filter((sample) => sample?.drawn).length ?? 0;
