// The signal that is left at each timestep: the linear schedule of DDPM (Ho et al. 2020) and the cosine
// schedule of Nichol & Dhariwal 2021 (eq. 17). Pure float64 numbers, one table for training and samplers.

/** Number of timesteps: every model here is trained on timesteps 0..999. */
export const TIMESTEPS = 1000;

export type NoiseSchedule = 'linear' | 'cosine';

/** beta_t, index 0..steps-1, evenly spaced. As diffusers' `linear`. */
function linearBetas(steps: number = TIMESTEPS, first = 1e-4, last = 0.02): Float64Array {
  return Float64Array.from({ length: steps }, (_, t) => first + ((last - first) * t) / (steps - 1));
}

/** beta_t, index 0..steps-1. As diffusers' `squaredcos_cap_v2`. */
function cosineBetas(steps: number = TIMESTEPS, maxBeta = 0.999): Float64Array {
  const signal = (t: number) => Math.cos(((t / steps + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  return Float64Array.from({ length: steps }, (_, t) => Math.min(1 - signal(t + 1) / signal(t), maxBeta));
}

/** Cumulative signal level alpha-bar_t = prod_{s <= t} (1 - beta_s), each in (0, 1), falling. */
function alphaBarOf(betas: Float64Array): Float64Array {
  let product = 1;
  return betas.map((beta) => (product *= 1 - beta));
}

/** alpha-bar of a schedule by name, index 0..TIMESTEPS - 1. */
export function alphaBar(schedule: NoiseSchedule): Float64Array {
  return alphaBarOf(schedule === 'linear' ? linearBetas() : cosineBetas());
}
