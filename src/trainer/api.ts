// The boundary between page and trainer worker, types only: every command of the page, every event of the
// trainer. Nothing else crosses it. Over 400 lines because the whole boundary is one read. Not here: what
// answers the commands (desk.ts).
import type { CheckpointRecord, CheckpointRef, SelfTestReport, StoreReport } from '../checkpoint/api.ts';
import type { RunConfig, Settings } from '../settings/settings.ts';
import type {
  DatasetInfo,
  ImportProgress,
  ImportReport,
  StoppedImport as StoredImport,
} from '../data/api.ts';
import type {
  CaptionEdit,
  ClassCount,
  DuplicateGroups,
  Edited,
  FoundIndices,
  NearPicture,
  Original,
  PictureNote,
  PictureSquare,
  PicturesQuery,
  WordCount,
} from '../data/browse-api.ts';
import type { PicturesFound } from '../data/found-pictures.ts';
import type { Chosen } from '../data/sources/source.ts';
import type { ExecutorKind } from '../engine/executor.ts';
import type { Fault, Result } from '../fault.ts';
import type { CaptionTemplate } from '../text/caption-template.ts';

export type { CheckpointRecord, CheckpointRef, SelfTestReport, StoreReport } from '../checkpoint/api.ts';
export type { FoundSource, PicturesFound } from '../data/found-pictures.ts';
export type { CaptionTemplate } from '../text/caption-template.ts';
export type {
  CaptionEdit,
  ClassCount,
  DuplicateGroups,
  FoundIndices,
  NearPicture,
  Original,
  PictureNote,
  PictureSquare,
  PicturesQuery,
  WordCount,
} from '../data/browse-api.ts';
export type { DatasetInfo, ImportProgress, ImportReport, ToldFiles } from '../data/api.ts';

/** An import that can go on. */
export interface StoppedImport extends StoredImport {
  /** The folders or files that it was given, where the browser has them: the user must allow to read them. */
  handles: readonly FileSystemHandle[];
}

/** The trainer's states. The page adds `elsewhere` (another tab) and `unavailable` (no GPU). */
export type RunState = 'idle' | 'starting' | 'validating' | 'training' | 'paused' | 'finished' | 'failed';

export interface Machine {
  backend: 'webgpu' | 'webgl' | 'cpu';
  /** The executor that a new run would have. */
  executor: ExecutorKind;
  /** What the plan's self-test found wrong on this device, or null. Where it found anything, eager runs. */
  planFault: string | null;
  /** "NVIDIA GeForce RTX 3060", or what the browser reports instead. */
  gpu: string;
  /** A software GPU, webgl or cpu: the preset `tiny` fits. */
  slow: boolean;
  /** Why the backend is not webgpu, and what to do; null for webgpu, or where the user chose the backend. */
  why: Fault | null;
  /**
   * Measured in at most two seconds. opMs: milliseconds of one small operation. macsPerSecond: multiply-adds
   * per second of a convolution, forward and backward.
   */
  probe: { opMs: number; macsPerSecond: number };
  /** Largest tensor that the device takes. */
  maxTensorBytes: number;
}

/** A run in the store, as the page lists it. */
export interface StoredRun {
  runId: string;
  /** Not empty, one line, and of one run only. */
  name: string;
}

export interface RunSummary {
  runId: string;
  /** "<run id>@<step>" of the checkpoint that the run was forked or imported from; else empty. */
  parent: string;
  config: RunConfig;
  dataset: { id: string; title: string; count: number; size: number };
  /** The executor that computes the run's steps on this device. */
  executor: ExecutorKind;
  /** How many convolutions have a tile shape that timing chose here, by its name, most first; {}: none. */
  shapesChosen: Readonly<Record<string, number>>;
  parameters: number;
  checkpointBytes: number;
  /** Reserved slots: one for each checkpoint that stays, and one to write into. */
  poolSlots: number;
  /** Bytes that one of them takes. */
  slotBytes: number;
  stepsPerEpoch: number;
  lastStep: number;
  /** What each of its 16 samples is told, a prompt or a class; null: its model is told nothing. */
  prompts: readonly string[] | null;
  started: string;
  /**
   * Whether the run has the pictures it began with; others wait until the user confirms them. `no-latents`:
   * its network learns from latents, and its data set has pixels.
   */
  pictures: 'as-begun' | 'changed' | 'absent' | 'no-latents';
}

