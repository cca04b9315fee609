// From noise to picture, one denoising call at a time: DDIM (Song et al. 2020, eta 0) and DDPM (Ho et al.
// 2020), as diffusers' DDIMScheduler and DDPMScheduler with their defaults, and the solvers of ode-solver.ts.
// A stepper: the caller makes each prediction and hands it in. Not here: the denoiser.
import { STREAMS, normals } from '../random.ts';
import { CLEAN, type NoiseLevel, type NoiseLevels, type PredictionType } from './noise-levels.ts';
import { TIMESTEPS } from './noise-schedule.ts';
import { type SolverName, createSolver } from './ode-solver.ts';
import { cleanAndNoise } from './target.ts';
import { type TimestepSpacing, callTimesteps } from './call-timesteps.ts';

export type SamplerName = 'ddim' | 'ddpm' | SolverName;

export interface Sampler {
  /** Timestep of each denoising call, falling; whole numbers but of a flow. */
  readonly timesteps: readonly number[];
  /** Whether call `i` needs `stepNoise`: every call of DDPM but the last. */
  usesNoise(i: number): boolean;
  /** The clean samples that the network predicts in call `i`, clipped; arguments as for `step`. */
  clean(i: number, x: Float32Array, prediction: Float32Array): Float32Array<ArrayBuffer>;
  /**
   * The samples after call `i`, a new array. x: the samples before the call; prediction: the network's output
   * for x at timesteps[i]; noise: `stepNoise` where `usesNoise(i)`, else null. All have one length and one
   * layout, of the caller's choice. The calls of a set are made in order, from 0: solvers remember the calls
   * before, and forget them at call 0.
   */
  step(
    i: number,
    x: Float32Array,
    prediction: Float32Array,
    noise: Float32Array | null,
  ): Float32Array<ArrayBuffer>;
}

export interface SamplerOptions {
  levels: NoiseLevels;
  predictionType: PredictionType;
  sampler: SamplerName;
  spacing: TimestepSpacing;
  /** Denoising calls, 1..1000. */
  steps: number;
  /** False: the predicted x0 is not clipped to -1..1. */
  clip?: boolean;
}

/** x_{t-1} = clean x0 + noisy x_t + predictedNoise eps + freshNoise z; every call has its own factors. */
interface Factors {
  clean: number;
  noisy: number;
  predictedNoise: number;
  freshNoise: number;
}

/** DDIM eq. 12 with sigma 0. next: the level after the call. */
const ddimFactors = (_: NoiseLevel, next: NoiseLevel): Factors => ({
  clean: next.signal,
  noisy: 0,
  predictedNoise: next.sigma,
  freshNoise: 0,
});

/** DDPM eq. 7, variance `fixed_small` (beta-tilde). The levels before and after the call. */
function ddpmFactors({ alphaBar: level }: NoiseLevel, { alphaBar: next }: NoiseLevel): Factors {
  const alpha = level / next;
  return {
    clean: (Math.sqrt(next) * (1 - alpha)) / (1 - level),
    noisy: (Math.sqrt(alpha) * (1 - next)) / (1 - level),
    predictedNoise: 0,
    freshNoise: next === 1 ? 0 : Math.sqrt(Math.max(1e-20, ((1 - next) / (1 - level)) * (1 - alpha))),
  };
}

/**
 * Timestep that each call leads to; below 0: the clean picture. DDPMScheduler takes the timestep of the next
 * call. DDIMScheduler takes floor(1000 / steps) less, which is another timestep where the spacing is
 * `trailing` and 1000 is no multiple of `steps`.
 */
const previousOf = (sampler: 'ddim' | 'ddpm', timesteps: readonly number[]): number[] =>
  timesteps.map((timestep, i) =>
    sampler === 'ddim' ? timestep - Math.floor(TIMESTEPS / timesteps.length) : (timesteps[i + 1] ?? -1),
  );

/** A sampler with steps_offset 0 and set_alpha_to_one. */
export function createSampler(options: SamplerOptions): Sampler {
  const { levels, predictionType, sampler, steps } = options;
  const limit = options.clip === false ? Infinity : 1;
  const timesteps = callTimesteps(predictionType, options.spacing, steps);
  const before = timesteps.map(levels);
  const predicted = (i: number, x: number, prediction: number) => {
    const { clean, noise } = cleanAndNoise(predictionType, before[i] as NoiseLevel, x, prediction);
    return { clean: Math.min(limit, Math.max(-limit, clean)), noise };
  };
  const clean: Sampler['clean'] = (i, x, prediction) =>
    x.map((noisy, j) => predicted(i, noisy, prediction[j] as number).clean);
  if (sampler !== 'ddim' && sampler !== 'ddpm') {
    const solver = createSolver(sampler, [...before, CLEAN]);
    const step: Sampler['step'] = (i, x, prediction) => solver.step(i, x, clean(i, x, prediction));
    return { timesteps, usesNoise: () => false, clean, step };
  }
  const factorsOf = sampler === 'ddim' ? ddimFactors : ddpmFactors;
  const after = previousOf(sampler, timesteps).map((timestep) => (timestep < 0 ? CLEAN : levels(timestep)));
  return {
    timesteps,
    usesNoise: (i) => sampler === 'ddpm' && i < steps - 1,
    clean,
    step(i, x, prediction, noise) {
      const factors = factorsOf(before[i] as NoiseLevel, after[i] as NoiseLevel);
      return x.map((noisy, j) => {
        const implied = predicted(i, noisy, prediction[j] as number);
        return (
          factors.clean * implied.clean +
          factors.noisy * noisy +
          factors.predictedNoise * implied.noise +
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
