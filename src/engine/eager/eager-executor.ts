// Trains and predicts with plain TensorFlow.js: the state lies on the device as long vectors; a step is
// forward, backward by its tape, update. Not here: the operations (eager-ops.ts), the update's equations
// (adamw.ts).
import * as tf from '@tensorflow/tfjs-core';
import { FaultError } from '../../fault.ts';
import { adamW, allFinite, choose, clipCoefficient, type FlatState, globalNorm } from './adamw.ts';
import {
  type EagerDevice,
  type EagerForward,
  eagerForward,
  HeldTensors,
  predictEagerly,
} from './eager-predictor.ts';
import {
  type Executor,
  type ExecutorState,
  type HeldWeights,
  type Network,
  type ParameterSpec,
  STATE_GROUPS,
  type LossScale,
  type StateGroup,
  type StepBatch,
  type StepSettings,
  type StepStats,
} from '../executor.ts';
import { givenBatch } from './given-batch.ts';
import type { InputArray, Inputs } from '../inputs.ts';
import { sizeOf } from '../layout.ts';
import { joinShard, planShards, type Shard, splitShard, uploadShard } from './shards.ts';
import { expectLengths, toTorchArrays } from '../state-arrays.ts';

/** Loss and gradients of one micro-batch. */
interface Gradients {
  loss: tf.Scalar;
  perSample: tf.Tensor1D;
  /** One vector per shard. */
  flat: tf.Tensor1D[];
}

/**
 * An executor on the current TensorFlow.js backend, which is `device`'s. `setState` comes first. Throws
 * FaultError (kind `memory`) if a parameter is larger than the device's largest tensor.
 */
export function createEagerExecutor(
  device: EagerDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
): Executor {
  for (const { name, shape } of parameters) {
    const bytes = sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
    if (bytes > device.maxTensorBytes) throw tooLarge(name, bytes, device.maxTensorBytes);
  }
  const forward = eagerForward(device, parameters, network);
  return new EagerExecutor(parameters, forward, planShards(parameters, device.maxTensorBytes));
}

class EagerExecutor implements Executor {
  readonly kind = 'eager';
  readonly parameters: readonly ParameterSpec[];
  readonly #forward: EagerForward;
  readonly #shards: Shard[];
  /** One per shard; empty before setState. */
  #state: FlatState[] = [];
  /** Of a run that began in mixed precision: kept as it is, for eager scales no loss. */
  #lossScale: LossScale | undefined;

  constructor(parameters: readonly ParameterSpec[], forward: EagerForward, shards: Shard[]) {
    this.parameters = parameters;
    this.#forward = forward;
    this.#shards = shards;
  }

  /** Shaders are compiled within the first steps. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  setState(state: ExecutorState): void {
    expectLengths(this.parameters, state);
    const old = this.#state;
    this.#lossScale = state.lossScale;
    let first = 0;
    this.#state = this.#shards.map((shard) => {
      const last = first + shard.slices.length;
      const upload = (group: StateGroup) => uploadShard(shard, state[group].slice(first, last));
      const flat = mapGroups(upload);
      first = last;
      return flat;
    });
    disposeAll(old);
  }

  async step(microBatches: StepBatch[], asked: StepSettings): Promise<StepStats> {
    const settings = asked.afterSkipping?.(this.#lossScale?.skipped ?? 0) ?? asked;
    const before = this.#ready();
    const samples = microBatches.reduce((sum, batch) => sum + batch.sampleWeights.length, 0);
    const [stats, after] = tf.tidy(() => {
      const { loss, perSample, flat } = this.#averageGradients(microBatches);
      const norm = globalNorm(flat);
      const ok = allFinite([loss, norm]);
      const clip = settings.gradientClip > 0 ? clipCoefficient(norm, settings.gradientClip) : null;
      const updated = before.map((state, i) => {
        const gradient = flat[i] as tf.Tensor1D;
        return choose(ok, adamW(state, clip ? tf.mul(gradient, clip) : gradient, settings), state);
      });
      const numbers = [loss, norm, tf.cast(ok, 'float32')].map((number) =>
        tf.reshape<tf.Rank.R1>(number, [1]),
      );
      return [tf.concat1d([...numbers, perSample]), updated] as const;
    });
    this.#state = after;
    disposeAll(before);
    return readStats(stats, samples);
  }

  /** Loss and gradients averaged over all micro-batches; the losses of their pictures in order. */
  #averageGradients(microBatches: StepBatch[]): Gradients {
    const weights = this.#split('weights');
    const all = microBatches.map((batch) => this.#gradients(weights, batch));
    const mean = <T extends tf.Tensor>(tensors: T[]) => tf.div<T>(tf.addN(tensors), tensors.length);
    const [only] = all;
    if (only && all.length === 1) return only;
    return {
      loss: mean(all.map((one) => one.loss)),
      perSample: tf.concat1d(all.map((one) => one.perSample)),
      flat: this.#shards.map((_, i) => mean(all.map((one) => one.flat[i] as tf.Tensor1D))),
    };
  }

