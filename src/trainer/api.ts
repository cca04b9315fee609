// The worker boundary, types only: every command the page can give, every event the trainer posts.
// Read this file and you know all that crosses between page and worker.
import type { CheckpointRecord, CheckpointRef, SelfTestReport, StoreReport } from '../checkpoint/api.ts';
import type { RunConfig, Settings } from '../settings/settings.ts';
import type { DatasetInfo, ImportProgress, ImportReport } from '../data/api.ts';
import type { ExecutorKind } from '../engine/executor.ts';
import type { Fault, Result } from '../fault.ts';

export type { CheckpointRecord, CheckpointRef, SelfTestReport, StoreReport } from '../checkpoint/api.ts';
export type { DatasetInfo, ImportProgress, ImportReport, SkippedFile } from '../data/api.ts';

/** States the trainer knows. The page adds `elsewhere` (another tab) and `unavailable` (no GPU until a restart). */
export type RunState = 'idle' | 'starting' | 'validating' | 'training' | 'paused' | 'finished' | 'failed';

export interface Machine {
  backend: 'webgpu' | 'webgl' | 'cpu';
  /** That a new run would have. */
  executor: ExecutorKind;
  /** What the plan's self-test found wrong on this device; then eager runs. */
  planFault: string | null;
  /** "NVIDIA GeForce RTX 3060", or what the browser tells of it. */
  gpu: string;
  /** A software GPU, webgl or cpu: the preset `tiny` fits. */
  slow: boolean;
  /** Why it is not webgpu and the way out; null where it is or where the user forced another. */
  why: Fault | null;
  /** Gradient of a small convolution against the same in plain JavaScript. */
  selfTest: { passed: boolean; detail: string; ms: number };
  /** From a probe of at most two seconds. Milliseconds of one small operation; multiply-adds per second of a convolution's forward and backward. */
  probe: { opMs: number; macsPerSecond: number };
  /** Largest tensor the device takes. */
  maxTensorBytes: number;
}

export interface RunSummary {
  runId: string;
  /** "run id @ step" it was forked or imported from, or empty. */
  parent: string;
  config: RunConfig;
  dataset: { id: string; title: string; count: number; size: number };
  /** That runs its steps here. */
  executor: ExecutorKind;
  parameters: number;
  checkpointBytes: number;
  /** Slots reserved: checkpoints that stay, plus one to write into. */
  poolSlots: number;
  stepsPerEpoch: number;
  lastStep: number;
  started: string;
}

export interface FoundCheckpoint {
  record: CheckpointRecord;
  batchLossesRecorded: number;
  meanOfLast100: number | null;
  nextCheckpointStep: number;
  passedOver: { name: string; globalStep: number; why: string }[];
  /** Same adapter, browser, executor: the same bits. Else: within 1e-3 over 20 steps, and why. */
  sameBits: boolean;
  sameBitsWhy: string;
  /** True for an import that was just written: it waits paused. */
  imported: boolean;
}

/**
 * One picture a model drew; uint8 RGBA, size x size. `generate`: from any checkpoint, on request, beside the run; the other
 * purposes are the run's own.
 */
export interface Sample {
  purpose: 'validation' | 'progress' | 'draw' | 'generate';
  step: number;
  index: number;
  of: number;
  size: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
  finite: boolean;
  /** False: on its way, noise still clearing; shown, never counted. */
  drawn: boolean;
  /** Denoising calls behind it: 0 is the noise it starts from. */
  calls: number;
  /** Which of the at most 8 moments of its way this is, 0 the noise; null between them. */
  moment: number | null;
}

/** One step's numbers, batched into `progress`. */
export interface Progress {
  globalStep: number;
  epoch: number;
  imagesSeen: number;
  /** Losses of the steps since the last event, the last one that of globalStep. */
  losses: Float32Array<ArrayBuffer>;
  learningRate: number;
  gradientNorm: number;
  /** Over the last steps of this session; null before two. */
  stepsPerSecond: number | null;
}

