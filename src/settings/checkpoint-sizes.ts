// Bytes and counts of a run's checkpoints: how much a slot reserves, how much a file takes, how many files
// stay. Pure, for trainer and page alike. Not here: which checkpoints stay (checkpoint/retention.ts).
import type { RunConfig } from './settings.ts';
import { lastStep, positionOf } from './calendar.ts';
import { savesEpochEnds } from './checkpoint-schedule.ts';
import { modelOfRun } from './presets.ts';

/** A history grows with the run: a slot reserves room for the planned steps and a quarter more. */
const STEPS_ROOM = 1.25;
/** Bytes reserved for a tensor's name, shape and offsets in the file's header; the presets need 130. */
const TENSOR_ROOM = 256;
/** Bytes reserved for the metadata: settings, network, where the run was trained. */
const METADATA_ROOM = 64 * 1024;
/** Bytes reserved for the 16 prompts of a model with words, and for each entry of its tokenizer. */
const PROMPTS_ROOM = 64 * 1024;
const ENTRY_ROOM = 128;

/** A value in a checkpoint is a float32. */
const VALUE_BYTES = 4;
/** Weights, EMA weights and the two moments of AdamW. */
const GROUPS = 4;
/** A step's loss, and its losses by timestep quartile. */
const LOSSES_PER_STEP = 5;
/** Losses of steps, by quartile, of epochs. */
const HISTORIES = 3;

/**
 * Bytes of a checkpoint's tensors after `steps` steps and `epochs` completed epochs: every group of
 * parameters, the losses of every step, the mean of every epoch.
 */
export function payloadBytes(parameters: number, steps: number, epochs: number): number {
  return VALUE_BYTES * (GROUPS * parameters + LOSSES_PER_STEP * steps + epochs);
}

/**
 * Bytes of the weights alone in a checkpoint of this size and step, for the page to show. The number includes
 * a quarter of the names, metadata and epoch means, which a checkpoint's record does not tell apart.
 */
export const weightsBytes = (checkpoint: { sizeBytes: number; globalStep: number }): number =>
  (checkpoint.sizeBytes - VALUE_BYTES * LOSSES_PER_STEP * checkpoint.globalStep) / GROUPS;

/** Bytes of a checkpoint at step 0, before there is any history. */
export const fullCheckpointBytes = (config: RunConfig): number =>
  payloadBytes(modelOfRun(config).parameterCount, 0, 0);

/**
 * Bytes of a checkpoint that a slot of this run has room for: that of its last planned step, and of a quarter
 * of the steps more. Slots are grown where the run is prolonged beyond that.
 */
export function capacityBytes(config: RunConfig, imageCount: number): number {
  const last = lastStep(config, imageCount);
  const epochs = positionOf(config, imageCount, last).epoch;
  const { parameterCount, parameters, textEncoder } = modelOfRun(config);
  const tensors = GROUPS * parameters.length + HISTORIES;
  return (
    payloadBytes(parameterCount, Math.ceil(STEPS_ROOM * last), Math.ceil(STEPS_ROOM * epochs)) +
    TENSOR_ROOM * tensors +
    METADATA_ROOM +
    (textEncoder ? PROMPTS_ROOM + ENTRY_ROOM * textEncoder.vocabSize : 0)
  );
}

/** Checkpoints, of epochs or of multiples of the interval, that retention keeps spread over the run. */
const SPREAD_KEPT = 4;

/** Checkpoints that stay: the newest, some spread over the run, the final one; no more than the run makes. */
export function checkpointsKept(config: RunConfig, imageCount: number): number {
  const last = lastStep(config, imageCount);
  const steps = Math.floor(last / config.checkpointEverySteps);
  const epochs = savesEpochEnds(config, imageCount) ? positionOf(config, imageCount, last).epoch : null;
  const spread = Math.min(SPREAD_KEPT, epochs ?? steps);
  return Math.min(config.keepNewest, steps + (epochs ?? 0) + 2) + spread + 1;
}

/**
 * Slots of a run's pool: one for each checkpoint that stays, one for an autosave, one to write into. Before
 * the final checkpoint its slot holds the second autosave.
 */
export const poolSlots = (config: RunConfig, imageCount: number): number =>
  Math.max(3, checkpointsKept(config, imageCount) + 2);
