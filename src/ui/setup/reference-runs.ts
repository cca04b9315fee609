// Runs that were made beforehand with a preset's own settings, to show what to expect of one: a sample through time, made by
// scripts/make-reference.mjs. Not here: how long it takes on this device (the estimate).
import type { PresetName } from '../../settings/settings.ts';

export interface ReferenceRun {
  dataset: string;
  /** A sheet of 4 x 3 tiles in the order of `steps`, the first one empty. */
  sheet: string;
  /** Which of the 16 samples it is: its first noise follows from that. */
  sample: number;
  steps: readonly number[];
}

/** None for a preset that has not been trained to its end: nothing is shown that was not drawn. */
export const REFERENCE_RUNS: Partial<Record<PresetName, ReferenceRun>> = {
  tiny: {
    dataset: 'planets',
    sheet: 'reference/tiny-planets.png',
    sample: 5,
    steps: [0, 200, 400, 600, 800, 1000, 1400, 1800, 2200, 2800, 3400, 4000],
  },
};