export interface FoundCheckpoint {
  record: CheckpointRecord;
  batchLossesRecorded: number;
  meanOfLast100: number | null;
  nextCheckpointStep: number;
  passedOver: { name: string; globalStep: number; why: string }[];
  /** Whether the run goes on with the bits of one that never stopped. `sameBitsWhy` says why, or why not. */
  sameBits: boolean;
  sameBitsWhy: string;
  /** True for an import that was just written into the store: it waits paused. */
  imported: boolean;
}

/** One sample that a model drew: uint8 RGBA, size x size. */
export interface Sample {
  /** `generate`: from any checkpoint, on request, beside the run. The other purposes are the run's own. */
  purpose: 'validation' | 'progress' | 'draw' | 'generate';
  step: number;
  /** Number in its set, 0 the first, of `of` samples. */
  index: number;
  of: number;
  size: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
  finite: boolean;
  /** False while it is being drawn: the picture as predicted so far, which is shown and never counted. */
  drawn: boolean;
  /** Denoising calls made so far; 0: the sample is the noise that it starts from. */
  calls: number;
  /** Index among the sample's shown moments (at most 8, 0 the noise); null between two moments. */
  moment: number | null;
}

/** Numbers of the newest step, and the losses of all steps since the last event. */
export interface Progress {
  globalStep: number;
  epoch: number;
  imagesSeen: number;
  /** One loss for each step since the last event; the last one belongs to globalStep. */
  losses: Float32Array<ArrayBuffer>;
  learningRate: number;
  gradientNorm: number;
  /** Over the last 50 steps of this session; null before two steps. */
  stepsPerSecond: number | null;
  /** The part of the time of these steps, 0..1, in which they waited for pictures; null before ten steps. */
  waitShare: number | null;
  /** Samples were due at an earlier step and wait for their turn. */
  samplesOwed: boolean;
  /** Milliseconds of steps alone until drawing has its share again; 0: samples may begin. */
  samplesWaitMs: number;
}

export type TrainerEvent =
  | { type: 'state'; state: RunState }
  /** What is being prepared: "Compiling shaders", `done` 12 of `total` 40. Total null: unknown. */
  | { type: 'preparing'; what: string; done: number; total: number | null }
  /** A run became the current one: its whole history (after a start, recovery, import or fork). */
  | {
      type: 'run';
      run: RunSummary;
      globalStep: number;
      epoch: number;
      losses: Float32Array<ArrayBuffer>;
      epochLosses: number[];
    }
  | { type: 'no-run' }
  /** Training goes on from a checkpoint, not from a pause. The next step is `step` + 1. */
  | { type: 'resumed'; step: number }
  | { type: 'found'; found: FoundCheckpoint }
  | { type: 'progress'; progress: Progress }
  /** A set of samples begins (the page clears its canvases), goes on with `sample`, is complete. */
  | {
      type: 'samples-begin';
      purpose: Sample['purpose'];
      step: number;
      size: number;
      weights: 'ema' | 'raw';
      seed: number;
      /** Samples in the set. */
      count: number;
      /** Denoising calls of one sample. */
      calls: number;
      /** What each sample is told, a prompt or a class; null: the model is told nothing. */
      prompts: string[] | null;
    }
  | { type: 'sample'; sample: Sample }
  /** alike: how many samples equal those stored with the checkpoint; null where nothing was compared. */
  | { type: 'samples-end'; purpose: Sample['purpose']; step: number; finite: boolean; alike: number | null }
  /** The sheet of a step (a PNG of 4 x 4 samples) is in the index now. */
  | { type: 'sheet'; runId: string; step: number }
  /** The whole list of checkpoints, newest first, and every run of the store, after every change. */
  | { type: 'checkpoints'; checkpoints: CheckpointRecord[]; runs: StoredRun[] }
  | { type: 'saving'; name: string; step: number }
  | { type: 'saved'; record: CheckpointRecord; pauseMs: number; totalMs: number }
  | { type: 'import-progress'; progress: ImportProgress }
  /** Pictures of a set that are read, to be compared or ordered. */
  | { type: 'reading'; done: number; total: number }
  /** A message that needs no action: shown in the status line. */
  | { type: 'notice'; text: string }
  | { type: 'fault'; fault: Fault }
  /** The GPU was lost and could not be started again: viewing and export still work. */
  | { type: 'unavailable'; fault: Fault };

