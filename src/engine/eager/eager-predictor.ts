// Predictions in plain TensorFlow.js, from weights an executor holds or from given ones. Not here: training
// (eager-executor.ts), the operations (eager-ops.ts).
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device/device.ts';
import { eagerOpsOn } from './eager-ops.ts';
import type { HeldWeights, Network, ParameterSpec, Predictor } from '../executor.ts';
import { type InputArray, type Inputs, mapInputs } from '../inputs.ts';
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

/** What eager asks of a device. */
export type EagerDevice = Pick<Device, 'backend' | 'software' | 'maxTensorBytes'>;

/**
 * The prediction from a tensor per parameter, in the order of the specs, and the inputs. The caller tidies.
 */
export type EagerForward = (weights: readonly tf.Tensor[], inputs: Inputs<InputArray>) => tf.Tensor;

/** `network` over the operations of `device`. */
export function eagerForward(
  device: EagerDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
): EagerForward {
  const ops = eagerOpsOn(device);
  return (tensors, inputs) => {
    const weights: Record<string, tf.Tensor> = {};
    parameters.forEach(({ name }, i) => (weights[name] = tensors[i] as tf.Tensor));
    return network<tf.Tensor>(
      ops,
      weights,
      mapInputs(inputs, ({ data, shape }) => tf.tensor(data, [...shape])),
    );
  };
}

/**
 * A predictor of `weights` (one array per parameter, PyTorch's layout), on the current TensorFlow.js backend.
 */
export function createEagerPredictor(
  device: EagerDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  weights: readonly Float32Array[],
): Predictor {
  let first = 0;
  const tensors = planShards(parameters, device.maxTensorBytes).flatMap((shard) => {
    const last = first + shard.slices.length;
    const split = tf.tidy(() => splitShard(shard, uploadShard(shard, weights.slice(first, last))));
    first = last;
    return split;
  });
  const held = new HeldTensors(tensors);
  const forward = eagerForward(device, parameters, network);
  return { hold: () => held, predict: (from, inputs) => predictEagerly(forward, from, inputs) };
}

/** The prediction as plain numbers. Rejects if `weights` are released or of another kind of executor. */
export async function predictEagerly(
  forward: EagerForward,
  weights: HeldWeights,
  inputs: Inputs<InputArray>,
): Promise<Float32Array> {
  if (!(weights instanceof HeldTensors)) throw new Error('predict takes weights from hold()');
  const prediction = tf.tidy(() => forward(weights.tensors, inputs));
  try {
    return await prediction.data<'float32'>();
  } finally {
    prediction.dispose();
  }
}