export type TrainerEvent =
  | { type: 'state'; state: RunState }
  /** What is being prepared: "Compiling shaders", 12 of 40. Null total: unknown. */
  | { type: 'preparing'; what: string; done: number; total: number | null }
  /** A run became the current one, with its whole history (after start, recovery, import, fork). */
  | {
      type: 'run';
      run: RunSummary;
      globalStep: number;
      epoch: number;
      losses: Float32Array<ArrayBuffer>;
      epochLosses: number[];
    }
  | { type: 'no-run' }
  /** Training goes on at the step after this one: from a checkpoint, not from a pause. */
  | { type: 'resumed'; step: number }
  | { type: 'found'; found: FoundCheckpoint }
  | { type: 'progress'; progress: Progress }
  /** A set of samples begins (its canvases are cleared), goes on, and is complete. */
  | {
      type: 'samples-begin';
      purpose: Sample['purpose'];
      step: number;
      size: number;
      weights: 'ema' | 'raw';
      seed: number;
      /** Pictures, and the denoising calls of each. */
      count: number;
      calls: number;
    }
  | { type: 'sample'; sample: Sample }
  | { type: 'samples-end'; purpose: Sample['purpose']; step: number; finite: boolean; alike: number | null }
  /** The sheet of a step (4 x 4 PNG) is in the index now. */
  | { type: 'sheet'; runId: string; step: number }
  /** The whole list, newest first, after every change. */
  | { type: 'checkpoints'; checkpoints: CheckpointRecord[] }
  | { type: 'saving'; name: string; step: number }
  | { type: 'saved'; record: CheckpointRecord; pauseMs: number; totalMs: number }
  | { type: 'import-progress'; progress: ImportProgress }
  /** Needs no action: goes to the status line. */
  | { type: 'notice'; text: string }
  | { type: 'fault'; fault: Fault }
  /** The GPU is gone for good: viewing and export still work. */
  | { type: 'unavailable'; fault: Fault };

/** A field of diffusers' config.json or scheduler_config.json that a file leaves open. */
export interface AskedField {
  /** diffusers' name. */
  name: string;
  help: string;
  /** Used unless it is changed. */
  value: string | number | boolean | null;
  /** Absent: a number from `min` to `max`, a multiple of `step`. */
  choices?: (string | number | boolean | null)[];
  min?: number;
  max?: number;
  step?: number;
}

/** Values of the fields that were asked for, by name. */
export type ImportAnswers = Readonly<Record<string, AskedField['value']>>;

/** What the files that the user brings hold, before anything is loaded. */
export interface ImportPreview {
  format: 'checkpoint' | 'diffusers' | 'torch';
  /** unet_step_20, or the file's or folder's name. */
  title: string;
  fileName: string;
  sizeBytes: number;
  /** Of the weights, as safetensors names it. */
  dtype: string;
  parameters: number;
  /** "Tiny, 16 × 16" or the channels of a network that no preset has. */
  network: string;
  globalStep: number;
  epoch: number;
  /** Losses that are in the file. */
  batchLosses: number;
  /** Said as sentences. */
  kept: string[];
  missing: string[];
  /** Null: it goes on with the pictures and the settings of the form. */
  dataset: { title: string; count: number; here: boolean } | null;
  /** Of a checkpoint of ours. */
  origin: { runId: string; created: string; appVersion: string } | null;
  asked: AskedField[];
}

/**
 * `checkpoint`: everything, to go on with. `diffusers`: a zip that DDPMPipeline opens. `torch`: a .pt file. `weights`: one
 * safetensors file. `pictures`: the data set as PNG files, to go on elsewhere.
 */
export type ExportKind = 'checkpoint' | 'diffusers' | 'torch' | 'weights' | 'pictures';

export interface ExportRequest {
  ref: CheckpointRef;
  kind: ExportKind;
  /** Of `diffusers` and `weights`; the others have both or none. */
  weights: 'ema' | 'raw';
}

