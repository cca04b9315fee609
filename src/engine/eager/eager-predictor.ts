// Predictions by eagerOps from weights that are held apart from those that training goes on with, or that were given. Not here:
// training (eager-executor.ts), the operations (eager.ts).
import * as tf from '@tensorflow/tfjs-core';
import { eagerOps } from './eager-ops.ts';
import type { HeldWeights, Network, ParameterSpec, Predictor } from '../executor.ts';
import { type InputArray, type Inputs, mapInputs } from '../inputs.ts';
import type { Weights } from '../ops.ts';
import { planShards, splitShard, uploadShard } from './shards.ts';

/** A tensor per parameter, in the order of the specs. */
export class HeldTensors implements HeldWeights {
  #tensors: tf.Tensor[] | null;

  constructor(tensors: tf.Tensor[]) {
    this.#tensors = tensors;
  }

  get tensors(): readonly tf.Tensor[] {
    if (!this.#tensors) throw new Error('these weights were released');
    return this.#tensors;
  }

  release(): void {
    tf.dispose(this.#tensors ?? []);
    this.#tensors = null;
  }
}

/** Predicts from `weights` alone (one array per parameter, PyTorch's layout), on the current tfjs backend. */
export function createEagerPredictor(
  { maxTensorBytes }: { maxTensorBytes: number },
  parameters: readonly ParameterSpec[],
  network: Network,
  weights: readonly Float32Array[],
): Predictor {
  let first = 0;
  const tensors = planShards(parameters, maxTensorBytes).flatMap((shard) => {
    const last = first + shard.parts.length;
    const split = tf.tidy(() => splitShard(shard, uploadShard(shard, weights.slice(first, last))));
    first = last;
    return split;
  });
  const held = new HeldTensors(tensors);
  return { hold: () => held, predict: (from, inputs) => predictEagerly(parameters, network, from, inputs) };
}

export async function predictEagerly(
  parameters: readonly ParameterSpec[],
  network: Network,
  weights: HeldWeights,
  inputs: Inputs<InputArray>,
): Promise<Float32Array> {
  if (!(weights instanceof HeldTensors)) throw new Error('predict takes weights from hold()');
  const prediction = tf.tidy(() => eagerForward(parameters, network, weights.tensors, inputs));
  try {
    return await prediction.data<'float32'>();
  } finally {
    prediction.dispose();
  }
}

/** The network's answer; the caller tidies. */
export function eagerForward(
  parameters: readonly ParameterSpec[],
  network: Network,
  tensors: readonly tf.Tensor[],
  inputs: Inputs<InputArray>,
): tf.Tensor {
  const weights: Record<string, tf.Tensor> = {};
  parameters.forEach(({ name }, i) => (weights[name] = tensors[i] as tf.Tensor));
  return network<tf.Tensor>(
    eagerOps,
    weights satisfies Weights<tf.Tensor>,
    mapInputs(inputs, ({ data, shape }) => tf.tensor(data, [...shape])),
  );
}
