// What the screen draws: one object of signals. Only app/ writes these signals (session, run-form, exchange,
// generating, browsed-set, apply-event, generated); ui/ reads them. No commands here, no DOM.
import { type Signal, signal } from '@preact/signals';
import { DEFAULTS, type RunConfig } from '../settings/settings.ts';
import { presetConfig } from '../settings/presets.ts';
import type { Fault } from '../fault.ts';
import { type Alerts, NO_ALERTS } from './alerts.ts';
import type {
  CaptionFacts,
  CheckpointRecord,
  CheckpointRef,
  ClassCount,
  DatasetInfo,
  DuplicateGroups,
  FoundCheckpoint,
  FoundIndices,
  GenerateRequest,
  ImportPreview,
  ImportProgress,
  ImportReport,
  Machine,
  PicturesFound,
  PicturesQuery,
  Preview,
  RunState,
  RunSummary,
  Sample,
  StoppedImport,
  StoredRun,
  StoreReport,
  Wish,
  WordCount,
} from '../trainer/api.ts';

/** The states of the trainer, and two of the page: another tab trains; no GPU until the browser restarts. */
export type PageState = RunState | 'elsewhere' | 'unavailable';

/** A set of samples; a place is null until its sample comes. Sets of a run have 16 places. */
export interface SampleGrid {
  step: number;
  size: number;
  weights: 'ema' | 'raw';
  seed: number;
  samples: (Sample | null)[];
  complete: boolean;
  finite: boolean;
  /** Denoising calls of one sample. */
  calls: number;
  /** What each sample is told, a prompt or a class; null: the model is told nothing. */
  prompts: readonly string[] | null;
  /** performance.now() and calls made at the set's first unfinished sample; null while none was shown. */
  watched: { at: number; calls: number } | null;
}

/** Pictures drawn from a checkpoint on request. A cancelled set is complete, cut to its finished pictures. */
export interface Generated extends SampleGrid {
  /** Calls made so far, and calls of the whole set. One call denoises up to 16 pictures. */
  callsMade: number;
  callsInAll: number;
  /** For each picture its moments drawn so far, 8 at most; the first is the noise. */
  ways: Sample[][];
  /** performance.now() when drawing began; seconds until its end, null before and for a cancelled set. */
  begun: number;
  seconds: number | null;
}

/** What the pictures of `Generated` answer. */
export interface Asked extends Omit<GenerateRequest, 'wish' | 'noise'> {
  /** The checkpoint. */
  name: string;
  /** Null: the model knows no words. */
  words: AskedWords | null;
}

/** Prompts, and how their pictures lie: of one prompt, of two beside each other, a row for each prompt. */
export interface AskedWords extends Omit<Wish, 'prompts'> {
  layout: 'one' | 'pair' | 'grid';
  /** All have equally many of the `count` pictures, one prompt after another, from the same noises. */
  prompts: readonly string[];
}

/** How a picture was made, as its PNG says. The checkpoint may be of another computer. */
export interface Recipe extends Omit<Asked, 'ref'> {
  runId: string;
  /** The checkpoint's. */
  step: number;
  /** Its number among the `count` pictures, 0 the first; null: a sheet of all. */
  picture: number | null;
}

/** A sheet of 16 samples in the index: one frame of the time strip. */
export interface Frame {
  step: number;
}

/**
 * All batch losses; index i is the loss of step i + 1. `values` may be longer than `count`; `revision` rises
 * with each change.
 */
export interface LossHistory {
  values: Float32Array;
  count: number;
  revision: number;
  /** Steps at which a session resumed, for the marks in the chart. */
  resumedAt: number[];
  /** [step, seconds] at each progress event of this session, seconds of performance.now(): the Time axis. */
  clock: [number, number][];
}

export interface Numbers {
  globalStep: number;
  epoch: number;
  imagesSeen: number;
  loss: number | null;
  learningRate: number | null;
  gradientNorm: number | null;
  stepsPerSecond: number | null;
  waitShare: number | null;
  samplesOwed: boolean;
  samplesWaitMs: number;
}

export interface Preparing {
  what: string;
  done: number;
  total: number | null;
}

/** A command from its press until the trainer's answer. `ref`: the checkpoint of Resume from here. */
export interface Pressed {
  what:
    | 'train'
    | 'pause'
    | 'resume'
    | 'skip'
    | 'save'
    | 'new-run'
    | 'delete-run'
    | 'resume-from'
    | 'train-longer'
    | 'use-here';
  ref: CheckpointRef | null;
}

/** The last step that the page heard of. */
export interface Reached {
  runId: string;
  step: number;
  /** Null before two steps were timed. */
  stepsPerSecond: number | null;
}

/** How far a run went back when it was opened: 0 steps where nothing was lost. Seconds null: not known. */
export interface WentBack {
  steps: number;
  seconds: number | null;
}

