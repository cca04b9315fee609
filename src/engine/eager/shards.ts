// Many parameters as a few long vectors (shards), so that the optimizer makes one pass over each shard
// instead of one per parameter. Not here: what is computed with the vectors (adamw.ts, eager-executor.ts).
import * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec } from '../executor.ts';
import { engineShape, sizeOf, toEngineLayout } from '../layout.ts';

/** Divides every shard's length: squares are summed row by row, then the rows. */
export const ROW = 1024;
const MAX_SHARD_BYTES = 64 * 2 ** 20;

/** A parameter's slice of a shard; offset and size in elements. */
export interface ShardSlice {
  name: string;
  /** In PyTorch's layout, as in files. */
  shape: number[];
  engineShape: number[];
  offset: number;
  size: number;
}

/** Whole parameters one after the other, in the engine's layout, then zeros up to a whole row. */
export interface Shard {
  slices: ShardSlice[];
  length: number;
}

/** As few shards as `maxTensorBytes` and 64 MiB a shard allow; parameters stay in order. */
export function planShards(parameters: readonly ParameterSpec[], maxTensorBytes: number): Shard[] {
  const most = Math.min(MAX_SHARD_BYTES, maxTensorBytes) / Float32Array.BYTES_PER_ELEMENT;
  const shards: Shard[] = [];
  let slices: ShardSlice[] = [];
  let used = 0;
  const close = () => {
    shards.push({ slices, length: Math.ceil(used / ROW) * ROW });
    slices = [];
    used = 0;
  };
  for (const { name, shape } of parameters) {
    const size = sizeOf(shape);
    if (slices.length > 0 && used + size + ROW > most) close();
    slices.push({ name, shape, engineShape: engineShape(shape), offset: used, size });
    used += size;
  }
  close();
  return shards;
}

/** One array per slice, in PyTorch's layout -> the shard's tensor. */
export function uploadShard(shard: Shard, arrays: readonly Float32Array[]): tf.Tensor1D {
  const values = new Float32Array(shard.length);
  shard.slices.forEach((slice, i) =>
    toEngineLayout(arrays[i] as Float32Array, slice.shape, values, slice.offset),
  );
  return tf.tensor1d(values);
}

/** A tensor per slice, in the engine's shape, copied out of the shard. */
export function splitShard(shard: Shard, flat: tf.Tensor1D): tf.Tensor[] {
  return shard.slices.map((slice) => tf.reshape(tf.slice(flat, slice.offset, slice.size), slice.engineShape));
}

/** The reverse of splitShard: a tensor per slice, in order -> one vector of the shard's length. */
export function joinShard(shard: Shard, tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const rows = tensors.map((tensor) => tf.reshape<tf.Rank.R1>(tensor, [tensor.size]));
  const padding = shard.length - shard.slices.reduce((sum, slice) => sum + slice.size, 0);
  return tf.concat1d(padding > 0 ? [...rows, tf.zeros<tf.Rank.R1>([padding])] : rows);
}
