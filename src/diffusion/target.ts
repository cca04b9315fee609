// A denoiser's input, its target and the weight of its error, as plain numbers for any denoiser. Not here:
// the denoiser, the optimizer, drawing the noise (engine/, from random.ts).
//
// Symbols: x0 picture, eps noise, x_t = signal x0 + sigma eps (levels at the picture's timestep),
//          v = signal eps - sigma x0, flow = eps - x0.
import type { NoiseLevel, NoiseLevels, PredictionType } from './noise-levels.ts';

/** Factors of x0 and eps in the target: eps (Ho et al.), v (diffusers' `get_velocity`), or the flow. */
function targetFactors(predictionType: PredictionType, { signal, sigma }: NoiseLevel): [number, number] {
  switch (predictionType) {
    case 'epsilon':
      return [0, 1];
    case 'v_prediction':
      return [-sigma, signal];
    case 'flow_prediction':
      return [-1, 1];
  }
}

/**
 * Factors that mix input and target from picture and noise, [B, 4] flat: input = m0 x0 + m1 eps is x_t (DDPM
 * eq. 4; diffusers' `add_noise`), target = m2 x0 + m3 eps. timesteps [B], in the range of `levels`.
 */
export function mixtureOf(
  predictionType: PredictionType,
  levels: NoiseLevels,
  timesteps: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const mixture = new Float32Array(timesteps.length * 4);
  for (let picture = 0; picture < timesteps.length; picture++) {
    const level = levels(timesteps[picture] as number);
    mixture.set([level.signal, level.sigma, ...targetFactors(predictionType, level)], picture * 4);
  }
  return mixture;
}

/**
 * Weight of each picture's mean squared error, [B]. Min-SNR (Hang et al. 2023): with snr = abar / (1 - abar),
 * min(snr, gamma) / snr for epsilon and min(snr, gamma) / (snr + 1) for v. With gamma 0, and of a flow, every
 * weight is 1.
 */
export function lossWeights(
  predictionType: PredictionType,
  levels: NoiseLevels,
  timesteps: ArrayLike<number>,
  gamma: number,
): Float32Array<ArrayBuffer> {
  return Float32Array.from(timesteps, (t) => {
    if (gamma === 0 || predictionType === 'flow_prediction') return 1;
    const { alphaBar } = levels(t);
    const snr = alphaBar / (1 - alphaBar);
    return Math.min(snr, gamma) / (predictionType === 'epsilon' ? snr : snr + 1);
  });
}

/** x0 and eps as a prediction for one value of x_t implies. DDPM eq. 15; Salimans & Ho 2022, appendix D. */
export function cleanAndNoise(
  predictionType: PredictionType,
  { signal, sigma }: NoiseLevel,
  noisy: number, // x_t
  prediction: number,
): { clean: number; noise: number } {
  switch (predictionType) {
    case 'epsilon':
      return { clean: (noisy - sigma * prediction) / signal, noise: prediction };
    case 'v_prediction':
      return { clean: signal * noisy - sigma * prediction, noise: signal * prediction + sigma * noisy };
    case 'flow_prediction':
      return { clean: noisy - sigma * prediction, noise: noisy + signal * prediction };
  }
}
