// Whether a device runs plans right: two training steps of a small network with a UNet's operations are
// compared with eager's numbers on the processor, so that a driver that miscompiles a kernel is found before
// training. Not here: where those numbers come from (test/engine/plan/run/plan-self-test.test.ts). Exported
// for tests: SELF_TEST_PARAMETERS, selfTestNetwork, selfTestState, selfTestBatch, selfTestSettings and
// SELF_TEST_NUMBERS.
import type { GivenBatch, Network, ParameterSpec, StepSettings } from '../../executor.ts';
import type { BatchShape } from '../../inputs.ts';
import { sizeOf } from '../../layout.ts';
import { createPlanExecutor } from './plan-executor.ts';

/** Relative. float32 sums in another order differ by about 1e-6, a wrong kernel by far more. */
const TOLERANCE = 1e-3;
const CHANNELS = 16;
const EDGE = 8;
const SAME = { kernel: 3, stride: 1, padding: 'same' } as const;

const conv = (name: string, ins: number, outs: number, edge = 3): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [outs, ins, edge, edge] },
  { name: `${name}.bias`, shape: [outs] },
];
const linear = (name: string): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [CHANNELS, CHANNELS] },
  { name: `${name}.bias`, shape: [CHANNELS] },
];
const norm = (name: string, channels: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [channels] },
  { name: `${name}.bias`, shape: [channels] },
];

export const SELF_TEST_PARAMETERS: readonly ParameterSpec[] = [
  ...conv('in', 3, CHANNELS),
  ...['time', 'q', 'k', 'v', 'out'].flatMap(linear),
  ...norm('norm', CHANNELS),
  ...conv('down', CHANNELS, CHANNELS),
  ...conv('up', CHANNELS, CHANNELS),
  ...norm('joined', 2 * CHANNELS),
  ...conv('last', 2 * CHANNELS, 3, 1),
];

const SAMPLE: BatchShape = [2, EDGE, EDGE, 3];

/** sample [2, 8, 8, 3] -> the same shape. */
export const selfTestNetwork: Network = (ops, weights, { sample: x, timestep }) => {
  const of = (name: string) => weights[name] as typeof x;
  const convolve = (name: string, value: typeof x, opts: Parameters<typeof ops.conv2d>[3]) =>
    ops.conv2d(value, of(`${name}.weight`), of(`${name}.bias`), opts);
  const project = (name: string, value: typeof x) =>
    ops.linear(value, of(`${name}.weight`), of(`${name}.bias`));
  const time = project('time', ops.silu(ops.timestepEmbedding(timestep, CHANNELS, true, 0)));
  const first = ops.addPerChannel(convolve('in', x, SAME), time);
  const normalise = (name: string, value: typeof x) =>
    ops.groupNorm(value, of(`${name}.weight`), of(`${name}.bias`), 4, 1e-5, 'silu');
  const normal = normalise('norm', first);
  const half = convolve('down', normal, { ...SAME, stride: 2 });
  const tokens = ops.toTokens(half);
  const mixed = ops.attention(project('q', tokens), project('k', tokens), project('v', tokens), 2, 'none');
  const attended = ops.add(half, ops.toPixels(project('out', mixed), EDGE / 2, EDGE / 2));
  const whole = ops.concat(first, convolve('up', ops.upsampleNearest2x(attended), SAME));
  return convolve('last', normalise('joined', whole), { ...SAME, kernel: 1 });
};

const wave = (length: number, seed: number, scale: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(
    { length },
    (_, i) => scale * Math.sin(1.7 * i + 13.1 * seed) * Math.cos(0.37 * i + seed),
  );

/** Weights, EMA and zero moments, the same every time. */
export function selfTestState() {
  const arrays = (scale: number) =>
    SELF_TEST_PARAMETERS.map(({ shape }, i) => wave(sizeOf(shape), i + 1, scale));
  return { weights: arrays(0.3), ema: arrays(0.3), expAvg: arrays(0), expAvgSq: arrays(0) };
}

/** A batch of two pictures, the same every time for a step. */
export function selfTestBatch(step: number): GivenBatch {
  const length = sizeOf(SAMPLE);
  return {
    inputs: {
      sample: { data: wave(length, step, 1), shape: SAMPLE },
      timestep: { data: Float32Array.of(37, 811), shape: [2] },
    },
    target: wave(length, step + 50, 1),
    sampleWeights: Float32Array.of(1, 0.5),
  };
}

/** Settings of update `optimizerStep`, 1 for the first. */
export const selfTestSettings = (optimizerStep: number): StepSettings => ({
  optimizerStep,
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 1e-2,
  gradientClip: 1,
  emaDecay: 0.9,
});

/**
 * Loss and gradient norm of each step, computed by eager on the processor
 * (test/engine/plan/run/plan-self-test.test.ts).
 */
export const SELF_TEST_NUMBERS: readonly number[] = [0.25273737, 0.3262741, 0.22369209, 0.26495728];

/**
 * Compares two steps with SELF_TEST_NUMBERS; `detail` says how far off they are. Wrong numbers do not throw.
 * On a software GPU the pipelines it compiles are those of training.
 */
export async function planSelfTest(
  device: Parameters<typeof createPlanExecutor>[0],
): Promise<{ passed: boolean; detail: string }> {
  const plan = await createPlanExecutor(device, SELF_TEST_PARAMETERS, selfTestNetwork, {
    inputs: { sample: SAMPLE, timestep: [2] },
  });
  await plan.prepare();
  plan.setState(selfTestState());
  const got: number[] = [];
  for (const step of [1, 2]) {
    const { loss, gradientNorm } = await plan.step([selfTestBatch(step)], selfTestSettings(step));
    got.push(loss, gradientNorm);
  }
  plan.dispose();
  const worst = Math.max(...got.map((value, i) => Math.abs(value / (SELF_TEST_NUMBERS[i] as number) - 1)));
  // False for NaN too.
  const passed = worst <= TOLERANCE;
  const detail = `largest difference ${worst.toExponential(1)}, at most ${TOLERANCE} is right`;
  return { passed, detail };
}