/** A dialog that asks before something that cannot be undone. */
export interface Question {
  title: string;
  text: string;
  confirm: string;
  danger: boolean;
  onConfirm: () => void;
}

export interface Estimate {
  parameters: number;
  /** Seconds for 1,000 steps. `basis`: a probe of the device, or steps measured in an earlier run. */
  secondsPer1000Steps: number;
  basis: 'probe' | 'measured';
  totalSteps: number;
  checkpointBytes: number;
  checkpointsKept: number;
  /** Bytes of all slots that the run reserves. */
  storageBytes: number;
}

/** GPU bytes of training with the form. Both fields null: not known before training starts. */
export interface Memory {
  bytes: number | null;
  /** Why training does not fit the GPU; null where it fits. */
  fault: Fault | null;
}

export interface UpdateState {
  offlineReady: boolean;
  updateReady: boolean;
  installable: boolean;
}

export const emptyNumbers: Numbers = {
  globalStep: 0,
  epoch: 0,
  imagesSeen: 0,
  loss: null,
  learningRate: null,
  gradientNorm: null,
  stepsPerSecond: null,
  waitShare: null,
  samplesOwed: false,
  samplesWaitMs: 0,
};

/** Pictures that wait for the user's answer. */
export interface FoundPictures extends PicturesFound {
  /** Of the set that they become. */
  title: string;
}

/** An import that was stopped and can go on. */
export interface Stopped extends Omit<StoppedImport, 'fingerprint'> {
  /** Whether its files can be had without choosing them: this page has them, or the browser may give them. */
  hasFiles: boolean;
  /** Whether the page asks for its files. */
  asks: boolean;
}

/** Pictures of a set that were looked for. */
export interface Browsed {
  query: PicturesQuery;
  /** Null: not found yet, or they cannot be read. Of the query before, while they are looked for. */
  found: FoundIndices | null;
  doing: 'looking' | 'changing' | null;
  /** Null: not known yet. */
  words: readonly WordCount[] | null;
  classes: readonly ClassCount[] | null;
  bytes: number | null;
  /** The last change here, as a sentence, and those that can be undone, the newest last; null: none. */
  changed: { said: string; undoable: readonly string[] } | null;
  /** Rises with each change of captions or pictures. */
  revision: number;
}

/** Groups of pictures of a set that are alike. */
export interface Duplicates {
  kind: 'exact' | 'near';
  /** Of `near`: the bits of 64 in which they may differ. */
  distance: number;
  /** Null: not found yet. Of the search before, while they are looked for. */
  found: DuplicateGroups | null;
  looking: boolean;
}

export interface State {
  runState: Signal<PageState>;
  /** Null until the worker has looked at the device. */
  machine: Signal<Machine | null>;
  /** The form for the next new run. */
  form: Signal<RunConfig>;
  /** The preset was chosen by the user or the address, not by the probe. */
  presetChosen: Signal<boolean>;
  /** The user pressed New run or changed the form: a new run comes before going on with the last one. */
  wantsNewRun: Signal<boolean>;
  estimates: Signal<Partial<Record<RunConfig['preset'], Estimate>>>;
  /** GPU memory for the settings of the form; null until the trainer has answered. */
  memory: Signal<Memory | null>;
  run: Signal<RunSummary | null>;
  numbers: Signal<Numbers>;
  /** Seconds of a step as estimated before the run's own steps were measured; null: not known. */
  expectedStepSeconds: Signal<number | null>;
  losses: Signal<LossHistory>;
  preparing: Signal<Preparing | null>;
  /** The command that is being carried out; null: none. */
  pressed: Signal<Pressed | null>;
  /** The last step that an earlier page heard of. */
  reachedBefore: Signal<Reached | null>;
  /** How far the run went back when it was opened, until its next checkpoint. Null: not known, or past. */
  wentBack: Signal<WentBack | null>;
  found: Signal<FoundCheckpoint | null>;
  /** Of the 16 validation samples, how many equal the stored ones. Null: not known. */
  alike: Signal<number | null>;
  validation: Signal<SampleGrid | null>;
  /** The newest set of samples: of the run so far, or drawn on request. */
  samples: Signal<SampleGrid | null>;
  /** The newest pictures of the view Generate; `asked`: the request that they answer. */
  generated: Signal<Generated | null>;
  asked: Signal<Asked | null>;
  /** Read from a PNG that the user brought, until the view Generate has taken it into its form. */
  recipe: Signal<Recipe | null>;
  /** True from Generate to the end; `generated` follows once the checkpoint is open. */
  generating: Signal<boolean>;
  frames: Signal<Frame[]>;
  checkpoints: Signal<CheckpointRecord[]>;
  /** Every run of the store by name, the one with the newest checkpoint first. */
  runs: Signal<StoredRun[]>;
  /** Name of the checkpoint that is being written, or null. */
  saving: Signal<string | null>;
  /** performance.now() of this session's last save, or null. */
  lastSaved: Signal<number | null>;
  alerts: Signal<Alerts>;
  notice: Signal<string | null>;
  question: Signal<Question | null>;
  /** The checkpoint in the export dialog; null while the dialog is closed. */
  exporting: Signal<CheckpointRecord | null>;
  /** What the files in the import dialog hold; null while the dialog is closed. */
  offered: Signal<ImportPreview | null>;
  /** Whether the user wants to see every kind of pictures before they are imported. */
  showsFirst: Signal<boolean>;
  /** Files are read and recognised: how many were found so far; null: none are. */
  inspecting: Signal<{ files: number } | null>;
  /** What the dialog before an import of pictures shows; null while it is closed. */
  foundPictures: Signal<FoundPictures | null>;
  store: Signal<StoreReport | null>;
  /** navigator.storage.persist()'s answer; null before the question. */
  persisted: Signal<boolean | null>;
  wakeLock: Signal<boolean>;
  datasets: Signal<DatasetInfo[]>;
  preview: Signal<Preview | null>;
  /** Of the form's data set, where its model has words; null: not asked for, or not known yet. */
  captions: Signal<CaptionFacts | null>;
  /** The prompts of the next run's 16 samples as the user changed them; null: as drawn from the captions. */
  ownPrompts: Signal<readonly string[] | null>;
  /** `stored`: all pictures so far that are shown. */
  importing: Signal<ImportProgress | null>;
  /** Pictures that were imported beside a run, chosen in the form for the next one; null: none. */
  brought: Signal<DatasetInfo | null>;
  stopped: Signal<readonly Stopped[]>;
  /** What the last import of pictures added and left out; null: none was made. */
  imported: Signal<Omit<ImportReport, 'info'> | null>;
  /** What the view Pictures has looked for; null: nothing yet. */
  browsed: Signal<Browsed | null>;
  /** Pictures of a set that are read, to be compared or ordered; null: none were. */
  reading: Signal<{ done: number; total: number } | null>;
  /** Shown there in the place of the pictures; null: not asked for. */
  duplicates: Signal<Duplicates | null>;
  update: Signal<UpdateState>;
}

