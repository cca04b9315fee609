// A run in memory: its settings, pictures, history, executor and how far it is. Not here: the loop, the store.
import type { PictureSet } from '../data/api.ts';
import type { RunConfig } from '../settings/settings.ts';
import { imagesPerStep, lastStep, positionOf, stepsPerEpoch } from '../settings/calendar.ts';
import { networkOf } from '../settings/presets.ts';
import type { Executor, ExecutorState } from '../engine/executor.ts';
import { initialWeights } from '../model/init.ts';
import { parameterCount } from '../model/parameters.ts';
import type { Fault } from '../fault.ts';
import type { RunSummary } from './api.ts';
import type { CheckpointFacts, DatasetStamp, Execution } from './checkpoint-file.ts';
import type { History } from './history.ts';
import { checkpointName } from './naming.ts';
import { payloadBytes, poolSlots } from '../settings/checkpoint-sizes.ts';

export interface Run {
  readonly runId: string;
  readonly parent: string;
  readonly started: string;
  readonly config: RunConfig;
  /** As the run began, or as the user confirmed it since. */
  dataset: DatasetStamp;
  /** Null where the pictures are not on this computer: samples can be drawn, training cannot go on. */
  set: PictureSet | null;
  /** Why the pictures are not those the run began with; null where nothing differs, or once the user confirmed. */
  pictureFault: Fault | null;
  /** Signal level at each timestep. */
  readonly alphaBar: Float64Array;
  readonly executor: Executor;
  readonly history: History;
  /** Finished steps. */
  globalStep: number;
}

export function newRunId(): string {
  return `run-${crypto.randomUUID().slice(0, 8)}`;
}

/** Weights as PyTorch initialises them, EMA equal to them, moments zero. */
export function initialState(config: RunConfig): ExecutorState {
  const weights = initialWeights(networkOf(config), config.seed);
  const zeros = () => weights.map((values) => new Float32Array(values.length));
  return { weights, ema: weights.map((values) => values.slice()), expAvg: zeros(), expAvgSq: zeros() };
}

export const stampOf = (set: PictureSet): DatasetStamp => ({
  name: set.info.id,
  title: set.info.title,
  count: set.count,
  size: set.size,
  fingerprint: set.info.fingerprint,
});

/** What the page shows of the run. */
export function summaryOf(run: Run): RunSummary {
  const { config, dataset } = run;
  const parameters = parameterCount(networkOf(config));
  return {
    runId: run.runId,
    parent: run.parent,
    config,
    dataset: { id: dataset.name, title: dataset.title, count: dataset.count, size: dataset.size },
    executor: run.executor.kind,
    parameters,
    checkpointBytes: payloadBytes(parameters, run.globalStep, run.history.epochLosses.length),
    poolSlots: poolSlots(config, dataset.count),
    stepsPerEpoch: stepsPerEpoch(config, dataset.count),
    lastStep: lastStep(config, dataset.count),
    started: run.started,
  };
}

/** The part of a checkpoint's facts that follows from its step. */
export function placeAt(
  config: RunConfig,
  count: number,
  step: number,
): Pick<CheckpointFacts, 'name' | 'globalStep' | 'epoch' | 'epochPosition'> {
  const { epoch, stepInEpoch } = positionOf(config, count, step);
  return {
    name: checkpointName(step, config, count),
    globalStep: step,
    epoch,
    epochPosition: stepInEpoch * imagesPerStep(config),
  };
}

/** What a checkpoint of step `step` says about itself. */
export function factsAt(run: Run, step: number, execution: Execution): CheckpointFacts {
  const { config, dataset } = run;
  return {
    ...placeAt(config, dataset.count, step),
    runId: run.runId,
    parent: run.parent,
    execution,
    config,
    dataset,
    created: new Date().toISOString(),
  };
}
