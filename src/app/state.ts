// What the screen draws: one object of signals. Only app/ writes these signals (session, run-form, exchange, generating,
// apply-event, generated); ui/ reads them. No commands here, no DOM.
import { type Signal, signal } from '@preact/signals';
import type { RunConfig } from '../settings/settings.ts';
import { presetConfig } from '../settings/presets.ts';
import type { Fault } from '../fault.ts';
import type {
  CheckpointRecord,
  DatasetInfo,
  FoundCheckpoint,
  GenerateRequest,
  ImportPreview,
  ImportProgress,
  Machine,
  Preview,
  RunState,
  RunSummary,
  Sample,
  StoreReport,
} from '../trainer/api.ts';

export type PageState = RunState | 'elsewhere' | 'unavailable';

/** A set's places, 16 of a run's own; a sample that is not drawn yet is null. */
export interface SampleGrid {
  step: number;
  size: number;
  weights: 'ema' | 'raw';
  seed: number;
  samples: (Sample | null)[];
  complete: boolean;
  finite: boolean;
}

/** Pictures from a checkpoint, on request. A cancelled set is complete, with the places it has. */
export interface Generated extends SampleGrid {
  /** Denoising calls of a picture. */
  calls: number;
  /** Calls made, and in all: a call is for up to 16 pictures. */
  callsMade: number;
  callsInAll: number;
  /** By picture: the at most 8 moments of its way that came so far, the noise first. */
  ways: Sample[][];
  /** performance.now() at its begin, and seconds to its end; null before. */
  begun: number;
  seconds: number | null;
}

/** What the pictures of `Generated` were asked from, as it was then. */
export interface Asked extends GenerateRequest {
  /** Of the checkpoint. */
  name: string;
}

/** A sheet of 16 samples in the index: one frame of the time strip. */
export interface Frame {
  step: number;
}

/** All batch losses, in a buffer that grows; `revision` changes when it did. Index i is the loss of step i + 1. */
export interface LossHistory {
  values: Float32Array;
  count: number;
  revision: number;
  /** Steps at which a session resumed, for the marks in the chart. */
  resumedAt: number[];
  /** Seconds of work at each progress event of this session, for the Time axis: [step, seconds] pairs. */
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
  /** Seconds until the last step; null while unknown. */
  secondsLeft: number | null;
}

export interface Preparing {
  what: string;
  done: number;
  total: number | null;
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
  /** Seconds for 1,000 steps, and where the figure comes from. */
  secondsPer1000Steps: number;
  basis: 'probe' | 'measured';
  totalSteps: number;
  checkpointBytes: number;
  checkpointsKept: number;
  storageBytes: number;
}

/** What training takes of the GPU's memory. Both null: not known beforehand. */
export interface Memory {
  bytes: number | null;
  /** Why it does not fit. */
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
  secondsLeft: null,
};

export interface State {
  runState: Signal<PageState>;
  /** Null until the worker has looked. */
  machine: Signal<Machine | null>;
  /** The form for the next new run. */
  form: Signal<RunConfig>;
  /** The preset was chosen by the user or the address, not by the probe. */
  presetChosen: Signal<boolean>;
  estimates: Signal<Partial<Record<RunConfig['preset'], Estimate>>>;
  /** Of the form; null until the trainer was asked. */
  memory: Signal<Memory | null>;
  run: Signal<RunSummary | null>;
  numbers: Signal<Numbers>;
  losses: Signal<LossHistory>;
  preparing: Signal<Preparing | null>;
  found: Signal<FoundCheckpoint | null>;
  /** "16 of 16 alike", null while unknown. */
  alike: Signal<number | null>;
  validation: Signal<SampleGrid | null>;
  /** The newest set of samples (of the run so far, or drawn on request). */
  samples: Signal<SampleGrid | null>;
  /** The newest pictures of the view Generate, and what they were asked from. */
  generated: Signal<Generated | null>;
  asked: Signal<Asked | null>;
  /** From Generate to its end; `generated` has them once the checkpoint is open. */
  generating: Signal<boolean>;
  frames: Signal<Frame[]>;
  checkpoints: Signal<CheckpointRecord[]>;
  saving: Signal<string | null>;
  /** performance.now() of the last save of this session, or null. */
  lastSaved: Signal<number | null>;
  fault: Signal<Fault | null>;
  notice: Signal<string | null>;
  question: Signal<Question | null>;
  /** The checkpoint that is to be exported, while the dialog asks as what. */
  exporting: Signal<CheckpointRecord | null>;
  /** What is to be imported, while the dialog shows it. */
  offered: Signal<ImportPreview | null>;
  store: Signal<StoreReport | null>;
  /** navigator.storage.persist()'s answer; null before it was asked. */
  persisted: Signal<boolean | null>;
  wakeLock: Signal<boolean>;
  datasets: Signal<DatasetInfo[]>;
  preview: Signal<Preview | null>;
  importing: Signal<ImportProgress | null>;
  /** Files left out by the last import of pictures. */
  skipped: Signal<{ name: string; why: string }[]>;
  update: Signal<UpdateState>;
}

export function createState(): State {
  return {
    runState: signal<PageState>('starting'),
    machine: signal<Machine | null>(null),
    form: signal(presetConfig('small')),
    presetChosen: signal(false),
    estimates: signal({}),
    memory: signal<Memory | null>(null),
    run: signal<RunSummary | null>(null),
    numbers: signal(emptyNumbers),
    losses: signal<LossHistory>({
      values: new Float32Array(0),
      count: 0,
      revision: 0,
      resumedAt: [],
      clock: [],
    }),
    preparing: signal<Preparing | null>(null),
    found: signal<FoundCheckpoint | null>(null),
    alike: signal<number | null>(null),
    validation: signal<SampleGrid | null>(null),
    samples: signal<SampleGrid | null>(null),
    generated: signal<Generated | null>(null),
    asked: signal<Asked | null>(null),
    generating: signal(false),
    frames: signal<Frame[]>([]),
    checkpoints: signal<CheckpointRecord[]>([]),
    saving: signal<string | null>(null),
    lastSaved: signal<number | null>(null),
    fault: signal<Fault | null>(null),
    notice: signal<string | null>(null),
    question: signal<Question | null>(null),
    exporting: signal<CheckpointRecord | null>(null),
    offered: signal<ImportPreview | null>(null),
    store: signal<StoreReport | null>(null),
    persisted: signal<boolean | null>(null),
    wakeLock: signal(false),
    datasets: signal<DatasetInfo[]>([]),
    preview: signal<Preview | null>(null),
    importing: signal<ImportProgress | null>(null),
    skipped: signal<{ name: string; why: string }[]>([]),
    update: signal<UpdateState>({ offlineReady: false, updateReady: false, installable: false }),
  };
}
