// The timesteps of a sampler's denoising calls. Not here: the noise at a timestep (noise-levels.ts).
import type { PredictionType } from './noise-levels.ts';
import { TIMESTEPS } from './noise-schedule.ts';

/**
 * diffusers' `timestep_spacing`. `trailing` begins at the noisiest timestep, 999, and ends short of 0;
 * `leading` ends at 0 and begins short of 999: at 900 where there are 10 calls.
 */
export type TimestepSpacing = 'leading' | 'trailing';

/** A half goes to the even neighbour, as numpy rounds. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * Timesteps of `steps` calls, falling. As diffusers' `set_timesteps` with steps_offset 0: `leading` is
 * arange(0, steps) * floor(1000 / steps) from its end, `trailing` is
 * round(arange(1000, 0, -1000 / steps)) - 1. A flow has 1000 sigma with sigma from 1 in `steps` equal steps
 * to 0, as diffusers' FluxPipeline gives them, whatever the spacing.
 */
export function callTimesteps(
  predictionType: PredictionType,
  spacing: TimestepSpacing,
  steps: number,
): number[] {
  const indices = Array.from({ length: steps }, (_, i) => i);
  if (predictionType === 'flow_prediction') return indices.map((i) => (TIMESTEPS * (steps - i)) / steps);
  if (spacing === 'leading') return indices.map((i) => (steps - 1 - i) * Math.floor(TIMESTEPS / steps));
  // numpy's arange adds this difference of its first two values, which decides where a value is a half.
  const stride = TIMESTEPS - TIMESTEPS / steps - TIMESTEPS;
  return indices.map((i) => roundHalfToEven(TIMESTEPS + i * stride) - 1);
}
