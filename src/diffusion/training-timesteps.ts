// The timesteps of the pictures of a training step. Not here: the noise at a timestep (noise-levels.ts), a
// sampler's timesteps (call-timesteps.ts).
import { STREAMS, normals, uniformBelow, uniforms } from '../random.ts';
import type { PredictionType } from './noise-levels.ts';
import { TIMESTEPS } from './noise-schedule.ts';

/** How often a flow learns each sigma: all alike, or as sigmoid(z) of a normal z (Esser et al. 2024). */
export type TimestepDensity = 'uniform' | 'logit_normal';

/** Least sigma that a flow learns: the last of FlowMatchEulerDiscreteScheduler's thousand. */
const LEAST_SIGMA = 1e-3;

/**
 * Timestep of each picture of training step `step`, [count]: whole numbers 0..999, all alike; of a flow
 * 1000 sigma in 1..1000 by the density.
 */
export function trainingTimesteps(
  { predictionType, timestepDensity }: { predictionType: PredictionType; timestepDensity: TimestepDensity },
  seed: number,
  step: number,
  count: number,
): Float32Array<ArrayBuffer> {
  const stream = STREAMS.timesteps;
  if (predictionType !== 'flow_prediction')
    return Float32Array.from(uniformBelow(seed, step, stream, TIMESTEPS, count));
  const sigmas =
    timestepDensity === 'uniform'
      ? uniforms(seed, step, stream, count)
      : Float64Array.from(normals(seed, step, stream, count), (z) => 1 / (1 + Math.exp(-z)));
  return Float32Array.from(sigmas, (sigma) => TIMESTEPS * Math.max(LEAST_SIGMA, sigma));
}
