// Dynamic loss scaling of a training step in mixed precision, as torch.amp.GradScaler with its defaults: the
// loss's gradient is multiplied by a scale, so that small gradients do not vanish as halves. A step whose
// gradients are not finite is skipped and halves the scale; 2,000 applied in a row double it. The GPU decides
// alone: no step waits for the verdict of the one before. Not here: what is stored as halves
// (plan/halves.ts).
import { CONTROL, CONTROL_LENGTH, controlOf } from './control.ts';
import type { LossScale, StepSettings } from '../../executor.ts';

/** torch.amp.GradScaler's defaults. */
export const FIRST_LOSS_SCALE: LossScale = { scale: 65_536, growthTracker: 0, skipped: 0 };

export const GROWTH = 2;
export const BACKOFF = 0.5;
/** Steps applied one after the other until the scale grows. */
export const GROWTH_INTERVAL = 2000;
/** A scale as large as this does not grow: it would soon be infinite. */
export const LARGEST_SCALE = 1e38;

/**
 * Steps in flight at most, besides the one that is encoded: so many skipped ones the processor may not know
 * of.
 */
export const MOST_UNKNOWN = 3;
/** Length of the control vector in mixed precision: one for each number of skipped steps not known of. */
export const SCALED_CONTROL_LENGTH = (MOST_UNKNOWN + 1) * CONTROL_LENGTH;

/** Index of each f32 of the scaler. The first CONTROL_LENGTH are the control vector of the newest update. */
export const SCALER = {
  scale: CONTROL_LENGTH,
  /** Steps applied since the scale changed. */
  growthTracker: CONTROL_LENGTH + 1,
  /** Steps skipped since the run began. */
  skipped: CONTROL_LENGTH + 2,
} as const;
export const SCALER_LENGTH = CONTROL_LENGTH + 4;

/** The scaler [SCALER_LENGTH] before the next step. */
export function scalerOf({ scale, growthTracker, skipped }: LossScale): Float32Array<ArrayBuffer> {
  const scaler = new Float32Array(SCALER_LENGTH);
  scaler[SCALER.scale] = scale;
  scaler[SCALER.growthTracker] = growthTracker;
  scaler[SCALER.skipped] = skipped;
  return scaler;
}

/** What `scalerOf` was made from. `numbers`: the scaler's, from `scale` on. */
export function lossScaleIn(numbers: Float32Array): LossScale {
  const [scale = NaN, growthTracker = NaN, skipped = NaN] = numbers;
  return { scale, growthTracker, skipped };
}

/**
 * The control vectors [SCALED_CONTROL_LENGTH] of one micro-batch: those of `controlOf` where `skipped` steps
 * before were skipped, and where one more was, and so on. A skipped step does not count as an update.
 */
export function scaledControlOf(
  settings: StepSettings,
  skipped: number,
  batch: { first: number; pictures: number },
): Float32Array {
  const control = new Float32Array(SCALED_CONTROL_LENGTH);
  for (let unknown = 0; unknown <= MOST_UNKNOWN; unknown++)
    control.set(controlOf(afterSkipping(settings, skipped + unknown), batch), unknown * CONTROL_LENGTH);
  control[CONTROL.skipped] = skipped;
  return control;
}

/** A step's settings where `skipped` steps before it were not applied. */
const afterSkipping = (settings: StepSettings, skipped: number): StepSettings =>
  settings.afterSkipping?.(skipped) ?? {
    ...settings,
    optimizerStep: Math.max(1, settings.optimizerStep - skipped),
  };
