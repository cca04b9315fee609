// An executor runs a network: it holds weights and optimizer state on the device, makes training steps and
// predictions. Implemented by plan/run/plan-executor.ts and eager/eager-executor.ts. Arrays that cross this
// boundary are plain and NHWC. Not here: anything of diffusion.
import type { Stream } from '../random.ts';
import type { BatchShape, Conditions, InputArray, Inputs } from './inputs.ts';
import type { Ops, Weights } from './ops.ts';

/**
 * A parameter: its name in diffusers' state_dict and its shape in PyTorch's layout (convolution OIHW, linear
 * [out, in]).
 */
export interface ParameterSpec {
  name: string;
  shape: number[];
}

/** Computes the prediction, [B, H, W, C], from weights and inputs by name. */
export type Network = <T>(ops: Ops<T>, weights: Weights<T>, inputs: Inputs<T>) => T;

/** One batch of a regression: predict a target from inputs. */
export type StepBatch = GivenBatch | NoisedBatch;

/** A batch whose sample and target are ready. */
export interface GivenBatch {
  inputs: Inputs<InputArray>;
  /** The same shape as the sample. */
  target: Float32Array;
  /** Weight of each picture's mean squared error, [B]. */
  sampleWeights: Float32Array;
}

/** The pictures of a batch before noise is mixed in. Which byte is which value: picture-values.ts. */
export interface BatchPictures {
  /** Values -1..1, or bytes. */
  readonly data: Float32Array | Uint8Array;
  /** [B, H, W, C] */
  readonly shape: BatchShape;
  /** Of each picture, whether it is learnt mirrored, left to right. Absent: none is. */
  readonly mirrored?: readonly boolean[];
}

/**
 * A batch whose sample and target are mixed from pictures and noise: sample = m0 picture + m1 noise, target =
 * m2 picture + m3 noise.
 */
export interface NoisedBatch {
  inputs: Conditions<InputArray>;
  pictures: BatchPictures;
  /** Weight of each picture's mean squared error, [B]. */
  sampleWeights: Float32Array;
  /** [B, 4]: m0 to m3 of each picture. */
  mixture: Float32Array;
  /**
   * The normals of random.ts at the indices from `first` on, one for each value of the pictures. The executor
   * draws them where it computes.
   */
  noise: { seed: number; step: number; stream: Stream; first: number };
}

/** AdamW as torch.optim.AdamW, clipping as torch.nn.utils.clip_grad_norm_, EMA as diffusers' EMAModel. */
export interface StepSettings {
  /** 1 for the first update. */
  optimizerStep: number;
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Largest gradient norm; 0 means no clipping. */
  gradientClip: number;
  emaDecay: number;
  /**
   * The settings of this step where so many steps before it were skipped (`LossScale`); default: these, of an
   * earlier `optimizerStep`.
   */
  afterSkipping?: (skipped: number) => StepSettings;
}

/** State of the dynamic loss scaling of mixed precision, as torch.amp.GradScaler's. */
export interface LossScale {
  scale: number;
  /** Steps applied since the scale changed. */
  growthTracker: number;
  /** Steps that were skipped because their gradients were not finite, since the run began. */
  skipped: number;
}

export interface StepStats {
  /** Mean over the batch of sampleWeights * mean squared error. */
  loss: number;
  /** Unweighted mean squared error of each picture, micro-batches in order. */
  perSample: Float32Array;
  /** Before clipping. */
  gradientNorm: number;
  /**
   * False if the loss or the gradient norm is not finite: the update is then not applied, and weights,
   * moments and EMA are as before.
   */
  applied: boolean;
  /** After the step; absent in full precision. */
  lossScale?: LossScale;
}

export const STATE_GROUPS = ['weights', 'ema', 'expAvg', 'expAvgSq'] as const;
export type StateGroup = (typeof STATE_GROUPS)[number];

/**
 * The whole trained state: for each group one array per parameter, in the order of the specs, in PyTorch's
 * layout.
 */
export type ExecutorState = Record<StateGroup, Float32Array<ArrayBuffer>[]> & {
  /** Of mixed precision; absent: as it is before the first step. */
  lossScale?: LossScale;
};

/** A copy of one step's weights, kept until it is released. */
export interface HeldWeights {
  release(): void;
}

/** `plan`: the whole step is one fixed list of dispatches. `eager`: plain TensorFlow.js. */
export type ExecutorKind = 'plan' | 'eager';

export interface Executor {
  readonly kind: ExecutorKind;
  readonly parameters: readonly ParameterSpec[];
  /**
   * How many of the network's convolutions, forward and backward, have a tile shape that timing chose: by
   * name of the shape, most first. Absent where nothing is timed.
   */
  readonly shapesChosen?: Readonly<Record<string, number>>;
  /**
   * Compiles what steps need; drawing needs less and does not wait for it. The first step comes after it has
   * resolved. onCompiled: how many pipelines are ready, and of how many.
   */
  prepare(onCompiled?: (done: number, total: number) => void): Promise<void>;
  /** Replaces the whole state. Throws if an array does not have its parameter's length. */
  setState(state: ExecutorState): void;
  /**
   * Encodes one step and returns at once; the promise settles when the GPU is done. The gradients of several
   * micro-batches are averaged.
   */
  step(microBatches: StepBatch[], settings: StepSettings): Promise<StepStats>;
  /** The state after the last encoded step, read back while training goes on. */
  snapshot(): Promise<ExecutorState>;
  /** Keeps the weights of the last encoded step, so that samples can be drawn while training goes on. */
  hold(weights: 'ema' | 'raw'): HeldWeights;
  /** One forward pass. The prediction has the shape of the sample. */
  predict(weights: HeldWeights, inputs: Inputs<InputArray>): Promise<Float32Array>;
  dispose(): void;
}

/** The half of an executor that predicts. */
export type Predictor = Pick<Executor, 'hold' | 'predict'>;
