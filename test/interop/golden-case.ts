// One case of interop/make_fixtures.py: a network, what PyTorch and diffusers compute for it, and how to
// measure an error. The file has a safetensors reader of its own: the app's reader must not be the judge of
// its own numbers. Runs in Node and in browsers.
import { sizeOf } from '../../src/engine/layout.ts';
import type { ParameterSpec } from '../../src/engine/executor.ts';
import type { BatchShape, InputArray, Inputs } from '../../src/engine/inputs.ts';
import { fromClipConfig } from '../../src/model/clip-config.ts';
import { fromDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import { type Model, modelOf } from '../../src/model/model.ts';

export interface TensorFixture {
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

/** The settings of the training steps, by diffusers' names. */
export interface TrainingFixture {
  prediction_type: 'epsilon' | 'v_prediction';
  beta_schedule: 'linear' | 'squaredcos_cap_v2';
  min_snr_gamma: number;
  learning_rate: number;
  learning_rate_schedule: 'constant' | 'cosine';
  warmup_steps: number;
  weight_decay: number;
  gradient_clip: number;
  ema_max_decay: number;
}

/** All parameters one after the other, [n]. */
export type ParameterGroup = 'weights' | 'gradients' | 'final' | 'ema';

export interface GoldenCase {
  name: string;
  madeBy: string;
  seed: number;
  /** Names and shapes in the order of diffusers' state_dict, then the text encoder's. */
  parameters: ParameterSpec[];
  training: TrainingFixture;
  losses: number[];
  learningRates: number[];
  gradientNorms: number[];
  emaDecays: number[];
  sampleCalls: number;
  /**
   * Parameters whose gradient is only rounding error: AdamW moves these anywhere, and no prediction changes
   * with them.
   */
  adrift: string[];
  /** [B, H, W, C] of every batch. */
  shape: [number, number, number, number];
  /** What the network reads beside pictures and timesteps, by diffusers' and transformers' names. */
  conditions: Readonly<Record<string, InputArray>>;
  inputShapes: Inputs<BatchShape>;
  /**
   * Throws FaultError where our network cannot have this config: then the tests of this case fail, with its
   * name.
   */
  model: () => Model;
  tensor(name: string): TensorFixture;
  /** One array per parameter, in their order. */
  group(name: ParameterGroup): Float32Array<ArrayBuffer>[];
}

const CONDITIONS = ['class_labels', 'encoder_hidden_states', 'input_ids'];

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Reads a .safetensors of make_fixtures.py. */
export function readGoldenCase(name: string, file: Uint8Array<ArrayBuffer>): GoldenCase {
  const view = new DataView(file.buffer, file.byteOffset);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, start)));
  const { __metadata__: metadata } = header as { __metadata__: Record<string, string> };
  const entries = header as Record<string, Entry>;
  const tensor = (key: string): TensorFixture => {
    const entry = entries[key];
    if (entry?.dtype !== 'F32') throw new Error(`${name}: expected a float32 tensor ${key}.`);
    const [from, to] = entry.data_offsets;
    return { shape: entry.shape, data: new Float32Array(file.slice(start + from, start + to).buffer) };
  };
  const { madeBy = '', ...json } = metadata;
  const facts = Object.fromEntries(
    Object.entries(json).map(([key, text]) => [key, JSON.parse(text) as unknown]),
  ) as Omit<GoldenCase, 'parameters'> & {
    config: unknown;
    textEncoder?: unknown;
    parameters: [string, number[]][];
  };
  const parameters = facts.parameters.map(([name, shape]) => ({ name, shape }));
  const [batch, channels, height, width] = tensor('input').shape as [number, number, number, number];
  const shape: GoldenCase['shape'] = [batch, height, width, channels];
  const conditions = Object.fromEntries(
    CONDITIONS.filter((key) => entries[key]).map((key) => {
      const { shape, data } = tensor(key);
      return [key, { data, shape: shape as [number, ...number[]] }];
    }),
  );
  return {
    ...facts,
    name,
    madeBy,
    parameters,
    shape,
    conditions,
    inputShapes: {
      sample: shape,
      timestep: [batch],
      ...Object.fromEntries(Object.entries(conditions).map(([key, input]) => [key, input.shape])),
    },
    model: () =>
      modelOf(
        fromDiffusersUNet(facts.config),
        facts.textEncoder === undefined ? null : fromClipConfig(facts.textEncoder),
      ),
    tensor,
    group(key) {
      const { data } = tensor(key);
      let offset = 0;
      return parameters.map(({ shape }) => data.slice(offset, (offset += sizeOf(shape))));
    },
  };
}

/** [B, C, H, W] -> [B, H, W, C]: the fixtures' pictures are PyTorch's. */
export function toChannelsLast({ shape, data }: TensorFixture): Float32Array<ArrayBuffer> {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const out = new Float32Array(data.length);
  const pixels = height * width;
  for (let b = 0; b < batch; b++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < pixels; p++)
        out[(b * pixels + p) * channels + c] = data[(b * channels + c) * pixels + p] as number;
  return out;
}

/** Largest |a - b|, NaN where lengths differ or a value is missing. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Largest |value|. */
export const largest = (values: ArrayLike<number>): number =>
  largestDifference(values, new Float32Array(values.length));

/** Largest |got - wanted|, divided by the largest |wanted|. */
export const relativeDifference = (got: ArrayLike<number>, wanted: ArrayLike<number>): number =>
  largestDifference(got, wanted) / largest(wanted);

/**
 * Euclidean length of got - wanted, divided by that of wanted; NaN where the lengths of the arrays differ or
 * a value is missing.
 */
export function relativeDistance(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return NaN;
  let [apart, whole] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    apart += ((got[i] as number) - (wanted[i] as number)) ** 2;
    whole += (wanted[i] as number) ** 2;
  }
  return Math.sqrt(apart / whole);
}
