// Steps and epochs of a run as pure functions of its settings and the number of its pictures. Not here: when
// a checkpoint is due (checkpoint-schedule.ts).
import type { Origin, RunConfig } from './settings.ts';

/** Pictures of one step: all micro-batches together. */
export const imagesPerStep = (config: RunConfig): number =>
  config.batchSize * config.gradientAccumulationSteps;

/** Steps of an epoch. The last batch is completed with the first pictures of the same permutation. */
export const stepsPerEpoch = (config: RunConfig, imageCount: number): number =>
  Math.ceil(imageCount / imagesPerStep(config));

/** The origin of a run that began in this app. */
export const FROM_THE_START: Origin = { globalStep: 0, epoch: 0 };

/** Position of a run after `step` steps: completed epochs, and finished steps of the current epoch. */
export function positionOf(
  config: RunConfig,
  imageCount: number,
  step: number,
): { epoch: number; stepInEpoch: number } {
  const origin = config.origin ?? FROM_THE_START;
  const [since, perEpoch] = [step - origin.globalStep, stepsPerEpoch(config, imageCount)];
  return { epoch: origin.epoch + Math.floor(since / perEpoch), stepInEpoch: since % perEpoch };
}

/** Whether step `step` (1 is the first) is the last of its epoch. */
export const endsEpoch = (config: RunConfig, imageCount: number, step: number): boolean =>
  step > (config.origin ?? FROM_THE_START).globalStep &&
  positionOf(config, imageCount, step).stepInEpoch === 0;

/** The settings of a run that ends at step `last`: by `maxSteps`, and not by `epochs` before. */
export function endingAt(last: number, config: RunConfig, imageCount: number): RunConfig {
  const { globalStep, epoch } = config.origin ?? FROM_THE_START;
  const epochs = epoch + Math.ceil((last - globalStep) / stepsPerEpoch(config, imageCount));
  return { ...config, maxSteps: last, epochs: Math.max(config.epochs, epochs) };
}

/** The step at which the run ends: by `maxSteps` or by `epochs`, whichever comes first. */
export function lastStep(config: RunConfig, imageCount: number): number {
  const { globalStep, epoch } = config.origin ?? FROM_THE_START;
  return Math.min(config.maxSteps, globalStep + (config.epochs - epoch) * stepsPerEpoch(config, imageCount));
}
