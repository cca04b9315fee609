// How long a run will take and how much it will store, told before the run starts: from a two-second probe of
// the device, or from steps of the same kind measured here before. Not here: the probe (engine/), what a
// forward pass costs (model/cost.ts).
import { recall, remember } from '../checkpoint/index-db.ts';
import { slotBytes } from '../checkpoint/slot.ts';
import { PRESET_NAMES, type PresetName, type RunConfig } from '../settings/settings.ts';
import { imagesPerStep, lastStep } from '../settings/calendar.ts';
import { modelOfRun, presetConfig } from '../settings/presets.ts';
import { forwardCost } from '../model/cost.ts';
import type { Machine } from '../trainer/api.ts';
import {
  capacityBytes,
  checkpointsKept,
  fullCheckpointBytes,
  poolSlots,
} from '../settings/checkpoint-sizes.ts';
import type { Estimate } from './state.ts';

/**
 * What a training step costs besides its multiply-adds. `kernels`: GPU kernels per operation of a forward
 * pass, as counted (eager: 18 on `tiny`, 16 on `bench`; plan: 3 on both). `beside`: time of a step divided by
 * the time of its multiply-adds, measured on `tiny` on a software GPU; normalisation, activations and the
 * update are the rest.
 */
const COSTS = {
  eager: { kernels: 18, beside: 1.3 },
  plan: { kernels: 3, beside: 1.3 },
} as const;
/** Multiply-adds of a training step per multiply-add of a forward pass: the backward pass counts twice. */
const PASSES = 3;
/** What gradient checkpointing adds: of `small`, `cifar` and `text` half of a forward pass runs again. */
const AGAIN = 0.5;

/** Eager computes nothing again. */
const computesAgain = (machine: Machine, { gradientCheckpointing, executor }: RunConfig): boolean =>
  gradientCheckpointing && executor !== 'eager' && machine.executor === 'plan';

const speedKey = (machine: Machine, config: RunConfig): string =>
  `speed ${machine.backend} ${machine.executor} ${machine.gpu} ${config.preset} ${config.imageSize} ${imagesPerStep(config)}${computesAgain(machine, config) ? ' checkpointed' : ''}`;

/** Keeps the measured seconds of a step on this device, for the next estimate. */
export function rememberSpeed(machine: Machine, config: RunConfig, secondsPerStep: number): Promise<void> {
  return remember(speedKey(machine, config), secondsPerStep);
}

function probedSeconds(machine: Machine, config: RunConfig): number {
  const cost = forwardCost(modelOfRun(config), config.batchSize);
  const { kernels, beside } = COSTS[machine.executor];
  const passes = PASSES + (computesAgain(machine, config) ? AGAIN : 0);
  const overheadMs = cost.operations * kernels * machine.probe.opMs;
  const arithmeticMs = (1000 * beside * passes * cost.multiplyAdds) / machine.probe.macsPerSecond;
  return (config.gradientAccumulationSteps * (overheadMs + arithmeticMs)) / 1000;
}

/** Seconds of a training step: measured on this device before, else from its probe. */
export async function secondsPerStep(
  machine: Machine,
  config: RunConfig,
): Promise<{ seconds: number; basis: Estimate['basis'] }> {
  const measured = await recall(speedKey(machine, config));
  return typeof measured === 'number'
    ? { seconds: measured, basis: 'measured' }
    : { seconds: probedSeconds(machine, config), basis: 'probe' };
}

/** `imageCount` 0: not known yet; then as many as the run would use at most. */
async function estimateFor(machine: Machine, config: RunConfig, imageCount: number): Promise<Estimate> {
  const count = Math.min(imageCount || config.maxImages, config.maxImages);
  const { seconds, basis } = await secondsPerStep(machine, config);
  return {
    parameters: modelOfRun(config).parameterCount,
    secondsPer1000Steps: 1000 * seconds,
    basis,
    totalSteps: lastStep(config, count),
    checkpointBytes: fullCheckpointBytes(config),
    checkpointsKept: checkpointsKept(config, count),
    storageBytes: poolSlots(config, count) * slotBytes(capacityBytes(config, count)),
  };
}

/**
 * An estimate for every preset: with the form's settings for the chosen preset, with each other preset's
 * defaults. `imageCount`: pictures of the chosen data set, 0 where that is not known.
 */
export async function estimateAll(
  machine: Machine,
  form: RunConfig,
  imageCount: number,
): Promise<Partial<Record<PresetName, Estimate>>> {
  const entries = PRESET_NAMES.map(async (preset) => {
    const config = preset === form.preset ? form : { ...presetConfig(preset), dataset: form.dataset };
    return [preset, await estimateFor(machine, config, imageCount)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
