// Claims against diffusers' DPMSolverMultistep-, UniPCMultistep-, FlowMatchEulerDiscrete- and DDIMScheduler
// (test/fixtures/samplers.json): the same samples call by call, with the best denoiser of N(0.6, 0.4^2). And
// what no golden value shows: pure noise of a flow, the order of calls, the order of the methods.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CLEAN,
  type NoiseLevel,
  type PredictionType,
  noiseLevels,
} from '../../src/diffusion/noise-levels.ts';
import type { NoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { type SolverName, createSolver } from '../../src/diffusion/ode-solver.ts';
import { createSampler, initialNoise } from '../../src/diffusion/sampler.ts';

interface OfTable {
  sampler: 'ddim' | 'dpmpp_2m' | 'unipc';
  predictionType: 'epsilon' | 'v_prediction';
  schedule: NoiseSchedule;
  spacing: 'leading' | 'trailing' | 'linspace';
  clip: boolean;
  timesteps: number[];
  after: number[][];
}
interface OfFlow {
  sampler: SolverName;
  predictionType: 'flow_prediction';
  shift: number;
  sigmas: number[];
  after: number[][];
}
const { seed, sample, size, mean, deviation, trajectories } = JSON.parse(
  readFileSync(new URL('../fixtures/samplers.json', import.meta.url), 'utf8'),
) as {
  seed: number;
  sample: number;
  size: number;
  mean: number;
  deviation: number;
  trajectories: (OfTable | OfFlow)[];
};
const isOfTable = (one: OfTable | OfFlow): one is OfTable => one.predictionType !== 'flow_prediction';
const ofTable = trajectories.filter(isOfTable).map((one) => ({ ...one, calls: one.timesteps.length }));
const ofFlow = trajectories.filter((one): one is OfFlow => !isOfTable(one));

const FLOW = noiseLevels({ predictionType: 'flow_prediction', noiseSchedule: 'cosine' });
const SOLVERS = ['euler', 'dpmpp_2m', 'unipc'] as const;

/** E[x0 | x] and E[eps | x] at a level. */
function bestGuess({ signal, sigma }: NoiseLevel, x: number): { clean: number; noise: number } {
  const surprise = (x - signal * mean) / (signal ** 2 * deviation ** 2 + sigma ** 2);
  return { clean: mean + signal * deviation ** 2 * surprise, noise: sigma * surprise };
}

function prediction(predictionType: PredictionType, level: NoiseLevel, x: Float32Array): Float32Array {
  return x.map((value) => {
    const { clean, noise } = bestGuess(level, value);
    if (predictionType === 'epsilon') return noise;
    return predictionType === 'flow_prediction' ? noise - clean : level.signal * noise - level.sigma * clean;
  });
}

/** The samples after each call of a solver, with clean pictures of the best denoiser. */
function solved(name: SolverName, levels: NoiseLevel[], clip: boolean, length = size): Float32Array[] {
  const solver = createSolver(name, levels);
  let x: Float32Array = initialNoise(seed, sample, length);
  return levels.slice(0, -1).map((level, i) => {
    const clean = x.map((value) => bestGuess(level, value).clean);
    return (x = solver.step(i, x, clip ? clean.map((value) => Math.min(1, Math.max(-1, value))) : clean));
  });
}

function near(got: Float32Array, expected: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(expected.length);
  expected.forEach((value, j) => expect(Math.abs((got[j] as number) - value)).toBeLessThan(tolerance));
}

/** diffusers divides a float32 noise by signal = 4.9e-5 there, and is itself 1.8e-3 from the equation. */
const toleranceOf = ({ predictionType, schedule, timesteps }: OfTable): number =>
  predictionType === 'epsilon' && schedule === 'cosine' && timesteps[0] === 999 ? 2e-3 : 1e-4;

describe('solvers over the levels of a schedule', () => {
  it.each(ofTable.filter(({ sampler }) => sampler !== 'ddim'))(
    '$sampler, $predictionType, $schedule, $spacing, clip $clip, $calls calls',
    (one) => {
      const levels = [...one.timesteps.map(noiseLevels({ ...one, noiseSchedule: one.schedule })), CLEAN];
      const got = solved(one.sampler as SolverName, levels, one.clip);
      one.after.forEach((row, i) => near(got[i] as Float32Array, row, toleranceOf(one)));
    },
  );
});

describe('solvers over the levels of a flow', () => {
  it.each(ofFlow.map((one) => ({ ...one, calls: one.after.length })))(
    '$sampler, shift $shift, $calls calls',
    (one) => {
      const levels = one.sigmas.map((sigma) => FLOW(1000 * sigma));
      const got = solved(one.sampler, levels, false);
      one.after.forEach((row, i) => near(got[i] as Float32Array, row, 1e-4));
    },
  );
});

describe('samplers, with the timesteps that they choose themselves', () => {
  it.each(ofTable.filter(({ spacing }) => spacing === 'trailing'))(
    '$sampler, $predictionType, $schedule, clip $clip, $calls calls',
    (one) => {
      const levels = noiseLevels({ ...one, noiseSchedule: one.schedule });
      const sampler = createSampler({ ...one, levels, spacing: 'trailing', steps: one.calls });
      expect(sampler.timesteps).toEqual(one.timesteps);
      let x: Float32Array = initialNoise(seed, sample, size);
      one.after.forEach((row, i) => {
        const level = levels(one.timesteps[i] as number);
        x = sampler.step(i, x, prediction(one.predictionType, level, x), null);
        near(x, row, toleranceOf(one));
      });
    },
  );
});

describe('from the pure noise of a flow, where no picture is left', () => {
  /** `calls` calls from `first` to 0 in equal steps of sigma. */
  const levelsFrom = (first: number, calls: number): NoiseLevel[] =>
    Array.from({ length: calls + 1 }, (_, i) => FLOW((1000 * first * (calls - i)) / calls));

  it.each(SOLVERS)("%s draws nearly what it draws from UniPCMultistepScheduler's first sigma", (name) => {
    const got = solved(name, levelsFrom(1, 7), false).at(-1) as Float32Array;
    near(got, [...(solved(name, levelsFrom(1 - 1e-6, 7), false).at(-1) as Float32Array)], 1e-3);
  });

  it('the methods of second order come nearer to the exact solution, as their papers say', () => {
    // Along the ODE (x - signal mean) / deviation of x stays as it is, so the sample is mean + deviation x_T.
    const exact = initialNoise(seed, sample, 200).map((noise) => mean + deviation * noise);
    const errorOf = (name: SolverName, calls: number): number => {
      const drawn = solved(name, levelsFrom(1, calls), false, 200).at(-1) as Float32Array;
      return Math.sqrt(drawn.reduce((sum, value, k) => sum + (value - (exact[k] as number)) ** 2, 0) / 200);
    };
    for (const calls of [7, 20, 40]) {
      expect(errorOf('dpmpp_2m', calls)).toBeLessThan(errorOf('euler', calls) / 2);
      expect(errorOf('unipc', calls)).toBeLessThan(errorOf('dpmpp_2m', calls));
    }
    expect(errorOf('dpmpp_2m', 20)).toBeLessThan(errorOf('euler', 80));
  });
});

describe('the calls of a set', () => {
  const levels = [1000, 600, 300, 0].map(FLOW);
  const x = initialNoise(seed, sample, size);

  it('are made in order', () => {
    const solver = createSolver('unipc', levels);
    solver.step(0, x, x);
    expect(() => solver.step(2, x, x)).toThrow('call 2 of a solver that expects call 1');
    expect(() => createSolver('dpmpp_2m', levels).step(1, x, x)).toThrow(/expects call 0/);
  });

  it.each(SOLVERS)('of %s begin anew at call 0, and change nothing that they were given', (name) => {
    const solver = createSolver(name, levels);
    const draw = () => [0, 1, 2].reduce((now, i) => solver.step(i, now, now.map(Math.sin)), x);
    const first = draw();
    expect(draw()).toEqual(first);
    expect(x).toEqual(initialNoise(seed, sample, size));
  });
});
