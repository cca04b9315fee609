// Claims about the network on TensorFlow.js (cpu backend): predictions, losses and every gradient are diffusers', and five
// training steps through our own schedule, target, weights, AdamW, clip, warm-up and EMA are PyTorch's.
import { beforeAll, describe, expect, it } from 'vitest';
import { alphaBar } from '../../src/diffusion/noise-schedule.ts';
import { lossWeights, mixtureOf } from '../../src/diffusion/target.ts';
import { mixed } from '../../src/engine/input-and-target.ts';
import { emaDecayAt, learningRateAt } from '../../src/diffusion/training-schedules.ts';
import { type Device, startDevice } from '../../src/engine/device.ts';
import { createEagerExecutor } from '../../src/engine/eager-executor.ts';
import type { StateGroup, StepBatch, StepSettings } from '../../src/engine/executor.ts';
import { unet } from '../../src/model/unet.ts';
import { type Fixture, largest, largestDifference, readFixture, toChannelsLast } from './fixtures.ts';

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
let device: Device;
beforeAll(async () => {
  device = await startDevice('cpu');
});

function executorFor({ config, parameters }: Fixture, weights: Float32Array<ArrayBuffer>[]) {
  const executor = createEagerExecutor(device, parameters, (ops, values, x, timesteps) =>
    unet(ops, config, values, x, timesteps),
  );
  const zeros = () => weights.map((values) => new Float32Array(values.length));
  executor.setState({ weights, ema: weights, expAvg: zeros(), expAvgSq: zeros() });
  return executor;
}

/** Claims that each array is within `tolerance` of its own largest value (of a thousandth of the group's where it is smaller). */
function expectAlike(fixture: Fixture, got: Float32Array[], expected: Float32Array[], tolerance: number) {
  const floor = Math.max(...expected.map(largest)) * 1e-3;
  fixture.parameters.forEach(({ name }, i) => {
    const reference = expected[i] as Float32Array;
    const difference = largestDifference(got[i] as Float32Array, reference);
    const scale = Math.max(largest(reference), floor);
    expect(difference / scale, name).toBeLessThan(tolerance);
  });
}

describe.each(['unet-heads', 'unet-cifar-like', 'unet-plain'])('%s', (name) => {
  const fixture = readFixture(name);
  const { config } = fixture;
  const batch: StepBatch = {
    shape: [fixture.tensor('timesteps').data.length, ...config.sampleSize, config.inChannels],
    input: toChannelsLast(fixture.tensor('input')),
    target: toChannelsLast(fixture.tensor('target')),
    timesteps: fixture.tensor('timesteps').data,
    sampleWeights: fixture.tensor('sample_weights').data,
  };

  it('predicts what diffusers predicts, within 1e-5', async () => {
    const executor = executorFor(fixture, fixture.group('weights'));
    const held = executor.hold('raw');
    const prediction = await executor.predict(held, batch.input, batch.timesteps, batch.shape);
    expect(largestDifference(prediction, toChannelsLast(fixture.tensor('prediction')))).toBeLessThan(1e-5);
    held.release();
    executor.dispose();
  });

  it('has PyTorch`s loss within 1e-5 and every gradient within 1e-4 of its size', async () => {
    const executor = executorFor(fixture, fixture.group('weights'));
    const still: StepSettings = {
      ...ADAM,
      optimizerStep: 1,
      learningRate: 0,
      weightDecay: 0,
      gradientClip: 0,
      emaDecay: 0,
    };
    const stats = await executor.step([batch], still);
    expect(stats.applied).toBe(true);
    expect(stats.loss).toBeCloseTo(fixture.tensor('loss').data[0] as number, 5);
    expect(largestDifference(stats.perSample, fixture.tensor('per_sample').data)).toBeLessThan(1e-5);
    // After one update from zero the first moment is (1 - beta1) times the gradient.
    const { expAvg } = await executor.snapshot();
    const gradients = expAvg.map((values) => values.map((value) => value / (1 - ADAM.beta1)));
    expectAlike(fixture, gradients, fixture.group('gradients'), 1e-4);
    executor.dispose();
  });
});

describe('five steps of training', () => {
  const fixture = readFixture('five-steps');
  const { config, meta } = fixture;
  const settings = meta['settings'] as Record<
    'learningRate' | 'warmupSteps' | 'weightDecay' | 'gradientClip' | 'emaMaxDecay' | 'minSnrGamma',
    number
  >;
  const levels = alphaBar('cosine');

  /** Step's part of a tensor [steps, batch, ...], pictures channels last. */
  function part(name: string, step: number): Float32Array<ArrayBuffer> {
    const { shape, data } = fixture.tensor(name);
    const size = data.length / (shape[0] as number);
    const own = data.slice(step * size, (step + 1) * size);
    return shape.length > 2 ? toChannelsLast({ shape: shape.slice(1), data: own }) : own;
  }

  function batchOf(step: number): StepBatch {
    const [pictures, noise, timesteps] = ['pictures', 'noise', 'timesteps'].map((name) =>
      part(name, step),
    ) as [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
    return {
      shape: [timesteps.length, ...config.sampleSize, config.inChannels],
      ...mixed(pictures, noise, mixtureOf('v_prediction', levels, timesteps)),
      timesteps,
      sampleWeights: lossWeights('v_prediction', levels, timesteps, settings.minSnrGamma),
    };
  }

  it('give PyTorch`s losses, norms, weights, moments and EMA weights', async () => {
    const executor = executorFor(fixture, fixture.group('first'));
    const { losses, gradientNorms, learningRates, emaDecays } = meta as Record<string, number[]>;
    for (let step = 1; step <= 5; step++) {
      const learningRate = learningRateAt(step, {
        ...settings,
        learningRateSchedule: 'constant',
        lastStep: 5,
      });
      const emaDecay = emaDecayAt(step, settings.emaMaxDecay);
      expect(learningRate).toBeCloseTo(learningRates?.[step - 1] ?? NaN, 12);
      expect(emaDecay).toBeCloseTo(emaDecays?.[step - 1] ?? NaN, 12);
      const { weightDecay, gradientClip } = settings;
      const stats = await executor.step([batchOf(step - 1)], {
        ...ADAM,
        optimizerStep: step,
        learningRate,
        weightDecay,
        gradientClip,
        emaDecay,
      });
      expect(Math.abs(stats.loss / (losses?.[step - 1] ?? NaN) - 1)).toBeLessThan(1e-5);
      expect(Math.abs(stats.gradientNorm / (gradientNorms?.[step - 1] ?? NaN) - 1)).toBeLessThan(1e-5);
    }
    const state = await executor.snapshot();
    const groups: StateGroup[] = ['weights', 'ema', 'expAvg', 'expAvgSq'];
    for (const group of groups) expectAlike(fixture, state[group], fixture.group(group), 1e-4);
    executor.dispose();
  });
});
