// How many samples of a set are finished. Not here: which pictures the grid shows (samples/shown-samples.ts).
import type { SampleGrid } from '../../app/state.ts';

/** Finished samples of a set; samples that still clear from noise are shown but not counted. */
export const countDrawn = (grid: SampleGrid | null): number =>
  grid?.samples.filter((sample) => sample?.drawn).length ?? 0;