/** A field of diffusers' config.json or scheduler_config.json that a file lacks: the user is asked for it. */
export interface AskedField {
  /** diffusers' name. */
  name: string;
  help: string;
  /** Default. */
  value: string | number | boolean | null;
  /** Values to choose from. Where absent: a number from `min` to `max` in steps of `step`. */
  choices?: (string | number | boolean | null)[];
  min?: number;
  max?: number;
  step?: number;
}

/** The user's values of the asked fields, by the field's name. */
export type ImportAnswers = Readonly<Record<string, AskedField['value']>>;

/** What the user's files hold, shown before anything is loaded. */
export interface ImportPreview {
  format: 'checkpoint' | 'diffusers' | 'torch';
  /** The checkpoint's name (unet_step_20), or the name of the file or folder. */
  title: string;
  fileName: string;
  sizeBytes: number;
  /** Element type of the weights by its name in safetensors, such as F32. */
  dtype: string;
  parameters: number;
  /** "Tiny, 16 × 16", or the channels of a network that no preset has. */
  network: string;
  globalStep: number;
  epoch: number;
  /** Batch losses in the file. */
  batchLosses: number;
  /** Sentences: what the import keeps, and what the file lacks. */
  kept: string[];
  missing: string[];
  /** The pictures that the file names. Null: the run takes pictures and settings from the form. */
  dataset: { title: string; count: number; here: boolean } | null;
  /** Where a checkpoint of Perennial's comes from; null for other programs' files. */
  origin: { runId: string; created: string; appVersion: string } | null;
  /** Whether the model learns from captions. */
  words: boolean;
  asked: AskedField[];
  /** All models among the files, the first one offered first; each by its folder or file. */
  models: string[];
  /** Index of this one. */
  chosen: number;
  /** The first of several is the final one of a training, or the one of most steps; null: nothing tells. */
  first: 'final' | 'newest' | null;
  /** Pictures beside the model. */
  pictures: number;
  /** The 16 samples that the file carries, 4 x 4; null where it carries none. */
  samples: Preview | null;
}

/**
 * `checkpoint`: the whole checkpoint, to go on training. `diffusers`: a zip that diffusers opens, with text
 * encoder and tokenizer where the model knows words. `torch`: a .pt file. `weights`: the network as one
 * safetensors file. `pictures`: the data set as PNG files.
 */
export type ExportKind = 'checkpoint' | 'diffusers' | 'torch' | 'weights' | 'pictures';

export interface ExportRequest {
  ref: CheckpointRef;
  kind: ExportKind;
  /** Which weights `diffusers` and `weights` hold; the other kinds hold both or none. */
  weights: 'ema' | 'raw';
}

/** What samples of a model with words are to show. */
export interface Wish {
  /** Of sample i: prompts[i % prompts.length]. An empty prompt asks for nothing in particular. */
  readonly prompts: readonly string[];
  /** What samples are not to show: guidance leads away from it. Empty: from samples of no prompt. */
  readonly negative: string;
  /**
   * How strongly they follow (1: as was learnt), from the fraction `start` of the denoising calls to `stop`.
   */
  readonly guidance: { readonly scale: number; readonly start: number; readonly stop: number };
}

/** A word of captions or of a vocabulary. */
export interface KnownWord {
  word: string;
  /** How often the captions have it. */
  times: number;
}

/** What the captions of a data set give a model with words, known before it is trained. */
export interface CaptionFacts {
  /**
   * The 16 prompts that a run would have. isCaption: a picture has it; else its words are put together anew.
   */
  prompts: { text: string; isCaption: boolean }[];
  /** The most frequent words first, 200 at most. */
  vocabulary: KnownWord[];
  pictures: number;
  /** Pictures that have a caption. */
  captioned: number;
  /** Whether words can be learnt: not where no picture has a caption, or all have the same. */
  teaches: 'something' | 'missing' | 'same';
  /** Captions that speak of left or right, which a mirrored picture makes wrong. */
  sides: number;
}

