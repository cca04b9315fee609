// When a checkpoint is due and what it is called. Pure functions of the step; the names are an agreement.
import type { RunConfig } from '../settings/settings.ts';
import { endsEpoch, lastStep, positionOf, stepsPerEpoch } from '../settings/calendar.ts';

/** The most lasting name that fits a step: final, epoch, step. */
export function checkpointName(step: number, config: RunConfig, imageCount: number): string {
  if (step === lastStep(config, imageCount)) return 'unet_final';
  if (endsEpoch(config, imageCount, step)) return `unet_epoch_${positionOf(config, imageCount, step).epoch}`;
  return `unet_step_${step}`;
}

/** Due by the step alone; minutes and the user's wish come on top. */
export function checkpointDue(step: number, config: RunConfig, imageCount: number): boolean {
  return (
    step % config.checkpointEverySteps === 0 ||
    endsEpoch(config, imageCount, step) ||
    step === lastStep(config, imageCount)
  );
}

/** The next step after `step` at which one is due. */
export function nextCheckpointStep(step: number, config: RunConfig, imageCount: number): number {
  const every = config.checkpointEverySteps;
  return Math.min(
    (Math.floor(step / every) + 1) * every,
    step + stepsPerEpoch(config, imageCount) - positionOf(config, imageCount, step).stepInEpoch,
    lastStep(config, imageCount),
  );
}
