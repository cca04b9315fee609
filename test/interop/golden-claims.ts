// What a golden case claims of an executor: forward pass, gradients, twenty steps of training, samples. Eager
// and plan must meet the same claims. Not here: the cases (golden-case.ts), where executors come from
// (golden-*.test.ts).
import { afterAll, describe, expect, it } from 'vitest';
import { noiseLevels, type PredictionType } from '../../src/diffusion/noise-levels.ts';
import { type NoiseSchedule, TIMESTEPS } from '../../src/diffusion/noise-schedule.ts';
import { createSampler, initialNoise, type SamplerName, stepNoise } from '../../src/diffusion/sampler.ts';
import { lossWeights, mixtureOf } from '../../src/diffusion/target.ts';
import { emaDecayAt, learningRateAt } from '../../src/diffusion/training-schedules.ts';
import type { Executor, GivenBatch, NoisedBatch, StepSettings } from '../../src/engine/executor.ts';
import { sizeOf } from '../../src/engine/layout.ts';
import { normals, STREAMS, uniformBelow, uniforms } from '../../src/random.ts';
import {
  type GoldenCase,
  largest,
  largestDifference,
  relativeDifference,
  relativeDistance,
  toChannelsLast,
} from './golden-case.ts';
import type { InputArray } from '../../src/engine/inputs.ts';

/**
 * Largest |ours - PyTorch's| allowed. Predictions and samples: relative to the largest magnitude in the
 * tensor. Gradients: to that, or to a thousandth of the largest in all gradients. Losses and norms: to the
 * value itself. Trained and EMA weights: the L2 norm of the difference relative to the L2 norm of the tensor.
 * Where a gradient is nearly zero AdamW steps by its sign alone, and single weights of some seeds differ by
 * 6e-4.
 */
export const TOLERANCE = {
  forward: 1e-4,
  gradients: 1e-3,
  losses: 1e-3,
  norms: 1e-3,
  weights: 1e-3,
  samples: 1e-4,
} as const;

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const NOISE_SCHEDULES = { linear: 'linear', squaredcos_cap_v2: 'cosine' } as const satisfies Record<
  string,
  NoiseSchedule
>;

const SAMPLINGS = (['ddim', 'ddpm'] as const).flatMap((sampler) =>
  (['linear', 'squaredcos_cap_v2'] as const).flatMap((schedule) =>
    (['epsilon', 'v_prediction'] as const).map((prediction) => ({ sampler, schedule, prediction })),
  ),
);

/**
 * The samplers are compared on trajectories of their own (test/diffusion): here each case draws with one of
 * the eight, case after case, so that between them the cases draw with all; each with all in the sweep.
 */
export const oneSampling = (turn: number): typeof SAMPLINGS =>
  import.meta.env['VITE_KERNEL_SWEEP']
    ? SAMPLINGS
    : SAMPLINGS.filter((_, i) => i === turn % SAMPLINGS.length);

/** Eager trains every fourth case in `npm test`, the others at length: the plan trains all. */
export const trainsAtOnce = (turn: number): boolean => turn % 4 === 0;

/** What is claimed of a case: of one pass forward and back, of 20 steps, of the samples of each of these. */
interface Claimed {
  onePass: boolean;
  training: boolean;
  samplings: typeof SAMPLINGS;
}

const EVERYTHING: Claimed = { onePass: true, training: true, samplings: SAMPLINGS };

/** The claims of one case. An error of `open` fails each of these tests, not the whole file. */
export function describeGolden(
  golden: GoldenCase,
  open: () => Promise<Executor>,
  { onePass: claimsOnePass, training, samplings }: Claimed = EVERYTHING,
): void {
  describe(`${golden.name} (${golden.madeBy})`, () => {
    let opened: Promise<Executor> | undefined;
    const prepared = async () => {
      const made = await open();
      await made.prepare();
      return made;
    };
    const executor = () => (opened ??= prepared());
    const told: Record<string, number> = {};
    const claim = (what: keyof typeof TOLERANCE, error: number, where = '') => {
      told[what] = Math.max(told[what] ?? 0, error);
      expect(error, `${what} ${where}`).toBeLessThan(TOLERANCE[what]);
    };
    afterAll(async () => {
      const figures = Object.entries(told).map(([what, error]) => `${what} ${error.toExponential(1)}`);
      console.log(`${golden.name}: largest differences: ${figures.join(', ')}`);
      await opened?.then(
        (made) => made.dispose(),
        () => undefined,
      );
    });

    if (claimsOnePass) {
      it('predicts what diffusers predicts', async () => {
        claim('forward', await forwardError(await executor(), golden));
      });
      it('has PyTorch`s loss and every gradient', async () => {
        const { loss, gradients, worst } = await gradientErrors(await executor(), golden);
        claim('losses', loss);
        claim('gradients', gradients, `of ${worst}`);
      });
    }
    if (training)
      it(`has PyTorch\`s losses, norms, weights and EMA weights over ${golden.losses.length} steps`, async () => {
        const errors = await trainingErrors(await executor(), golden);
        claim('losses', errors.losses);
        claim('norms', errors.norms);
        claim('weights', errors.weights, `of ${errors.worst}`);
      });
    it.each(samplings)('draws diffusers` samples: $sampler, $schedule, $prediction', async (sampling) => {
      claim('samples', await samplingError(await executor(), golden, sampling));
    });
  });
}

