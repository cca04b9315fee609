// What changes with the step, as pure functions of it: the learning rate and the EMA decay.
// Steps count from 1: step n is the n-th update, after which global_step is n.

export interface LearningRateSettings {
  learningRate: number;
  learningRateSchedule: 'constant' | 'cosine';
  /** Updates before the full rate; 0 starts there. */
  warmupSteps: number;
  /** The run's last step; the cosine reaches zero after it. */
  lastStep: number;
}

/**
 * Learning rate of the update that makes `step`, 1..lastStep. As diffusers' get_constant_schedule_with_warmup and
 * get_cosine_schedule_with_warmup, whose k-th update, k = step - 1, has the factor k / warmup: with warm-up the first
 * update's rate is 0.
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
 * Decay of the averaged weights at the update that makes `step`: ema = decay ema + (1 - decay) weights, decay =
 * min(maxDecay, 1 - (1 + s)^(-3/4)), s = max(0, step - 1). diffusers' EMAModel with use_ema_warmup, power 3/4: the first
 * update copies the weights.
 */
export function emaDecayAt(step: number, maxDecay: number): number {
  const s = Math.max(0, step - 1);
  return Math.min(maxDecay, 1 - (1 + s) ** -0.75);
}