/** The state of a page that has just opened: run state `starting`, the form of the default preset. */
export function createState(): State {
  return {
    runState: signal<PageState>('starting'),
    machine: signal<Machine | null>(null),
    form: signal(presetConfig(DEFAULTS.preset)),
    presetChosen: signal(false),
    wantsNewRun: signal(false),
    estimates: signal({}),
    memory: signal<Memory | null>(null),
    run: signal<RunSummary | null>(null),
    numbers: signal(emptyNumbers),
    expectedStepSeconds: signal<number | null>(null),
    losses: signal<LossHistory>({
      values: new Float32Array(0),
      ...{ count: 0, revision: 0, resumedAt: [], clock: [] },
    }),
    preparing: signal<Preparing | null>(null),
    pressed: signal<Pressed | null>(null),
    reachedBefore: signal<Reached | null>(null),
    wentBack: signal<WentBack | null>(null),
    found: signal<FoundCheckpoint | null>(null),
    alike: signal<number | null>(null),
    validation: signal<SampleGrid | null>(null),
    samples: signal<SampleGrid | null>(null),
    generated: signal<Generated | null>(null),
    asked: signal<Asked | null>(null),
    recipe: signal<Recipe | null>(null),
    generating: signal(false),
    frames: signal<Frame[]>([]),
    checkpoints: signal<CheckpointRecord[]>([]),
    runs: signal<StoredRun[]>([]),
    saving: signal<string | null>(null),
    lastSaved: signal<number | null>(null),
    alerts: signal(NO_ALERTS),
    notice: signal<string | null>(null),
    question: signal<Question | null>(null),
    exporting: signal<CheckpointRecord | null>(null),
    offered: signal<ImportPreview | null>(null),
    showsFirst: signal(false),
    inspecting: signal<{ files: number } | null>(null),
    foundPictures: signal<FoundPictures | null>(null),
    store: signal<StoreReport | null>(null),
    persisted: signal<boolean | null>(null),
    wakeLock: signal(false),
    datasets: signal<DatasetInfo[]>([]),
    preview: signal<Preview | null>(null),
    captions: signal<CaptionFacts | null>(null),
    ownPrompts: signal<readonly string[] | null>(null),
    importing: signal<ImportProgress | null>(null),
    brought: signal<DatasetInfo | null>(null),
    stopped: signal<readonly Stopped[]>([]),
    imported: signal<Omit<ImportReport, 'info'> | null>(null),
    browsed: signal<Browsed | null>(null),
    reading: signal<{ done: number; total: number } | null>(null),
    duplicates: signal<Duplicates | null>(null),
    update: signal<UpdateState>({ offlineReady: false, updateReady: false, installable: false }),
  };
}
