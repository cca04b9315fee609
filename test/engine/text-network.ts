// A text-to-image network of every operation that text needs, small enough for a software GPU: a CLIP text
// encoder of one layer, a class, and two cross-attentions that read the same text. For tests of executors.
// Not a test.
import type { ExecutorState, GivenBatch, Network, ParameterSpec } from '../../src/engine/executor.ts';
import type { BatchShape, Inputs } from '../../src/engine/inputs.ts';
import { sizeOf } from '../../src/engine/layout.ts';
import { wavy } from './reference.ts';

/** Channels of pixels and of text, words of the vocabulary, longest text, classes. */
const [CHANNELS, WIDTH, VOCABULARY, PLACES, LENGTH, CLASSES] = [8, 12, 19, 7, 5, 3];
const EDGE = 4;

const affine = (name: string, weight: number[], bias: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: weight },
  { name: `${name}.bias`, shape: [bias] },
];
const linear = (name: string, ins: number, outs: number) => affine(name, [outs, ins], outs);
const norm = (name: string, channels: number) => affine(name, [channels], channels);
const matrix = (name: string, ins: number, outs: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [outs, ins] },
];

const transformer = (name: string): ParameterSpec[] => [
  ...norm(`${name}.norm1`, CHANNELS),
  ...['q', 'k', 'v'].flatMap((part) => matrix(`${name}.attn1.${part}`, CHANNELS, CHANNELS)),
  ...linear(`${name}.attn1.out`, CHANNELS, CHANNELS),
  ...norm(`${name}.norm2`, CHANNELS),
  ...matrix(`${name}.attn2.q`, CHANNELS, CHANNELS),
  ...['k', 'v'].flatMap((part) => matrix(`${name}.attn2.${part}`, WIDTH, CHANNELS)),
  ...linear(`${name}.attn2.out`, CHANNELS, CHANNELS),
  ...norm(`${name}.norm3`, CHANNELS),
  ...linear(`${name}.ff.in`, CHANNELS, 8 * CHANNELS),
  ...linear(`${name}.ff.out`, 4 * CHANNELS, CHANNELS),
];

export const PARAMETERS: readonly ParameterSpec[] = [
  ...affine('in', [CHANNELS, 3, 3, 3], CHANNELS),
  ...linear('time', 4, CHANNELS),
  { name: 'class.weight', shape: [CLASSES, CHANNELS] },
  ...norm('norm', CHANNELS),
  ...transformer('first'),
  ...transformer('second'),
  ...linear('proj', CHANNELS, CHANNELS),
  ...affine('out', [3, CHANNELS, 1, 1], 3),
  { name: 'words.weight', shape: [VOCABULARY, WIDTH] },
  { name: 'places.weight', shape: [PLACES, WIDTH] },
  ...norm('text.norm1', WIDTH),
  ...['q', 'k', 'v', 'out'].flatMap((part) => linear(`text.${part}`, WIDTH, WIDTH)),
  ...norm('text.norm2', WIDTH),
  ...linear('text.in', WIDTH, 20),
  ...linear('text.half', 20, WIDTH),
  ...linear('text.other', WIDTH, WIDTH),
  ...norm('text.norm3', WIDTH),
];

