// From noise to picture, one denoising call at a time: DDIM (Song et al. 2020, eta 0) and DDPM (Ho et al.
// 2020), as diffusers' DDIMScheduler and DDPMScheduler with their defaults. A stepper: the caller makes each
// prediction and hands it in. Not here: the denoiser.
import { STREAMS, normals } from '../random.ts';
import { TIMESTEPS } from './noise-schedule.ts';
import { type PredictionType, cleanAndNoise } from './target.ts';

export type SamplerName = 'ddim' | 'ddpm';

/**
 * diffusers' `timestep_spacing`. `trailing` begins at the noisiest timestep, 999, and ends short of 0;
 * `leading` ends at 0 and begins short of 999: at 900 where there are 10 calls.
 */
export type TimestepSpacing = 'leading' | 'trailing';

export interface Sampler {
  /** Timestep of each denoising call, falling. */
  readonly timesteps: readonly number[];
  /** Whether call `i` needs `stepNoise`: every call of DDPM but the last. */
  usesNoise(i: number): boolean;
  /** The clean samples that the network predicts in call `i`, clipped; arguments as for `step`. */
  clean(i: number, x: Float32Array, prediction: Float32Array): Float32Array<ArrayBuffer>;
  /**
   * The samples after call `i`, a new array. x: the samples before the call; prediction: the network's output
   * for x at timesteps[i]; noise: `stepNoise` where `usesNoise(i)`, else null. All have one length and one
   * layout, of the caller's choice.
   */
  step(
    i: number,
    x: Float32Array,
    prediction: Float32Array,
    noise: Float32Array | null,
  ): Float32Array<ArrayBuffer>;
}

/** x_{t-1} = clean x0 + noisy x_t + predictedNoise eps + freshNoise z; every call has its own factors. */
interface Factors {
  clean: number;
  noisy: number;
  predictedNoise: number;
  freshNoise: number;
}

/** DDIM eq. 12 with sigma 0. next: alpha-bar after the call. */
const ddimFactors = (_level: number, next: number): Factors => ({
  clean: Math.sqrt(next),
  noisy: 0,
  predictedNoise: Math.sqrt(1 - next),
  freshNoise: 0,
});

/** DDPM eq. 7, variance `fixed_small` (beta-tilde). level, next: alpha-bar before and after the call. */
function ddpmFactors(level: number, next: number): Factors {
  const alpha = level / next;
  return {
    clean: (Math.sqrt(next) * (1 - alpha)) / (1 - level),
    noisy: (Math.sqrt(alpha) * (1 - next)) / (1 - level),
    predictedNoise: 0,
    freshNoise: next === 1 ? 0 : Math.sqrt(Math.max(1e-20, ((1 - next) / (1 - level)) * (1 - alpha))),
  };
}

/** A half goes to the even neighbour, as numpy rounds. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * Timesteps of `steps` calls as diffusers' `set_timesteps` with steps_offset 0: `leading` is
 * arange(0, steps) * floor(1000 / steps) from its end, `trailing` is
 * round(arange(1000, 0, -1000 / steps)) - 1.
 */
function timestepsOf(spacing: TimestepSpacing, steps: number): number[] {
  const indices = Array.from({ length: steps }, (_, i) => i);
  if (spacing === 'leading') return indices.map((i) => (steps - 1 - i) * Math.floor(TIMESTEPS / steps));
  // numpy's arange adds this difference of its first two values, which decides where a value is a half.
  const stride = TIMESTEPS - TIMESTEPS / steps - TIMESTEPS;
  return indices.map((i) => roundHalfToEven(TIMESTEPS + i * stride) - 1);
}

/**
 * Timestep that each call leads to; below 0: the clean picture. DDPMScheduler takes the timestep of the next
 * call. DDIMScheduler takes floor(1000 / steps) less, which is another timestep where the spacing is
 * `trailing` and 1000 is no multiple of `steps`.
 */
const previousOf = (sampler: SamplerName, timesteps: readonly number[]): number[] =>
  timesteps.map((timestep, i) =>
    sampler === 'ddim' ? timestep - Math.floor(TIMESTEPS / timesteps.length) : (timesteps[i + 1] ?? -1),
  );

/**
 * A sampler of `steps` calls, 1..1000: steps_offset 0, set_alpha_to_one. The predicted x0 is clipped to -1..1
 * unless `clip` is false. alphaBar: a table of noise-schedule.ts.
 */
export function createSampler(options: {
  alphaBar: Float64Array;
  predictionType: PredictionType;
  sampler: SamplerName;
  spacing: TimestepSpacing;
  steps: number;
  clip?: boolean;
}): Sampler {
  const { alphaBar, predictionType, steps } = options;
  const limit = options.clip === false ? Infinity : 1;
  const factorsOf = options.sampler === 'ddim' ? ddimFactors : ddpmFactors;
  const timesteps = timestepsOf(options.spacing, steps);
  const previous = previousOf(options.sampler, timesteps);
  const levelOf = (i: number): number => alphaBar[timesteps[i] as number] as number;
  const clipped = (clean: number): number => Math.min(limit, Math.max(-limit, clean));
  return {
    timesteps,
    usesNoise: (i) => options.sampler === 'ddpm' && i < steps - 1,
    clean(i, x, prediction) {
      const level = levelOf(i);
      return x.map((noisy, j) =>
        clipped(cleanAndNoise(predictionType, level, noisy, prediction[j] as number).clean),
      );
    },
    step(i, x, prediction, noise) {
      const level = levelOf(i);
      const next = alphaBar[previous[i] as number] ?? 1;
      const factors = factorsOf(level, next);
      return x.map((noisy, j) => {
        const predicted = cleanAndNoise(predictionType, level, noisy, prediction[j] as number);
        return (
          factors.clean * clipped(predicted.clean) +
          factors.noisy * noisy +
          factors.predictedNoise * predicted.noise +
          (noise ? factors.freshNoise * (noise[j] as number) : 0)
        );
      });
    },
  };
}

/** x_T of sample number `sample`, the same in every batch. Standard normal, [size]. */
export const initialNoise = (seed: number, sample: number, size: number): Float32Array<ArrayBuffer> =>
  normals(seed, sample, STREAMS.samples, size);

/** z of call `i` for sample number `sample`, standard normal, [size]. (i + 2) * size must be below 2^32. */
export const stepNoise = (seed: number, sample: number, size: number, i: number): Float32Array<ArrayBuffer> =>
  normals(seed, sample, STREAMS.samples, size, (i + 1) * size);
