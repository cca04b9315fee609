// At which steps a checkpoint is due, and its name. Pure functions of the step; other programs read the
// names. Not here: minutes since the last save, and a save that the user asks for (loop.ts).
import type { RunConfig } from '../settings/settings.ts';
import { endsEpoch, lastStep, positionOf, stepsPerEpoch } from '../settings/calendar.ts';

/** The first name that fits: unet_final, unet_epoch_<n>, unet_step_<n>, the longest kept first. */
export function checkpointName(step: number, config: RunConfig, imageCount: number): string {
  if (step === lastStep(config, imageCount)) return 'unet_final';
  if (endsEpoch(config, imageCount, step)) return `unet_epoch_${positionOf(config, imageCount, step).epoch}`;
  return `unet_step_${step}`;
}

/** Whether a checkpoint is due at this step: at the interval, at an epoch's end, and at the last step. */
export function checkpointDue(step: number, config: RunConfig, imageCount: number): boolean {
  return (
    step % config.checkpointEverySteps === 0 ||
    endsEpoch(config, imageCount, step) ||
    step === lastStep(config, imageCount)
  );
}

/** The next step after `step` at which a checkpoint is due. */
export function nextCheckpointStep(step: number, config: RunConfig, imageCount: number): number {
  const every = config.checkpointEverySteps;
  return Math.min(
    (Math.floor(step / every) + 1) * every,
    step + stepsPerEpoch(config, imageCount) - positionOf(config, imageCount, step).stepInEpoch,
    lastStep(config, imageCount),
  );
}