/** Picture `i` (0 the first) of a seed is the same whatever `count` is. */
export interface GenerateRequest {
  ref: CheckpointRef;
  weights: 'ema' | 'raw';
  seed: number;
  /** 1..64. */
  count: number;
  /** Denoising calls of a picture, 1..1000. */
  steps: number;
  sampler: RunConfig['sampler'];
}

/** What is known of a checkpoint before pictures are drawn from it. */
export interface DrawingFacts {
  /** Those of its run. */
  steps: number;
  sampler: RunConfig['sampler'];
  /** Its network is that of the current run: then it can be drawn from while that run trains. */
  asTheRun: boolean;
  /** Of its network on this device, by pictures in the call: ms of a denoising call, as measured. Empty: not measured yet. */
  callMs: { pictures: number; ms: number }[];
}

/** Pictures as the model will see them: one RGBA sheet of columns x rows tiles of size x size. */
export interface Preview {
  size: number;
  columns: number;
  rows: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Comlink interface of worker.ts. Expected failures are Results or `fault` events, never rejections. */
export interface TrainerApi {
  /** First call. Starts the store and the device; posts events in batches from then on, at most ten a second while training. */
  open(
    request: { backend: RunConfig['backend']; executor: RunConfig['executor'] },
    onEvents: (events: TrainerEvent[]) => void,
  ): Promise<Result<Opened>>;
  /** After open: validates and resumes the newest checkpoint, or posts `no-run`. */
  recover(): Promise<void>;
  /** GPU bytes that training with these settings takes, exactly; null where that is not known beforehand (eager). */
  trainingBytes(config: RunConfig): Promise<Result<number | null>>;
  train(config: RunConfig): Promise<Result<null>>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  saveCheckpoint(): Promise<void>;
  /** Closes the current run (its checkpoints stay) and waits idle. */
  newRun(): Promise<void>;
  /** A new run with its own id and parent; `changes` may hold learningRate, epochs, maxSteps, checkpoint and sample intervals. */
  resumeFrom(ref: CheckpointRef, changes: Partial<RunConfig>): Promise<Result<null>>;
  drawSamples(request: { seed: number; weights: 'ema' | 'raw' }): Promise<Result<null>>;
  /** Pictures from any checkpoint, with or without a run; changes nothing of a run. Answers when they are drawn, or cancelled. */
  generate(request: GenerateRequest): Promise<Result<null>>;
  cancelGenerate(): Promise<void>;
  drawingFacts(ref: CheckpointRef): Promise<Result<DrawingFacts>>;

  /** The slot of a `checkpoint` is not overwritten until endExport. */
  exportCheckpoint(request: ExportRequest): Promise<Result<File>>;
  /** The download has begun: the slot may be overwritten again. */
  endExport(ref: CheckpointRef): Promise<void>;
  /** A checkpoint, a .pt file, or the files of a diffusers folder. Changes nothing. */
  inspectFiles(files: File[]): Promise<Result<ImportPreview>>;
  /** `chosen`: what a model goes on with that names no pictures and no settings; else they are its preset's. */
  importCheckpoint(files: File[], answers: ImportAnswers, chosen: Partial<Settings>): Promise<Result<null>>;
  keepCheckpoint(ref: CheckpointRef, kept: boolean): Promise<Result<null>>;
  deleteCheckpoint(ref: CheckpointRef): Promise<Result<null>>;

  storeReport(): Promise<StoreReport>;
  freeStepCheckpoints(runId: string): Promise<Result<number>>;
  testCheckpointSystem(): Promise<Result<SelfTestReport>>;

  datasets(): Promise<DatasetInfo[]>;
  preview(request: {
    dataset: string;
    imageSize: number;
    columns: number;
    rows: number;
  }): Promise<Result<Preview>>;
  importPictures(files: File[], title: string, size: number): Promise<Result<ImportReport>>;
  cancelImport(): Promise<void>;
  deletePictures(id: string): Promise<void>;
  /** The user accepts that the pictures differ from those the run began with. */
  confirmPictures(): Promise<void>;
}

export interface Opened {
  machine: Machine;
  store: StoreReport;
  datasets: DatasetInfo[];
}
