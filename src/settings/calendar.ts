// Steps and epochs of a run as pure functions of its settings. Not here: when a checkpoint is due (trainer/naming.ts).
import type { Origin, RunConfig } from './settings.ts';

/** Images a step learns from. */
export const imagesPerStep = (config: RunConfig): number =>
  config.batchSize * config.gradientAccumulationSteps;

/** An epoch's steps; the last batch is completed with the first images of the same permutation. */
export const stepsPerEpoch = (config: RunConfig, imageCount: number): number =>
  Math.ceil(imageCount / imagesPerStep(config));

/** Of a run that began here. */
export const FROM_THE_START: Origin = { globalStep: 0, epoch: 0 };

/** Where a run is after `step` steps: completed epochs, and steps done in the one that runs. */
export function positionOf(
  config: RunConfig,
  imageCount: number,
  step: number,
): { epoch: number; stepInEpoch: number } {
  const origin = config.origin ?? FROM_THE_START;
  const [since, perEpoch] = [step - origin.globalStep, stepsPerEpoch(config, imageCount)];
  return { epoch: origin.epoch + Math.floor(since / perEpoch), stepInEpoch: since % perEpoch };
}

/** Whether step `step`, 1 for the first, is an epoch's last. */
export const endsEpoch = (config: RunConfig, imageCount: number, step: number): boolean =>
  step > (config.origin ?? FROM_THE_START).globalStep &&
  positionOf(config, imageCount, step).stepInEpoch === 0;

/** The step at which the run ends. */
export function lastStep(config: RunConfig, imageCount: number): number {
  const { globalStep, epoch } = config.origin ?? FROM_THE_START;
  return Math.min(config.maxSteps, globalStep + (config.epochs - epoch) * stepsPerEpoch(config, imageCount));
}
