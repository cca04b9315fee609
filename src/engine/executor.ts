// What runs a network: holds its weights and optimizer state on the device, makes training steps and predictions.
// Types only; plan/plan-executor.ts and eager-executor.ts implement it. Plain arrays cross this boundary, in NHWC; it knows nothing of diffusion.
import type { Stream } from '../random.ts';
import type { Conditions, InputArray, Inputs } from './inputs.ts';
import type { Ops, Weights } from './ops.ts';

/** A parameter by its diffusers name; shape in PyTorch's layout (conv OIHW, linear [out, in]). */
export interface ParameterSpec {
  name: string;
  shape: number[];
}

/** The network: the prediction, [B, H, W, C], from weights and inputs by their names. */
export type Network = <T>(ops: Ops<T>, weights: Weights<T>, inputs: Inputs<T>) => T;

/** One batch of a regression: predict a target from inputs. */
export type StepBatch = GivenBatch | NoisedBatch;

/** Sample and target as they are. */
export interface GivenBatch {
  inputs: Inputs<InputArray>;
  /** As the sample. */
  target: Float32Array;
  /** Weight of each picture's mean squared error, [B]. */
  sampleWeights: Float32Array;
}

/** Sample and target as mixtures of pictures and noise: sample = m0 picture + m1 noise, target = m2 picture + m3 noise. */
export interface NoisedBatch {
  inputs: Conditions<InputArray>;
  /** [B, H, W, C] */
  pictures: InputArray;
  /** Weight of each picture's mean squared error, [B]. */
  sampleWeights: Float32Array;
  /** [B, 4]: m0..m3 of each picture. */
  mixture: Float32Array;
  /** The normals of random.ts at indices first..first + size of the batch - 1: the executor draws them where it computes. */
  noise: { seed: number; step: number; stream: Stream; first: number };
}

/** AdamW as torch.optim.AdamW, clip as torch.nn.utils.clip_grad_norm_, EMA as diffusers' EMAModel. */
export interface StepSettings {
  /** 1 for the first update. */
  optimizerStep: number;
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** 0 does not clip. */
  gradientClip: number;
  emaDecay: number;
}

export interface StepStats {
  /** mean over the batch of sampleWeights * mean squared error. */
  loss: number;
  /** Unweighted mean squared error of each picture, all micro-batches in order. */
  perSample: Float32Array;
  /** Before clipping. */
  gradientNorm: number;
  /** False: loss or gradients were not finite and the update was NOT applied (weights, moments, EMA as before). */
  applied: boolean;
}

export const STATE_GROUPS = ['weights', 'ema', 'expAvg', 'expAvgSq'] as const;
export type StateGroup = (typeof STATE_GROUPS)[number];

/** The whole trained state, each group one array per parameter in the order of the specs, PyTorch's layout. */
export type ExecutorState = Record<StateGroup, Float32Array<ArrayBuffer>[]>;

/** Weights of one step, kept until released. */
export interface HeldWeights {
  release(): void;
}

/** `plan`: the whole step as one fixed list of dispatches. `eager`: plain TensorFlow.js. */
export type ExecutorKind = 'plan' | 'eager';

export interface Executor {
  readonly kind: ExecutorKind;
  readonly parameters: readonly ParameterSpec[];
  /** Replaces everything. Lengths must equal the specs'. */
  setState(state: ExecutorState): void;
  /** Encodes one step (several micro-batches: gradients averaged) and returns at once; the promise settles when the GPU is done. */
  step(microBatches: StepBatch[], settings: StepSettings): Promise<StepStats>;
  /** The state as of the last step encoded, read back while training goes on. */
  snapshot(): Promise<ExecutorState>;
  /** Keeps the weights as of the last step encoded: samples are drawn from them while training goes on. */
  hold(weights: 'ema' | 'raw'): HeldWeights;
  /** A forward pass: the prediction, as the sample. */
  predict(weights: HeldWeights, inputs: Inputs<InputArray>): Promise<Float32Array>;
  dispose(): void;
}

/** The half of an executor that predicts. */
export type Predictor = Pick<Executor, 'hold' | 'predict'>;