/** sample [B, 4, 4, 3], class_labels [B], input_ids [B, 5] -> the sample's shape. */
export const textNetwork: Network = (ops, weights, { sample, timestep, ...rest }) => {
  type T = typeof sample;
  const of = (name: string) => weights[name] as T;
  const both = (name: string) => [of(`${name}.weight`), of(`${name}.bias`)] as const;
  const project = (name: string, x: T) => ops.linear(x, ...both(name));
  const multiply = (name: string, x: T) => ops.linear(x, of(`${name}.weight`), null);
  const normalise = (name: string, x: T) => ops.layerNorm(x, ...both(name), 1e-5);

  const encode = (ids: T): T => {
    let x = ops.embedding(ids, of('words.weight'), of('places.weight'));
    const normal = normalise('text.norm1', x);
    const [q, k, v] = ['q', 'k', 'v'].map((part) => project(`text.${part}`, normal)) as [T, T, T];
    x = ops.add(x, project('text.out', ops.attention(q, k, v, 3, 'causal')));
    const hidden = ops.quickGelu(project('text.in', normalise('text.norm2', x)));
    x = ops.add(x, project('text.half', hidden));
    return normalise('text.norm3', ops.gelu(project('text.other', x)));
  };
  const attend = (name: string, x: T, context: T): T => {
    const mixed = ops.attention(
      multiply(`${name}.q`, x),
      multiply(`${name}.k`, context),
      multiply(`${name}.v`, context),
      2,
      'none',
    );
    return project(`${name}.out`, mixed);
  };
  const transform = (name: string, x: T, context: T): T => {
    const itself = normalise(`${name}.norm1`, x);
    x = ops.add(x, attend(`${name}.attn1`, itself, itself));
    x = ops.add(x, attend(`${name}.attn2`, normalise(`${name}.norm2`, x), context));
    const gated = ops.geglu(project(`${name}.ff.in`, normalise(`${name}.norm3`, x)));
    return ops.add(x, project(`${name}.ff.out`, gated));
  };

  const text = encode(rest['input_ids'] as T);
  const time = project('time', ops.timestepEmbedding(timestep, 4, true, 0));
  const labels = ops.embedding(rest['class_labels'] as T, of('class.weight'), null);
  const conv = { kernel: 3, stride: 1, padding: 'same' } as const;
  const pixels = ops.addPerChannel(ops.conv2d(sample, ...both('in'), conv), ops.silu(ops.add(time, labels)));
  const tokens = ops.toTokens(ops.groupNorm(pixels, ...both('norm'), 2, 1e-6, 'none'));
  const mixed = transform('second', transform('first', tokens, text), text);
  const whole = ops.add(pixels, ops.toPixels(project('proj', mixed), EDGE, EDGE));
  return ops.conv2d(whole, ...both('out'), { ...conv, kernel: 1 });
};

const wave = (length: number, seed: number, scale: number) =>
  Float32Array.from(wavy([length], seed).data, (value) => value * scale);

/** The same every time: weights and EMA of about 0.4, moments zero. */
export function firstState(): ExecutorState {
  const arrays = (scale: number) => PARAMETERS.map(({ shape }, i) => wave(sizeOf(shape), i + 1, scale));
  return { weights: arrays(0.4), ema: arrays(0.4), expAvg: arrays(0), expAvgSq: arrays(0) };
}

/** The shapes of the inputs of a batch of so many pictures. */
export const inputShapes = (pictures: number): Inputs<BatchShape> => ({
  sample: [pictures, EDGE, EDGE, 3],
  timestep: [pictures],
  class_labels: [pictures],
  input_ids: [pictures, LENGTH],
});

/** A batch of `pictures` pictures with texts in which words repeat, a different one for every seed. */
export function batch(pictures: number, seed: number): GivenBatch {
  const shapes = inputShapes(pictures);
  const filled = (name: string, at: (i: number) => number) => {
    const shape = shapes[name] as BatchShape;
    return { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => at(i)) };
  };
  const pixels = sizeOf(shapes.sample);
  return {
    inputs: {
      sample: { shape: shapes.sample, data: wave(pixels, seed, 1) },
      timestep: filled('timestep', (i) => (seed * 37 + i * 211) % 1000),
      class_labels: filled('class_labels', (i) => (seed + i) % CLASSES),
      input_ids: filled('input_ids', (i) => (i % 2 === 0 ? seed : seed * 5 + i * 7) % VOCABULARY),
    },
    target: wave(pixels, seed + 100, 1),
    sampleWeights: Float32Array.from({ length: pictures }, (_, i) => 1 - 0.2 * (i % 3)),
  };
}
