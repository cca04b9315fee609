// At which steps a checkpoint is due, and its name. Pure functions of the step for trainer and page; other
// programs read the names. Not here: minutes since the last save, and a save that the user asks for
// (trainer/loop.ts), which checkpoints stay (checkpoint/retention.ts).
import { endsEpoch, lastStep, positionOf, stepsPerEpoch } from './calendar.ts';
import type { RunConfig } from './settings.ts';

/** The first name that fits: unet_final, unet_epoch_<n>, unet_step_<n>, the longest kept first. */
export function checkpointName(step: number, config: RunConfig, imageCount: number): string {
  if (step === lastStep(config, imageCount)) return 'unet_final';
  if (endsEpoch(config, imageCount, step)) return `unet_epoch_${positionOf(config, imageCount, step).epoch}`;
  return `unet_step_${step}`;
}

/** Whether a checkpoint of this name was made between the ends of epochs. */
export const isStepName = (name: string): boolean => name.startsWith('unet_step_');

/**
 * Whether a checkpoint is made at the end of every epoch, between the multiples of `checkpointEverySteps`.
 * Where an epoch is shorter than that, the newest checkpoint is always younger than the interval, and none is
 * made unless `checkpointEveryEpoch` asks for it. The minutes play no part: a save by the clock comes at any
 * step, and the steps of a checkpoint should be known beforehand.
 */
export const savesEpochEnds = (config: RunConfig, imageCount: number): boolean =>
  config.checkpointEveryEpoch || stepsPerEpoch(config, imageCount) >= config.checkpointEverySteps;

/**
 * Checkpoints that stay spread over the run are those of epochs' ends; without such, those at multiples of
 * this many steps. Null: of epochs.
 */
export const spreadEvery = (config: RunConfig, imageCount: number): number | null =>
  savesEpochEnds(config, imageCount) ? null : config.checkpointEverySteps;

/** Whether a checkpoint is due at this step: at the interval, at an epoch's end, and at the last step. */
export function checkpointDue(step: number, config: RunConfig, imageCount: number): boolean {
  return (
    step % config.checkpointEverySteps === 0 ||
    (savesEpochEnds(config, imageCount) && endsEpoch(config, imageCount, step)) ||
    step === lastStep(config, imageCount)
  );
}

/** The next step after `step` at which a checkpoint is due. */
export function nextCheckpointStep(step: number, config: RunConfig, imageCount: number): number {
  const every = config.checkpointEverySteps;
  const epochEnd =
    step + stepsPerEpoch(config, imageCount) - positionOf(config, imageCount, step).stepInEpoch;
  return Math.min(
    (Math.floor(step / every) + 1) * every,
    savesEpochEnds(config, imageCount) ? epochEnd : Infinity,
    lastStep(config, imageCount),
  );
}