/** What a checkpoint's model knows of words. */
export interface KnownWords {
  /** Of its run's own samples, which have this guidance. */
  prompts: readonly string[];
  guidanceScale: number;
  /** The words of its captions, the most frequent first, as far as known. */
  vocabulary: KnownWord[];
  /** The sentence that its captions share; null: none, or not known. */
  template: CaptionTemplate | null;
  /** Tokens of a prompt that its text encoder reads; a known word is one, another several. */
  tokens: number;
}

/** Samples from any checkpoint. Sample i (0 the first) of a seed is the same for every `count`. */
export interface GenerateRequest {
  ref: CheckpointRef;
  weights: 'ema' | 'raw';
  seed: number;
  /** 1..64. */
  count: number;
  /** Denoising calls of one sample, 1..1000. */
  steps: number;
  sampler: RunConfig['sampler'];
  /** Of a model with words; null: the model knows none, or the run's own prompts are meant. */
  wish: Wish | null;
  /** The class of all samples; null: each class in turn, or the model draws by none. */
  className: string | null;
  /**
   * For each sample the index of the noise that it begins from and that its sampler adds: samples with equal
   * ones differ by their prompts alone. Null: sample i has noise i.
   */
  noise: readonly number[] | null;
}

/** What is known of a checkpoint before anything is drawn from it. */
export interface DrawingFacts {
  /** Sampler steps and sampler that its run's settings come to. */
  steps: number;
  sampler: RunConfig['sampler'];
  predictionType: RunConfig['predictionType'];
  /** Id of the set that its run learns from. */
  dataset: string;
  /** Whether its network equals the current run's: only then can it be drawn from while that run trains. */
  asTheRun: boolean;
  /** Null: the model knows no words. */
  words: KnownWords | null;
  /** Names of the classes, in the order of their numbers; null: the model draws by no class. */
  classes: readonly string[] | null;
  /** Mean ms of a forward pass on this device, by samples in it. Empty: not measured yet. */
  callMs: { pictures: number; ms: number }[];
}

/** Pictures as the network gets them: one RGBA sheet of columns x rows tiles of size x size pixels. */
export interface Preview {
  size: number;
  columns: number;
  rows: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Comlink interface of worker.ts. An expected failure is a Result or a `fault` event, never a rejection. */
export interface TrainerApi {
  /** The first call: starts store and device, then posts events, in training at most ten times a second. */
  open(
    request: { backend: RunConfig['backend']; executor: RunConfig['executor'] },
    onEvents: (events: TrainerEvent[]) => void,
  ): Promise<Result<Opened>>;
  /**
   * Called after `open`: validates and resumes the newest checkpoint, or posts the state `idle`. Does nothing
   * where a run has begun.
   */
  recover(): Promise<void>;
  /**
   * The exact GPU bytes of training with these settings; null for eager: not known beforehand. The fault of
   * kind `memory`, here and of `train`, has offers; of kind `storage` where there is no room for the run's
   * checkpoints.
   */
  trainingBytes(config: RunConfig): Promise<Result<number | null>>;
  /** `prompts`: of the 16 samples of a model with words; null: they are drawn from the captions. */
  train(config: RunConfig, prompts: readonly string[] | null): Promise<Result<null>>;
  /** Answers when the run is paused. Samples that are being drawn go on meanwhile. */
  pause(): Promise<void>;
  /** Answers when the run trains, or why it cannot. */
  resume(): Promise<Result<null>>;
  /** A finished run goes on for `steps` more steps, as the same run. Answers when the run trains. */
  trainLonger(steps: number): Promise<Result<null>>;
  /**
   * Answers whether the checkpoint was saved, once that is known: false where the store refused it, which is
   * told by an event, or the run ended. A fault where the GPU was lost before.
   */
  saveCheckpoint(): Promise<Result<boolean>>;
  /** The page was hidden and may be closed: a run that trains is saved unless its last save is young. */
  pageHidden(): Promise<void>;
  /** Ends the drawing of the found checkpoint's samples; the run goes on, or waits, as after it. */
  skipValidation(): Promise<void>;
  /** Closes the current run; its checkpoints stay. */
  newRun(): Promise<Result<null>>;
  /**
   * Goes on in an earlier run, whether it was closed or not, at the step after its newest checkpoint. Answers
   * when it trains, or cannot.
   */
  continueRun(runId: string): Promise<Result<null>>;
  /** `name`: as typed; what a name may not have is left out. Empty: the default name again. */
  renameRun(runId: string, name: string): Promise<Result<null>>;
  /** Deletes a run with all its checkpoints and samples. The current run is stopped first, and not saved. */
  deleteRun(runId: string): Promise<Result<null>>;
  /**
   * A new run with an id of its own and this checkpoint as its parent. `changes` may hold learningRate,
   * epochs, maxSteps, gradientCheckpointing, and the intervals of checkpoints and samples. `moreSteps`: the
   * run ends so many steps after the checkpoint; null: where its settings say. Refused where it would end at
   * the checkpoint.
   */
  resumeFrom(
    ref: CheckpointRef,
    changes: Partial<RunConfig>,
    moreSteps: number | null,
  ): Promise<Result<null>>;
  /** Answers when the drawing begins. */
  drawSamples(request: { seed: number; weights: 'ema' | 'raw' }): Promise<Result<null>>;
  /** Samples from any checkpoint; never changes a run. Answers when they are drawn or cancelled. */
  generate(request: GenerateRequest): Promise<Result<null>>;
  cancelGenerate(): Promise<void>;
  drawingFacts(ref: CheckpointRef): Promise<Result<DrawingFacts>>;
  /** Of each prompt the words that the checkpoint's model does not read, because the prompt is too long. */
  unread(request: { ref: CheckpointRef; prompts: readonly string[] }): Promise<Result<string[]>>;

