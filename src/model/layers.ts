// The layers that every network here is made of, each as an operation over weights by their names in the
// state_dict. Not here: what a network is made of (unet.ts, transformer.ts, text-encoder.ts).
import type { Ops, Weights } from '../engine/ops.ts';

/** What every layer reads. */
export interface Layers<T> {
  ops: Ops<T>;
  weights: Weights<T>;
}

/** The weight of this name. Throws where it is missing. */
export function weight<T>({ weights }: Layers<T>, name: string): T {
  const value = weights[name];
  if (value === undefined) throw new Error(`The network's weights lack ${name}.`);
  return value;
}

const affine = <T>(layers: Layers<T>, name: string): [T, T] => [
  weight(layers, `${name}.weight`),
  weight(layers, `${name}.bias`),
];

/** torch.nn.Conv2d: x [B, H, W, in] -> [B, H', W', out]. */
export const conv = <T>(
  layers: Layers<T>,
  name: string,
  x: T,
  opts: Parameters<Ops<T>['conv2d']>[3] = { kernel: 3, stride: 1, padding: 'same' },
): T => layers.ops.conv2d(x, ...affine(layers, name), opts);

/** A convolution of single pixels. */
export const pointwise = <T>(layers: Layers<T>, name: string, x: T): T =>
  conv(layers, name, x, { kernel: 1, stride: 1, padding: 'same' });

/** torch.nn.Linear: x [..., in] -> [..., out]. */
export const linear = <T>(layers: Layers<T>, name: string, x: T): T =>
  layers.ops.linear(x, ...affine(layers, name));

/** torch.nn.Linear without a bias. */
export const matrix = <T>(layers: Layers<T>, name: string, x: T): T =>
  layers.ops.linear(x, weight(layers, `${name}.weight`), null);

/** torch.nn.GroupNorm over x [B, H, W, C], and silu where `act` says so. */
export const groupNorm = <T>(
  layers: Layers<T>,
  name: string,
  x: T,
  { groups, eps, act }: { groups: number; eps: number; act: 'none' | 'silu' },
): T => layers.ops.groupNorm(x, ...affine(layers, name), groups, eps, act);

/** torch.nn.LayerNorm over the last axis of x [..., C]. */
export const layerNorm = <T>(layers: Layers<T>, name: string, x: T, eps: number): T =>
  layers.ops.layerNorm(x, ...affine(layers, name), eps);
