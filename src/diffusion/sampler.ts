// From noise to picture, one denoising call at a time: DDIM (Song et al. 2020, eta 0) and DDPM (Ho et al. 2020), as
// diffusers' DDIMScheduler and DDPMScheduler with their defaults. A plain stepper: the caller makes the predictions
// when it likes. Not here: the denoiser.
import { STREAMS, normals } from '../random.ts';
import { TIMESTEPS } from './noise-schedule.ts';
import { type PredictionType, cleanAndNoise } from './target.ts';

export type SamplerName = 'ddim' | 'ddpm';

export interface Sampler {
  /** Timestep of each denoising call, falling to 0. */
  readonly timesteps: readonly number[];
  /** Does call `i` need `stepNoise`? DDPM, but for its last call. */
  usesNoise(i: number): boolean;
  /**
   * The samples after call `i`, a new array. x: the samples before it; prediction: the network's answer for x at
   * timesteps[i]; noise: `stepNoise` where `usesNoise(i)`, else null. All of one length, layout as you like.
   */
  step(
    i: number,
    x: Float32Array,
    prediction: Float32Array,
    noise: Float32Array | null,
  ): Float32Array<ArrayBuffer>;
}

/** x_{t-1} = clean x0 + noisy x_t + predicted eps + fresh noise, each factor a number of one call. */
interface Factors {
  clean: number;
  noisy: number;
  predictedNoise: number;
  freshNoise: number;
}

/** DDIM eq. 12 with sigma 0. Level: alpha-bar now; next: alpha-bar after the call. */
const ddimFactors = (_level: number, next: number): Factors => ({
  clean: Math.sqrt(next),
  noisy: 0,
  predictedNoise: Math.sqrt(1 - next),
  freshNoise: 0,
});

/** DDPM eq. 7, variance `fixed_small`: beta-tilde. */
function ddpmFactors(level: number, next: number): Factors {
  const alpha = level / next;
  return {
    clean: (Math.sqrt(next) * (1 - alpha)) / (1 - level),
    noisy: (Math.sqrt(alpha) * (1 - next)) / (1 - level),
    predictedNoise: 0,
    freshNoise: next === 1 ? 0 : Math.sqrt(Math.max(1e-20, ((1 - next) / (1 - level)) * (1 - alpha))),
  };
}

/**
 * A sampler of `steps` calls, 1..1000: timestep_spacing `leading`, steps_offset 0, set_alpha_to_one, predicted x0
 * clipped to -1..1 unless `clip` is false. alphaBar: noise-schedule.ts.
 */
export function createSampler(options: {
  alphaBar: Float64Array;
  predictionType: PredictionType;
  sampler: SamplerName;
  steps: number;
  clip?: boolean;
}): Sampler {
  const { alphaBar, predictionType, steps } = options;
  const limit = options.clip === false ? Infinity : 1;
  const factorsOf = options.sampler === 'ddim' ? ddimFactors : ddpmFactors;
  const stride = Math.floor(TIMESTEPS / steps);
  const timesteps = Array.from({ length: steps }, (_, i) => (steps - 1 - i) * stride);
  return {
    timesteps,
    usesNoise: (i) => options.sampler === 'ddpm' && i < steps - 1,
    step(i, x, prediction, noise) {
      const level = alphaBar[timesteps[i] as number] as number;
      const next = i + 1 < steps ? (alphaBar[timesteps[i + 1] as number] as number) : 1;
      const factors = factorsOf(level, next);
      return x.map((noisy, j) => {
        const predicted = cleanAndNoise(predictionType, level, noisy, prediction[j] as number);
        const clean = Math.min(limit, Math.max(-limit, predicted.clean));
        return (
          factors.clean * clean +
          factors.noisy * noisy +
          factors.predictedNoise * predicted.noise +
          (noise ? factors.freshNoise * (noise[j] as number) : 0)
        );
      });
    },
  };
}

/** x_T of sample number `sample`: the same whatever batch it is drawn in. Standard normal, [size]. */
export const initialNoise = (seed: number, sample: number, size: number): Float32Array<ArrayBuffer> =>
  normals(seed, sample, STREAMS.samples, size);

/** The fresh noise of call `i` for sample number `sample`, standard normal, [size]. (i + 2) * size stays below 2^32. */
export const stepNoise = (seed: number, sample: number, size: number, i: number): Float32Array<ArrayBuffer> =>
  normals(seed, sample, STREAMS.samples, size, (i + 1) * size);
