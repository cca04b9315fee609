// Learning rate and EMA decay as pure functions of the step. Steps count from 1: step n is the n-th update,
// after which global_step is n. Not here: the settings (settings/), the update itself (engine/).

export interface LearningRateSettings {
  learningRate: number;
  learningRateSchedule: 'constant' | 'cosine';
  /** Updates before the full rate; with 0 the first update has the full rate. */
  warmupSteps: number;
  /** The run's last step; the cosine reaches zero after it. */
  lastStep: number;
}

/**
 * Learning rate of the update that makes `step`, 1..lastStep, as diffusers' get_constant_schedule_with_warmup
 * and get_cosine_schedule_with_warmup have it: their update k = step - 1 has the factor k / warmup, so with
 * warm-up the rate of the first update is 0.
 */
export function learningRateAt(step: number, settings: LearningRateSettings): number {
  const { learningRate, learningRateSchedule, warmupSteps, lastStep } = settings;
  const update = step - 1;
  if (update < warmupSteps) return (learningRate * update) / warmupSteps;
  if (learningRateSchedule === 'constant') return learningRate;
  const progress = (update - warmupSteps) / Math.max(1, lastStep - warmupSteps);
  return learningRate * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/**
 * Decay of the EMA weights at the update that makes `step`: ema = decay ema + (1 - decay) weights, with decay
 * = min(maxDecay, 1 - (1 + s)^(-3/4)) and s = max(0, step - 1). diffusers' EMAModel with use_ema_warmup and
 * power 3/4: the first update copies the weights.
 */
export function emaDecayAt(step: number, maxDecay: number): number {
  const s = Math.max(0, step - 1);
  return Math.min(maxDecay, 1 - (1 + s) ** -0.75);
}
