// Claims about eager (TensorFlow.js, cpu backend) that take long: twenty steps of training of the golden
// cases that golden-eager.test.ts leaves out, and that a setting which is not a case's shows in them.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Device, startDevice } from '../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../src/engine/eager/eager-executor.ts';
import type { GoldenCase, TrainingFixture } from './golden-case.ts';
import { describeGolden, TOLERANCE, trainingErrors, trainsAtOnce } from './golden-claims.ts';
import { goldenCases } from './golden-files.ts';

let device: Device;
beforeAll(async () => {
  device = await startDevice('cpu');
});

const cases = goldenCases();

const executorOf = (golden: GoldenCase) =>
  createEagerExecutor(device, golden.parameters, golden.model().network);

for (const golden of cases.filter((_, turn) => !trainsAtOnce(turn)))
  describeGolden(golden, async () => executorOf(golden), { onePass: false, training: true, samplings: [] });

describe('a setting that is not the case`s shows in its training', () => {
  const golden = cases.find(({ name }) => name === 'groups-of-three')!;
  it.each<Partial<TrainingFixture>>([
    { weight_decay: 0 },
    { gradient_clip: 0 },
    { min_snr_gamma: 0 },
    { prediction_type: golden.training.prediction_type === 'epsilon' ? 'v_prediction' : 'epsilon' },
    { beta_schedule: golden.training.beta_schedule === 'linear' ? 'squaredcos_cap_v2' : 'linear' },
  ])('%j', async (change) => {
    const executor = executorOf(golden);
    const { losses, weights } = await trainingErrors(executor, {
      ...golden,
      training: { ...golden.training, ...change },
    });
    executor.dispose();
    expect(Math.max(losses / TOLERANCE.losses, weights / TOLERANCE.weights)).toBeGreaterThan(3);
  });
});
