// A model of another program, as its files describe it; types only. Not here: reading the files
// (folder-model.ts, torch-model.ts), what becomes of the model (adopt-model.ts).

import type { TextEncoderConfig } from '../../model/text-encoder-config.ts';
import type { UNetConfig } from '../../model/unet-config.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { ReadFacts } from '../checkpoint-file.ts';
import type { RunClasses } from '../run-classes.ts';

export type Tensors = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** Values by diffusers' parameter names and our names of the text encoder's, in PyTorch's layout. */
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
  /** Element type of the weights by its name in safetensors, such as F32. */
  dtype: string;
  /** Of the UNet, and after it of the text encoder where one came. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** The text encoder that came with the UNet, and its words; null: none. */
  encoder: { config: TextEncoderConfig; vocabulary: Vocabulary } | null;
  /** Names of its classes, by their numbers; null: the files name none. */
  classes: RunClasses | null;
  /** The network; null: the files do not describe it. */
  network: UNetConfig | null;
  /** scheduler_config.json; null: the files have none. */
  scheduler: Readonly<Record<string, unknown>> | null;
  /** Facts of the Perennial checkpoint that the model was exported from; null: of another program. */
  facts: ReadFacts | null;
  progress: ModelProgress | null;
  hasEma: boolean;
  /** Settings of the optimizer whose state is taken over; null: no optimizer state is taken over. */
  optimizer: { learningRate: number; weightDecay: number } | null;
  /** A sentence: why the file's optimizer state is not taken over. Null: taken over, or not in the file. */
  optimizerLeftOut: string | null;
  /** Sentences: all other parts of the file that are left out, and why. */
  leftOut: string[];
  /** Reads the values. Throws FaultError kind `file` or `not-finite`. */
  load(): Promise<ModelState>;
}