/** The case's state before the first step. */
function begin(executor: Executor, golden: GoldenCase): void {
  const weights = golden.group('weights');
  const zeros = () => weights.map(({ length }) => new Float32Array(length));
  executor.setState({ weights, ema: golden.group('weights'), expAvg: zeros(), expAvgSq: zeros() });
}

/** Largest error of the prediction. */
export async function forwardError(executor: Executor, golden: GoldenCase): Promise<number> {
  begin(executor, golden);
  const held = executor.hold('raw');
  const prediction = await executor.predict(held, onePass(golden).inputs);
  held.release();
  return relativeDifference(prediction, toChannelsLast(golden.tensor('prediction')));
}

const timestepOf = ({ shape: [batch] }: GoldenCase, data: Float32Array): InputArray => ({
  data,
  shape: [batch],
});

function onePass(golden: GoldenCase): GivenBatch {
  return {
    inputs: {
      sample: { data: toChannelsLast(golden.tensor('input')), shape: golden.shape },
      timestep: timestepOf(golden, golden.tensor('timesteps').data),
      ...golden.conditions,
    },
    target: toChannelsLast(golden.tensor('target')),
    sampleWeights: golden.tensor('sample_weights').data,
  };
}

/** Errors of one batch's loss and of the gradients, and the parameter whose gradient is worst. */
async function gradientErrors(
  executor: Executor,
  golden: GoldenCase,
): Promise<{ loss: number; gradients: number; worst: string }> {
  begin(executor, golden);
  const still: StepSettings = {
    ...ADAM,
    optimizerStep: 1,
    learningRate: 0,
    weightDecay: 0,
    gradientClip: 0,
    emaDecay: 0,
  };
  const stats = await executor.step([onePass(golden)], still);
  expect(stats.applied).toBe(true);
  const wanted = golden.group('gradients');
  const floor = Math.max(...wanted.map(largest)) / 1000;
  // No executor shows its gradients: after one update from zero the first moment is (1 - beta1) times the
  // gradient.
  const { expAvg } = await executor.snapshot();
  const errors = expAvg.map((moment, i) => {
    const gradient = moment.map((value) => value / (1 - ADAM.beta1));
    return largestDifference(gradient, wanted[i]!) / Math.max(largest(wanted[i]!), floor);
  });
  return {
    loss: Math.max(
      relativeDifference([stats.loss], golden.tensor('loss').data),
      relativeDifference(stats.perSample, golden.tensor('per_sample').data),
    ),
    ...worstOf(golden, errors),
  };
}

function worstOf(golden: GoldenCase, errors: number[]): { gradients: number; worst: string } {
  const gradients = Math.max(...errors); // NaN where one is
  return { gradients, worst: golden.parameters[errors.indexOf(gradients)]?.name ?? 'none' };
}

/**
 * The batch of step 0.., as the trainer makes it: pictures and timesteps follow from the seed, the executor
 * draws the noise.
 */
function batchOf(golden: GoldenCase, step: number): NoisedBatch {
  const { seed, shape, training } = golden;
  const levels = noiseLevels({
    predictionType: training.prediction_type,
    noiseSchedule: NOISE_SCHEDULES[training.beta_schedule],
  });
  const timesteps = uniformBelow(seed, step, STREAMS.timesteps, TIMESTEPS, shape[0]);
  const size = shape.reduce((product, edge) => product * edge, 1);
  return {
    inputs: {
      timestep: timestepOf(golden, Float32Array.from(timesteps)),
      ...conditionsOf(golden, step, size),
    },
    pictures: { data: uniforms(seed, step, STREAMS.drawing, size).map((u) => 2 * u - 1), shape },
    mixture: mixtureOf(training.prediction_type, levels, timesteps),
    noise: { seed, step, stream: STREAMS.noise, first: 0 },
    sampleWeights: lossWeights(training.prediction_type, levels, timesteps, training.min_snr_gamma),
  };
}

/**
 * Classes and texts of step 0..: from the same words as the pictures, `size` of them, beyond these. Whole
 * numbers where the network looks up or embeds them, else normals.
 */
