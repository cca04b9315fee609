// A model of another program, as its files describe it; types only. Not here: reading the files
// (diffusers-model.ts, torch-model.ts), what becomes of the model (adopt-model.ts).

import type { UNetConfig } from '../../model/unet-config.ts';
import type { ReadFacts } from '../checkpoint-file.ts';

export type Tensors = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** Values by diffusers' parameter names, in PyTorch's layout. */
export interface ModelState {
  weights: Tensors;
  /** Null: not in the file. */
  ema: Tensors | null;
  moments: { expAvg: Tensors; expAvgSq: Tensors } | null;
  losses: Losses;
}

/** The losses that the file has; empty arrays where it has none. */
export interface Losses {
  /** [i] is the loss of step i + 1. */
  batch: Float32Array;
  /** [steps, 4]; null: not in the file. */
  quartiles: Float32Array | null;
  epochs: Float32Array;
}

/** How far the model was trained. */
export interface ModelProgress {
  globalStep: number;
  epoch: number;
  /** Number of batch losses in the file. */
  batchLosses: number;
}

export interface ForeignModel {
  format: 'diffusers' | 'torch';
  /** Name of the file or folder. */
  name: string;
  sizeBytes: number;
  /** Element type of the weights, as safetensors names it. */
  dtype: string;
  shapes: ReadonlyMap<string, readonly number[]>;
  /** The network; null: the files do not describe it. */
  network: UNetConfig | null;
  /** scheduler_config.json; null: the files have none. */
  scheduler: Readonly<Record<string, unknown>> | null;
  /** Facts of the Perennial checkpoint that the model was exported from; null: it was not. */
  facts: ReadFacts | null;
  progress: ModelProgress | null;
  hasEma: boolean;
  /** Settings of the optimizer whose state is taken over; null: no state is. */
  optimizer: { learningRate: number; weightDecay: number } | null;
  /** Why an optimizer state in the file is not taken over, as a sentence; null: it is, or there is none. */
  optimizerLeftOut: string | null;
  /** What else is left out and why, in sentences. */
  leftOut: string[];
  /** Reads the values. Throws FaultError kind `file` or `not-finite`. */
  load(): Promise<ModelState>;
}
