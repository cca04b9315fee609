// How much picture and how much noise an input has at each timestep. Training and every sampler read the same
// levels. Not here: the schedules' numbers (noise-schedule.ts), what the network makes of it (target.ts).
import { type NoiseSchedule, TIMESTEPS, alphaBar } from './noise-schedule.ts';

/**
 * What the network predicts: the noise (Ho et al. 2020), v (Salimans & Ho 2022), or the straight way from
 * picture to noise (flow matching, Lipman et al. 2022; rectified flow, Liu et al. 2022).
 */
export type PredictionType = 'epsilon' | 'v_prediction' | 'flow_prediction';

/** An input is signal x0 + sigma eps, with picture x0 and standard normal noise eps. */
export interface NoiseLevel {
  readonly signal: number;
  readonly sigma: number;
  /** signal squared: abar in DDPM's notation. */
  readonly alphaBar: number;
}

/** The level at a timestep: a whole number 0..999 of a noise schedule, any number 0..1000 of a flow. */
export type NoiseLevels = (timestep: number) => NoiseLevel;

/** The finished picture. */
export const CLEAN: NoiseLevel = { signal: 1, sigma: 0, alphaBar: 1 };

/**
 * The levels that a model learnt with. Noise and v: sqrt(abar) and sqrt(1 - abar) of the schedule's table
 * (DDPM eq. 4). Flow: 1 - sigma and sigma with sigma = timestep / 1000 (diffusers'
 * FlowMatchEulerDiscreteScheduler with shift 1), whatever the schedule.
 */
export function noiseLevels({
  predictionType,
  noiseSchedule,
}: {
  predictionType: PredictionType;
  noiseSchedule: NoiseSchedule;
}): NoiseLevels {
  if (predictionType === 'flow_prediction') return (timestep) => straight(timestep / TIMESTEPS);
  const table = alphaBar(noiseSchedule);
  return (timestep) => {
    const level = table[timestep] as number;
    return { signal: Math.sqrt(level), sigma: Math.sqrt(1 - level), alphaBar: level };
  };
}

const straight = (sigma: number): NoiseLevel => ({
  signal: 1 - sigma,
  sigma,
  alphaBar: (1 - sigma) ** 2,
});