function conditionsOf({ seed, conditions, model }: GoldenCase, step: number, size: number) {
  const { config, textEncoder } = model();
  const classes = config.classEmbedding;
  const below: Record<string, number | undefined> = {
    input_ids: textEncoder?.vocabSize,
    class_labels: { table: classes?.type === 'table' ? classes.count : 0, timestep: TIMESTEPS }[
      classes?.type as string
    ],
  };
  return Object.fromEntries(
    Object.entries(conditions).map(([name, { shape }]): [string, InputArray] => {
      const [first, count] = [name === 'class_labels' ? size : 2 * size, sizeOf(shape)];
      const most = below[name];
      const data = most
        ? Float32Array.from(uniformBelow(seed, step, STREAMS.drawing, most, count, first))
        : normals(seed, step, STREAMS.drawing, count, first);
      return [name, { data, shape }];
    }),
  );
}

/** Settings of update `step`, 1.., by our own schedules, which must equal diffusers'. */
function settingsOf(golden: GoldenCase, step: number): StepSettings {
  const { training, learningRates, emaDecays, losses } = golden;
  const learningRate = learningRateAt(step, {
    learningRate: training.learning_rate,
    learningRateSchedule: training.learning_rate_schedule,
    warmupSteps: training.warmup_steps,
    lastStep: losses.length,
  });
  const emaDecay = emaDecayAt(step, training.ema_max_decay);
  expect(learningRate).toBeCloseTo(learningRates[step - 1]!, 12);
  expect(emaDecay).toBeCloseTo(emaDecays[step - 1]!, 12);
  return {
    ...ADAM,
    optimizerStep: step,
    learningRate,
    weightDecay: training.weight_decay,
    gradientClip: training.gradient_clip,
    emaDecay,
  };
}

interface TrainingErrors {
  losses: number;
  norms: number;
  /** Largest error of trained and EMA weights. */
  weights: number;
  worst: string;
}

/** Trains all the case's steps. */
export async function trainingErrors(executor: Executor, golden: GoldenCase): Promise<TrainingErrors> {
  begin(executor, golden);
  const errors: TrainingErrors = { losses: 0, norms: 0, weights: 0, worst: 'none' };
  for (const [i, loss] of golden.losses.entries()) {
    const stats = await executor.step([batchOf(golden, i)], settingsOf(golden, i + 1));
    expect(stats.applied).toBe(true);
    errors.losses = Math.max(errors.losses, relativeDifference([stats.loss], [loss]));
    errors.norms = Math.max(
      errors.norms,
      relativeDifference([stats.gradientNorm], [golden.gradientNorms[i]!]),
    );
  }
  const state = await executor.snapshot();
  for (const [got, wanted] of [
    [state.weights, golden.group('final')],
    [state.ema, golden.group('ema')],
  ] as const) {
    golden.parameters.forEach(({ name }, i) => {
      if (golden.adrift.includes(name)) return;
      const error = relativeDistance(got[i]!, wanted[i]!);
      if (error > errors.weights) errors.worst = name;
      errors.weights = Math.max(errors.weights, error); // NaN stays
    });
  }
  return errors;
}

/** Largest error of the samples that the first weights draw. */
async function samplingError(
  executor: Executor,
  golden: GoldenCase,
  { sampler: name, schedule, prediction }: (typeof SAMPLINGS)[number],
): Promise<number> {
  begin(executor, golden);
  const held = executor.hold('raw');
  const samples = await drawn(golden, name, NOISE_SCHEDULES[schedule], prediction, (x, t) =>
    executor.predict(held, {
      sample: { data: x, shape: golden.shape },
      timestep: timestepOf(golden, new Float32Array(golden.shape[0]).fill(t)),
      ...golden.conditions,
    }),
  );
  held.release();
  const wanted = golden.tensor(`samples.${name}.${schedule}.${prediction}`);
  return relativeDifference(samples, toChannelsLast(wanted));
}

async function drawn(
  { seed, shape, sampleCalls }: GoldenCase,
  name: SamplerName,
  schedule: NoiseSchedule,
  predictionType: PredictionType,
  denoise: (x: Float32Array, timestep: number) => Promise<Float32Array>,
): Promise<Float32Array> {
  const sampler = createSampler({
    levels: noiseLevels({ predictionType, noiseSchedule: schedule }),
    predictionType,
    sampler: name,
    spacing: 'leading',
    steps: sampleCalls,
  });
  const [batch, ...picture] = shape;
  const size = picture.reduce((product, edge) => product * edge, 1);
  const ofEach = (values: (sample: number) => Float32Array) => {
    const all = new Float32Array(batch * size);
    for (let sample = 0; sample < batch; sample++) all.set(values(sample), sample * size);
    return all;
  };
  let x = ofEach((sample) => initialNoise(seed, sample, size));
  for (const [i, timestep] of sampler.timesteps.entries()) {
    const prediction = await denoise(x, timestep);
    const fresh = sampler.usesNoise(i) ? ofEach((sample) => stepNoise(seed, sample, size, i)) : null;
    x = sampler.step(i, x, prediction, fresh);
  }
  return x;
}
