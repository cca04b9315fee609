// Runs trained beforehand with a preset's own settings; the page shows one sample of each through time. Made
// by scripts/make-reference.mjs. Not here: how long such a run takes on this device (app/estimate.ts).
import type { PresetName } from '../../settings/settings.ts';

export interface ReferenceRun {
  dataset: string;
  /** Path of a sheet of 4 x 3 tiles in the order of `steps`; the first tile is empty. */
  sheet: string;
  /** Index of the sample, 0..15: the noise it starts from follows from this index. */
  sample: number;
  steps: readonly number[];
}

/** Only presets that were trained to their end have one. */
export const REFERENCE_RUNS: Partial<Record<PresetName, ReferenceRun>> = {
  // This sheet was made by PyTorch and not by the script, from the app's first weights, batches and noise.
  tiny: {
    dataset: 'planets',
    sheet: 'reference/tiny-planets.png',
    sample: 5,
    steps: [0, 200, 400, 600, 800, 1000, 1400, 1800, 2200, 2800, 3400, 4000],
  },
};
