// A model that was not saved by Perennial, by what a folder or a .pt file tells of it, types only. Not here: reading them
// (diffusers-model.ts, torch-model.ts), what becomes of one (adopt-model.ts).

import type { UNetConfig } from '../../model/unet-config.ts';
import type { ReadFacts } from '../checkpoint-file.ts';

export type Tensors = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** Values by diffusers' parameter names, PyTorch's layout. */
export interface ModelState {
  weights: Tensors;
  /** Null: not in the file. */
  ema: Tensors | null;
  moments: { expAvg: Tensors; expAvgSq: Tensors } | null;
  losses: Losses;
}

/** As far as the file has them. */
export interface Losses {
  /** Of step i + 1. */
  batch: Float32Array;
  /** [steps, 4], or null. */
  quartiles: Float32Array | null;
  epochs: Float32Array;
}

/** How far it was trained. */
export interface ModelProgress {
  globalStep: number;
  epoch: number;
  /** Losses that the file has. */
  batchLosses: number;
}

export interface ForeignModel {
  format: 'diffusers' | 'torch';
  /** The file's or the folder's name. */
  name: string;
  sizeBytes: number;
  /** Of the weights, as safetensors names it. */
  dtype: string;
  shapes: ReadonlyMap<string, readonly number[]>;
  /** The network that the file names; null: not known. */
  network: UNetConfig | null;
  /** scheduler_config.json; null: not known. */
  scheduler: Readonly<Record<string, unknown>> | null;
  /** Of the Perennial checkpoint that it was exported from; null: of none. */
  facts: ReadFacts | null;
  progress: ModelProgress | null;
  hasEma: boolean;
  /** Of the optimizer state that is there: its settings. */
  optimizer: { learningRate: number; weightDecay: number } | null;
  /** Why one that is in the file is not taken, as a sentence. */
  optimizerLeftOut: string | null;
  /** What else of the file is left out and why, in sentences. */
  leftOut: string[];
  /** Throws FaultError kind `file` or `not-finite`. */
  load(): Promise<ModelState>;
}
