// When a checkpoint is due and what it is called. Pure functions of the step; the names are an agreement.
import { lastStep, type RunConfig, stepsPerEpoch } from '../config.ts';

/** The most lasting name that fits a step: final, epoch, step. */
export function checkpointName(step: number, config: RunConfig, imageCount: number): string {
  if (step === lastStep(config, imageCount)) return 'unet_final';
  const epochSteps = stepsPerEpoch(config, imageCount);
  if (step > 0 && step % epochSteps === 0) return `unet_epoch_${step / epochSteps}`;
  return `unet_step_${step}`;
}

/** Due by the step alone; minutes and the user's wish come on top. */
export function checkpointDue(step: number, config: RunConfig, imageCount: number): boolean {
  return (
    step % config.checkpointEverySteps === 0 ||
    step % stepsPerEpoch(config, imageCount) === 0 ||
    step === lastStep(config, imageCount)
  );
}

/** The next step after `step` at which one is due. */
export function nextCheckpointStep(step: number, config: RunConfig, imageCount: number): number {
  const after = (interval: number) => (Math.floor(step / interval) + 1) * interval;
  return Math.min(
    after(config.checkpointEverySteps),
    after(stepsPerEpoch(config, imageCount)),
    lastStep(config, imageCount),
  );
}
