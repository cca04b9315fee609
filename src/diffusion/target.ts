// A denoiser's input, its target and the weight of its error, as plain numbers for any denoiser. Not here:
// the denoiser, the optimizer, drawing the noise (engine/, from random.ts).
//
// Symbols: x0 picture, eps noise, abar = alpha-bar at the picture's timestep,
//          x_t = sqrt(abar) x0 + sqrt(1 - abar) eps, v = sqrt(abar) eps - sqrt(1 - abar) x0.

/** What the network predicts: the noise (Ho et al. 2020) or v (Salimans & Ho 2022). */
export type PredictionType = 'epsilon' | 'v_prediction';

/**
 * Factors that mix input and target from picture and noise, [B, 4] flat: input = m0 x0 + m1 eps is x_t (DDPM
 * eq. 4; diffusers' `add_noise`), target = m2 x0 + m3 eps is eps or v (diffusers' `get_velocity`). timesteps
 * [B], whole numbers below alphaBar.length.
 */
export function mixtureOf(
  predictionType: PredictionType,
  alphaBar: Float64Array,
  timesteps: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const mixture = new Float32Array(timesteps.length * 4);
  for (let picture = 0; picture < timesteps.length; picture++) {
    const level = alphaBar[timesteps[picture] as number] as number;
    const [signal, sigma] = [Math.sqrt(level), Math.sqrt(1 - level)];
    const target = predictionType === 'epsilon' ? [0, 1] : [-sigma, signal];
    mixture.set([signal, sigma, ...target], picture * 4);
  }
  return mixture;
}

/**
 * Weight of each picture's mean squared error, [B]. Min-SNR (Hang et al. 2023): with snr = abar / (1 - abar),
 * min(snr, gamma) / snr for epsilon and min(snr, gamma) / (snr + 1) for v. With gamma 0 every weight is 1.
 */
export function lossWeights(
  predictionType: PredictionType,
  alphaBar: Float64Array,
  timesteps: ArrayLike<number>,
  gamma: number,
): Float32Array<ArrayBuffer> {
  return Float32Array.from(timesteps, (t) => {
    if (gamma === 0) return 1;
    const level = alphaBar[t] as number;
    const snr = level / (1 - level);
    return Math.min(snr, gamma) / (predictionType === 'epsilon' ? snr : snr + 1);
  });
}

/** x0 and eps as a prediction for one value of x_t implies. DDPM eq. 15; Salimans & Ho 2022, appendix D. */
export function cleanAndNoise(
  predictionType: PredictionType,
  level: number, // abar
  noisy: number, // x_t
  prediction: number,
): { clean: number; noise: number } {
  const signal = Math.sqrt(level);
  const sigma = Math.sqrt(1 - level);
  return predictionType === 'epsilon'
    ? { clean: (noisy - sigma * prediction) / signal, noise: prediction }
    : { clean: signal * noisy - sigma * prediction, noise: signal * prediction + sigma * noisy };
}