  #gradients(weights: tf.Tensor[], batch: StepBatch): Gradients {
    const given = givenBatch(batch);
    const target = tf.tensor(given.target, [...given.inputs.sample.shape]);
    const sampleWeights = tf.tensor1d(given.sampleWeights);
    // The only tensor besides the loss that outlives the forward pass.
    const kept: tf.Tensor1D[] = [];
    const lossOf = (...tensors: tf.Tensor[]): tf.Scalar => {
      const prediction = this.#forward(tensors, given.inputs);
      const perSample = tf.keep(tf.mean<tf.Tensor1D>(tf.square(tf.sub(prediction, target)), [1, 2, 3]));
      kept.push(perSample);
      return tf.mean(tf.mul(perSample, sampleWeights));
    };
    const { value: loss, grads } = tf.valueAndGrads(lossOf)(weights);
    // `kept` holds one tensor; this is a copy that the step's tidy frees.
    const perSample = tf.concat1d(kept);
    tf.dispose(kept);
    return { loss, perSample, flat: this.#join(grads) };
  }

  /** A tensor per parameter, in the order of the specs. */
  #split(group: StateGroup): tf.Tensor[] {
    const state = this.#ready();
    return this.#shards.flatMap((shard, i) => splitShard(shard, (state[i] as FlatState)[group]));
  }

  #join(tensors: readonly tf.Tensor[]): tf.Tensor1D[] {
    let first = 0;
    return this.#shards.map((shard) =>
      joinShard(shard, tensors.slice(first, (first += shard.slices.length))),
    );
  }

  async snapshot(): Promise<ExecutorState> {
    // Clones share the data, so this moment's state stays until it is read, whatever training does meanwhile.
    const pinned = this.#ready().map((flat) => mapGroups((group) => tf.clone(flat[group])));
    const state: ExecutorState = { weights: [], ema: [], expAvg: [], expAvgSq: [] };
    // All reads are encoded at once: a later one would wait behind the steps that follow.
    const read = async (group: StateGroup, i: number) =>
      await (pinned[i] as FlatState)[group].data<'float32'>();
    const reads = STATE_GROUPS.map((group) => Promise.all(this.#shards.map((_, i) => read(group, i))));
    try {
      const values = await Promise.all(reads);
      for (const [g, group] of STATE_GROUPS.entries()) {
        for (const [i, shard] of this.#shards.entries()) {
          const flat = values[g]?.[i] as Float32Array;
          state[group].push(...(await toTorchArrays(shard.slices, () => flat)));
        }
      }
    } finally {
      disposeAll(pinned);
    }
    return this.#lossScale ? { ...state, lossScale: this.#lossScale } : state;
  }

  hold(weights: 'ema' | 'raw'): HeldWeights {
    return new HeldTensors(tf.tidy(() => this.#split(weights === 'ema' ? 'ema' : 'weights')));
  }

  predict(weights: HeldWeights, inputs: Inputs<InputArray>): Promise<Float32Array> {
    return predictEagerly(this.#forward, weights, inputs);
  }

  dispose(): void {
    disposeAll(this.#state);
    this.#state = [];
  }

  #ready(): FlatState[] {
    if (this.#state.length === 0) throw new Error('the executor has no state: call setState first');
    return this.#state;
  }
}

/** [loss, norm, ok, losses of the pictures...] -> numbers. */
async function readStats(stats: tf.Tensor1D, samples: number): Promise<StepStats> {
  try {
    const values = await stats.data<'float32'>();
    const [loss = NaN, gradientNorm = NaN, ok] = values;
    return { loss, gradientNorm, perSample: values.slice(3, 3 + samples), applied: ok === 1 };
  } finally {
    stats.dispose();
  }
}

function mapGroups(make: (group: StateGroup) => tf.Tensor1D): FlatState {
  return { weights: make('weights'), ema: make('ema'), expAvg: make('expAvg'), expAvgSq: make('expAvgSq') };
}

function disposeAll(states: readonly FlatState[]): void {
  for (const state of states) for (const group of STATE_GROUPS) state[group].dispose();
}

function tooLarge(name: string, bytes: number, most: number): FaultError {
  return new FaultError({
    kind: 'memory',
    title: 'This GPU is too small for the network',
    what: `The parameter ${name} does not fit into one buffer of this device.`,
    expected: `at most ${most} bytes`,
    got: `${bytes} bytes`,
    todo: ['Choose a smaller preset.'],
  });
}
