// The spacing of denoising calls that a run's settings come to. Not here: the timesteps themselves
// (diffusion/call-timesteps.ts).
import { isSpaced, samplerOf } from './samplers.ts';
import type { Settings } from './settings.ts';

/** From so many denoising calls on, `leading` begins near enough to the noisiest timestep (at 980 of 999). */
const LEADING_FROM = 50;

/**
 * The spacing as set; `auto` is `trailing` below 50 calls, else `leading`, which is diffusers' default.
 * Always `trailing` where the sampler has no other.
 */
export function timestepSpacingOf(
  settings: Pick<Settings, 'timestepSpacing' | 'sampleSteps' | 'sampler' | 'predictionType'>,
): 'leading' | 'trailing' {
  const { timestepSpacing, sampleSteps } = settings;
  if (!isSpaced(samplerOf(settings))) return 'trailing';
  if (timestepSpacing !== 'auto') return timestepSpacing;
  return sampleSteps < LEADING_FROM ? 'trailing' : 'leading';
}
