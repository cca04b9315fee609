// A run in memory: its settings, pictures, history, executor and step.
// Not here: the loop (loop.ts), which run is the current one (current-run.ts), the store (checkpoint/).
import type { LoadedCheckpoint } from '../checkpoint/api.ts';
import type { PictureSet } from '../data/api.ts';
import type { RunConfig } from '../settings/settings.ts';
import { imagesPerStep, lastStep, positionOf, stepsPerEpoch } from '../settings/calendar.ts';
import { modelOfRun, networkOf } from '../settings/presets.ts';
import type { NoiseLevels } from '../diffusion/noise-levels.ts';
import type { Executor, ExecutorState } from '../engine/executor.ts';
import type { Fault } from '../fault.ts';
import type { RunSummary } from './api.ts';
import { type CheckpointContent, type FileFacts, readContent } from './checkpoint-file.ts';
import type { DatasetStamp, Execution } from './metadata-fields.ts';
import type { History } from './history.ts';
import { spaceOfNetwork } from './picture-network.ts';
import { checkpointName } from '../settings/checkpoint-schedule.ts';
import { capacityBytes, payloadBytes, poolSlots } from '../settings/checkpoint-sizes.ts';
import { slotBytes } from '../checkpoint/slot.ts';
import type { RunClasses } from './run-classes.ts';
import type { RunWords } from './run-words.ts';
import { textsOfSamples } from './sample-texts.ts';

export interface Run {
  readonly runId: string;
  readonly parent: string;
  readonly started: string;
  readonly config: RunConfig;
  /** The pictures that the run began with, or that the user confirmed since. */
  readonly dataset: DatasetStamp;
  /** Null where the pictures are not on this computer: samples can be drawn, but training cannot go on. */
  set: PictureSet | null;
  /** Why the pictures are not those the run began with; null where they are, or once the user confirmed. */
  readonly pictureFault: Fault | null;
  /** Tokenizer and prompts; null: the model knows no words. */
  readonly words: RunWords | null;
  /** Null: the network draws by no class. */
  readonly classes: RunClasses | null;
  /** Picture and noise at each timestep. */
  readonly levels: NoiseLevels;
  readonly executor: Executor;
  readonly history: History;
  /** Finished steps. */
  globalStep: number;
}

/** A random id: run-<8 hex digits>. */
export function newRunId(): string {
  return `run-${crypto.randomUUID().slice(0, 8)}`;
}

/** Weights as PyTorch initialises them from the run's seed, EMA weights equal to them, zero moments. */
export function initialState(config: RunConfig): ExecutorState {
  const weights = modelOfRun(config).initialWeights(config.seed);
  const zeros = () => weights.map((values) => new Float32Array(values.length));
  return { weights, ema: weights.map((values) => values.slice()), expAvg: zeros(), expAvgSq: zeros() };
}

/**
 * A checkpoint of the store as its run is now: of the length that the run was given since. Throws as
 * `readContent` does.
 */
export function loadedContent({ metadata, tensors, length }: LoadedCheckpoint): CheckpointContent {
  const content = readContent(metadata, tensors);
  const { facts } = content;
  return length ? { ...content, facts: { ...facts, config: { ...facts.config, ...length } } } : content;
}

/** What a checkpoint records of its pictures. */
export const stampOf = (set: PictureSet): DatasetStamp => ({
  name: set.info.id,
  title: set.info.title,
  count: set.count,
  size: set.size,
  fingerprint: set.info.fingerprint,
  ...(set.info.words === undefined ? {} : { words: set.info.words }),
  ...(set.info.imported === undefined ? {} : { imported: set.info.imported }),
});

/** What the page shows of the run. */
export function summaryOf(run: Run): RunSummary {
  const { config, dataset } = run;
  const parameters = modelOfRun(config).parameterCount;
  return {
    runId: run.runId,
    parent: run.parent,
    config,
    dataset: { id: dataset.name, title: dataset.title, count: dataset.count, size: dataset.size },
    executor: run.executor.kind,
    shapesChosen: run.executor.shapesChosen ?? {},
    parameters,
    checkpointBytes: payloadBytes(parameters, run.globalStep, run.history.epochLosses.length),
    poolSlots: poolSlots(config, dataset.count),
    slotBytes: slotBytes(capacityBytes(config, dataset.count)),
    stepsPerEpoch: stepsPerEpoch(config, dataset.count),
    lastStep: lastStep(config, dataset.count),
    prompts: textsOfSamples(run),
    started: run.started,
    pictures: picturesOf(run),
  };
}

function picturesOf({ config, set, pictureFault }: Run): RunSummary['pictures'] {
  if (pictureFault === null) return 'as-begun';
  if (set) return 'changed';
  return spaceOfNetwork(networkOf(config)).is === 'latents' ? 'no-latents' : 'absent';
}

/** The facts of a checkpoint that follow from its step. `count`: pictures in the data set. */
export function placeAt(
  config: RunConfig,
  count: number,
  step: number,
): Pick<FileFacts, 'name' | 'globalStep' | 'epoch' | 'epochPosition'> {
  const { epoch, stepInEpoch } = positionOf(config, count, step);
  return {
    name: checkpointName(step, config, count),
    globalStep: step,
    epoch,
    epochPosition: stepInEpoch * imagesPerStep(config),
  };
}

/** The facts of the checkpoint of step `step`, created now. */
export function factsAt(run: Run, step: number, execution: Execution): FileFacts {
  const { config, dataset } = run;
  return {
    ...placeAt(config, dataset.count, step),
    runId: run.runId,
    parent: run.parent,
    execution,
    config,
    dataset,
    words: run.words,
    classes: run.classes,
    created: new Date().toISOString(),
  };
}