  /** The slot of kind `checkpoint` is not overwritten until endExport. */
  exportCheckpoint(request: ExportRequest): Promise<Result<File>>;
  /** The download has begun: the slot may be overwritten again. */
  endExport(ref: CheckpointRef): Promise<void>;
  /**
   * Looks at files of any kind. `which`: of several models among them. Null: they are pictures, and may be
   * (`orPictures`), or stopLooking ended it. Changes nothing.
   */
  inspectFiles(request: {
    files: File[];
    which: number;
    orPictures: boolean;
  }): Promise<Result<ImportPreview | null>>;
  /** `chosen`: pictures and settings for a model whose file names none; the rest is its preset's. */
  importCheckpoint(request: {
    files: File[];
    which: number;
    answers: ImportAnswers;
    chosen: Partial<Settings>;
  }): Promise<Result<null>>;
  keepCheckpoint(ref: CheckpointRef, kept: boolean): Promise<Result<null>>;
  deleteCheckpoint(ref: CheckpointRef): Promise<Result<null>>;

  storeReport(): Promise<StoreReport>;
  /** The step checkpoints of a run that can be freed, as the store tells. */
  freeableSteps(runId: string): Promise<Result<CheckpointRecord[]>>;
  /** Frees those of these generations, and no others. Answers the bytes freed. */
  freeSteps(runId: string, generations: readonly number[]): Promise<Result<number>>;
  testCheckpointSystem(): Promise<Result<SelfTestReport>>;

  datasets(): Promise<DatasetInfo[]>;
  /** Reads every caption of the set: some seconds where there are very many. */
  captionFacts(request: { dataset: string; maxImages: number; seed: number }): Promise<Result<CaptionFacts>>;
  preview(request: {
    dataset: string;
    imageSize: number;
    columns: number;
    rows: number;
  }): Promise<Result<Preview>>;
  /** Four pictures of a set, 2 x 2; a set that is yet to be fetched is not fetched for them. */
  thumbnail(dataset: string): Promise<Result<Preview>>;
  /**
   * Tells what the files are as pictures; `always`: also of some loose ones, of which else nothing is asked.
   * Stores nothing. Answers null where it was stopped.
   */
  findPictures(
    files: File[],
    always: boolean,
  ): Promise<Result<(PicturesFound & Pick<StoppedImport, 'fingerprint'>) | null>>;
  /** The same of the files that were looked at last, once something is chosen. */
  showFound(chosen: Chosen): Promise<Result<PicturesFound>>;
  /**
   * `addTo`: the set that the pictures are added to, at its size and with its title; null: a new set. An
   * import of the same files that was stopped goes on; `goOn`: the folder of the one that must, or null.
   * Answers null where it was stopped.
   */
  importPictures(
    files: File[],
    target: {
      title: string;
      size: number;
      addTo: string | null;
      goOn: string | null;
      /** Of what the files came from; kept, for going on after a reload. */
      handles: readonly FileSystemHandle[];
      /** In the dialog of what was found; of an import that goes on, what was chosen then holds. */
      chosen: Chosen;
    },
  ): Promise<Result<ImportReport | null>>;
  stopImport(): Promise<void>;
  /** Ends looking at files: inspectFiles and findPictures. */
  stopLooking(): Promise<void>;
  /** Imports that were stopped, killed or met a full disk. */
  stoppedImports(): Promise<StoppedImport[]>;
  /** Makes a set of what a stopped import has stored. */
  useStopped(folder: string): Promise<Result<DatasetInfo>>;
  removeStopped(folder: string): Promise<Result<void>>;
  deletePictures(id: string): Promise<void>;
  renamePictures(id: string, title: string): Promise<Result<void>>;

