// Each preset's network, with fewer channels, trains by the plan as by eager: the same losses within 1e-3,
// aimed at 1e-5 (text-tiny 1e-4: a difference of 1e-7 in its first weights grows to 2e-5 in eager alone); and
// by the plan with gradient checkpointing to the same bits as without. In a real browser, on webgpu; eager on
// the processor.
import { beforeAll, expect, test } from 'vitest';
import { PRESET_NAMES, type PresetName } from '../../../../src/settings/settings.ts';
import { modelOfRun, presetConfig } from '../../../../src/settings/presets.ts';
import { mixtureOf } from '../../../../src/diffusion/target.ts';
import { noiseLevels } from '../../../../src/diffusion/noise-levels.ts';
import { TIMESTEPS } from '../../../../src/diffusion/noise-schedule.ts';
import { emaDecayAt } from '../../../../src/diffusion/training-schedules.ts';
import type { Device } from '../../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../../src/engine/eager/eager-executor.ts';
import {
  type Executor,
  type ExecutorState,
  type NoisedBatch,
  STATE_GROUPS,
} from '../../../../src/engine/executor.ts';
import { createPlanExecutor } from '../../../../src/engine/plan/run/plan-executor.ts';
import { type Model, modelOf } from '../../../../src/model/model.ts';
import { STREAMS, uniformBelow, uniforms } from '../../../../src/random.ts';
import { CPU } from '../../cpu-device.ts';
import { testDevice } from '../test-device.ts';

const BATCH = 2;
const STEPS = 3;
const LEVELS = noiseLevels({ predictionType: 'v_prediction', noiseSchedule: 'cosine' });

let device: Device;
beforeAll(async () => {
  device = await testDevice();
});

/** Words of a small text encoder's vocabulary. */
const WORDS = 50;

/**
 * The preset's layers with an eighth of its channels (`tiny` and `text-tiny`: half), on the smallest picture
 * they take.
 */
function smallModel(preset: PresetName): Model {
  const { config, textEncoder } = modelOfRun({ preset, imageSize: presetConfig(preset).imageSize });
  const divisor = preset.endsWith('tiny') ? 2 : 8;
  const blockOutChannels = config.blockOutChannels.map((channels) => channels / divisor);
  const small = { sampleSize: [8, 8] as [number, number], blockOutChannels, normNumGroups: 4 };
  if (config.className === undefined || !textEncoder) return modelOf({ ...config, ...small });
  const { crossAttentionDim } = config;
  return modelOf(
    { ...config, ...small, crossAttentionDim: crossAttentionDim / divisor },
    {
      ...textEncoder,
      vocabSize: WORDS,
      hiddenSize: textEncoder.hiddenSize / divisor,
      intermediateSize: textEncoder.intermediateSize / divisor,
    },
  );
}

function batchOf(step: number, { textEncoder }: Model): NoisedBatch {
  const tokens = textEncoder?.maxPositionEmbeddings ?? 0;
  const words = uniformBelow(3, step, STREAMS.captions, WORDS, BATCH * tokens);
  const timesteps = uniformBelow(3, step, STREAMS.timesteps, TIMESTEPS, BATCH);
  return {
    inputs: {
      timestep: { data: Float32Array.from(timesteps), shape: [BATCH] },
      ...(textEncoder ? { input_ids: { data: Float32Array.from(words), shape: [BATCH, tokens] } } : {}),
    },
    pictures: {
      data: uniforms(3, step, STREAMS.drawing, BATCH * 192).map((u) => 2 * u - 1),
      shape: [BATCH, 8, 8, 3],
    },
    mixture: mixtureOf('v_prediction', LEVELS, timesteps),
    noise: { seed: 3, step, stream: STREAMS.noise, first: 0 },
    sampleWeights: new Float32Array(BATCH).fill(1),
  };
}

function firstState(model: Model): ExecutorState {
  const weights = model.initialWeights(3);
  const zeros = () => weights.map(({ length }) => new Float32Array(length));
  return { weights, ema: weights.map((values) => values.slice()), expAvg: zeros(), expAvgSq: zeros() };
}

/** Losses and gradient norms of the steps from `first` to `last`. */
async function lossesOf(executor: Executor, model: Model, first = 1, last = STEPS): Promise<number[]> {
  const losses: number[] = [];
  for (let step = first; step <= last; step++) {
    const { loss, gradientNorm } = await executor.step([batchOf(step, model)], {
      optimizerStep: step,
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 1e-6,
      gradientClip: 1,
      emaDecay: emaDecayAt(step, 0.9999),
    });
    losses.push(loss, gradientNorm);
  }
  return losses;
}

/** `text-wide` has the layers of `text`, more of each. */
const DIFFERENT = PRESET_NAMES.filter((preset) => preset !== 'text-wide');

test.each(DIFFERENT)('%s', async (preset) => {
  const model = smallModel(preset);
  const { parameters, network } = model;
  const eager = createEagerExecutor(CPU, parameters, network);
  const plan = await createPlanExecutor(device, parameters, network, { inputs: model.inputs(BATCH) });
  await plan.prepare();
  for (const executor of [eager, plan]) executor.setState(firstState(model));
  const wanted = await lossesOf(eager, model);
  const got = await lossesOf(plan, model);
  for (const executor of [eager, plan]) executor.dispose();
  const worst = Math.max(...got.map((value, i) => Math.abs(value / wanted[i]! - 1)));
  console.log(`${preset}: losses and norms differ by at most ${worst.toExponential(1)}`);
  expect(worst).toBeLessThan(1e-3);
});

/** How many numbers of the two states differ in any bit. */
function differing(one: ExecutorState, other: ExecutorState): number {
  let count = 0;
  for (const group of STATE_GROUPS)
    for (const [i, array] of one[group].entries()) {
      const [bits, others] = [new Uint32Array(array.buffer), new Uint32Array(other[group][i]!.buffer)];
      expect(bits).toHaveLength(others.length);
      bits.forEach((word, j) => (count += word === others[j] ? 0 : 1));
    }
  return count;
}

test.each(['cifar', 'text-tiny'] as const)(
  '%s with gradient checkpointing has the same bits, and goes on without it from there as if it never had it',
  async (preset) => {
    const model = smallModel(preset);
    const { parameters, network } = model;
    const make = async (gradientCheckpointing: boolean) => {
      const options = { inputs: model.inputs(BATCH), gradientCheckpointing };
      const plan = await createPlanExecutor(device, parameters, network, options);
      await plan.prepare();
      plan.setState(firstState(model));
      return plan;
    };
    const [kept, again] = [await make(false), await make(true)];
    expect(again.report.allocatedBytes).toBeLessThan(kept.report.allocatedBytes);
    expect(again.report.dispatchesPerStep).toBeGreaterThan(kept.report.dispatchesPerStep);
    const losses = await lossesOf(kept, model);
    const wanted = await kept.snapshot();
    const firsts = await lossesOf(again, model, 1, STEPS - 1);
    const between = await again.snapshot();
    expect(differing(between, wanted)).toBeGreaterThan(0);
    expect([...firsts, ...(await lossesOf(again, model, STEPS))]).toEqual(losses);
    expect(differing(await again.snapshot(), wanted)).toBe(0);
    kept.setState(between);
    expect(await lossesOf(kept, model, STEPS)).toEqual(losses.slice(-2));
    expect(differing(await kept.snapshot(), wanted)).toBe(0);
    for (const plan of [kept, again]) plan.dispose();
  },
);
