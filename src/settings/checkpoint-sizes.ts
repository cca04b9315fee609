// Bytes and counts of a run's checkpoints: what is reserved and what one file takes. Pure; the page's estimate reads it too.
import type { RunConfig } from './settings.ts';
import { lastStep, positionOf } from './calendar.ts';
import { modelOfRun } from './presets.ts';

/** Histories grow; a slot has room for at least this many steps. */
const HISTORY_ROOM = 1_000_000;
/** Room for the tensors' names and the metadata. */
const NAMES_ROOM = 256 * 1024;

/** A value in a checkpoint is a float32. */
const VALUE_BYTES = 4;
/** Weights, EMA weights and the two moments of AdamW. */
const GROUPS = 4;
/** A step's loss, and its losses by timestep quartile. */
const LOSSES_PER_STEP = 5;

/** Bytes of the tensors after `steps` steps and `epochs` epochs: every group of parameters, the losses, the epoch means. */
export function payloadBytes(parameters: number, steps: number, epochs: number): number {
  return VALUE_BYTES * (GROUPS * parameters + LOSSES_PER_STEP * steps + epochs);
}

/** Bytes of the weights alone in a checkpoint of this size and step, with a quarter of its names, metadata and epoch means. */
export const weightsBytes = (checkpoint: { sizeBytes: number; globalStep: number }): number =>
  (checkpoint.sizeBytes - VALUE_BYTES * LOSSES_PER_STEP * checkpoint.globalStep) / GROUPS;

/** Of a checkpoint without its history. */
export const fullCheckpointBytes = (config: RunConfig): number =>
  payloadBytes(modelOfRun(config).parameterCount, 0, 0);

/** Bytes of a slot of this run at its last planned step. */
export function capacityBytes(config: RunConfig, imageCount: number): number {
  const last = lastStep(config, imageCount);
  const epochs = positionOf(config, imageCount, last).epoch;
  return payloadBytes(modelOfRun(config).parameterCount, Math.max(HISTORY_ROOM, last), epochs) + NAMES_ROOM;
}

/** Epoch checkpoints that retention keeps at the least, thinned evenly over the run. */
const EPOCHS_KEPT = 4;

/** Checkpoints that stay: the newest, some epochs, the final one. Never more than the run can make. */
export function checkpointsKept(config: RunConfig, imageCount: number): number {
  const last = lastStep(config, imageCount);
  const epochs = positionOf(config, imageCount, last).epoch;
  const steps = Math.floor(last / config.checkpointEverySteps) + 1;
  return Math.min(config.keepNewest, steps + epochs + 1) + Math.min(EPOCHS_KEPT, epochs) + 1;
}

/** Slots of a run's pool: what stays, and one to write into; at least 3. */
export const poolSlots = (config: RunConfig, imageCount: number): number =>
  Math.max(3, checkpointsKept(config, imageCount) + 1);