  /** Which pictures of a set a query names. `blurred-first` reads every pixel when it is first asked for. */
  findInSet(query: PicturesQuery): Promise<Result<FoundIndices>>;
  /** These pictures as the model sees them, row by row on a sheet of at most 16 columns. */
  tilesOf(request: {
    dataset: string;
    indices: Uint32Array<ArrayBuffer>;
    /** Of each, in pixels. */
    edge: number;
  }): Promise<Result<Preview>>;
  notesOf(request: { dataset: string; indices: Uint32Array<ArrayBuffer> }): Promise<Result<PictureNote[]>>;
  /** Words of the captions of what a query names, the most frequent first, 500 at most. */
  wordsOf(query: PicturesQuery): Promise<Result<WordCount[]>>;
  /** Most frequent first; none where no picture has a class. */
  classesOf(dataset: string): Promise<Result<ClassCount[]>>;
  /** Refused for built-in sets, as all that changes a set. The set keeps its id. */
  editCaptions(request: {
    dataset: string;
    indices: Uint32Array<ArrayBuffer>;
    edit: CaptionEdit;
  }): Promise<Result<Edited>>;
  /** Takes the newest edit of captions or squares back; after a reload too. */
  undoEdit(dataset: string): Promise<Result<Edited>>;
  /**
   * The whole picture that a square was cut of. `files`: those that the user has chosen to find it in; null:
   * those of the import of the set, or chosen before. Null where its file is not among them, or stopLooking
   * ended it.
   */
  originalOf(request: {
    dataset: string;
    index: number;
    files: File[] | null;
  }): Promise<Result<Original | null>>;
  /** Cuts another square of the picture, where its file was found before; null: that of the import again. */
  cutSquare(request: {
    dataset: string;
    index: number;
    square: PictureSquare | null;
  }): Promise<Result<Edited>>;
  /** The set becomes another one, with another id. Null where none would stay: nothing is changed. */
  removeFromSet(request: {
    dataset: string;
    indices: Uint32Array<ArrayBuffer>;
  }): Promise<Result<DatasetInfo | null>>;
  restoreToSet(request: { dataset: string; indices: Uint32Array<ArrayBuffer> }): Promise<Result<DatasetInfo>>;
  /** `exact`: from files of the same bytes; `near`: hashes that differ in at most `distance` (0..10) bits. */
  duplicatesIn(request: {
    dataset: string;
    kind: 'exact' | 'near';
    distance: number;
  }): Promise<Result<DuplicateGroups>>;
  exportCaptions(request: { dataset: string; form: 'metadata.jsonl' | 'txt' }): Promise<Result<File>>;
  /**
   * The pictures nearest to `rgba` [size, size, 4]; reads every pixel of the set when first asked. Answers
   * null where it was stopped.
   */
  nearestIn(request: {
    dataset: string;
    rgba: Uint8ClampedArray<ArrayBuffer>;
    size: number;
    count: number;
  }): Promise<Result<NearPicture[] | null>>;
  stopComparing(): Promise<Result<void>>;
  /** Bytes; of a built-in set those that were fetched for it. */
  sizeOnDisk(dataset: string): Promise<Result<number>>;
  /** The user accepts that the pictures differ from those that the run began with. */
  confirmPictures(): Promise<void>;
}

export interface Opened {
  machine: Machine;
  store: StoreReport;
  datasets: DatasetInfo[];
  stopped: StoppedImport[];
}
