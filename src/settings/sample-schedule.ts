// At which steps a run's samples are due: early in the run, then by the interval. Pure functions of the step
// for trainer and page. Not here: whether a due set is begun (trainer/loop.ts), drawing (trainer/samples/).
import { lastStep, positionOf, stepsPerEpoch } from './calendar.ts';
import type { RunConfig } from './settings.ts';

/** Steps with samples before the first interval has passed: what a run learns shows earliest in pictures. */
const EARLY_STEPS = [10, 25, 50, 100, 200];

/** The first multiple of `interval` after `step`. */
const nextMultiple = (step: number, interval: number): number => (Math.floor(step / interval) + 1) * interval;

/**
 * The first step after `step` at which samples are due; null from the run's last step on. Due are the early
 * steps below `sampleEverySteps`, the multiples of `sampleEverySteps` and `checkpointEverySteps`, the run's
 * last step, and an epoch's last step where the newest samples, those of step `newest`, are
 * `sampleEverySteps` old by then.
 */
export function nextSamplesStep(
  step: number,
  newest: number,
  config: RunConfig,
  imageCount: number,
): number | null {
  const last = lastStep(config, imageCount);
  if (step >= last) return null;
  const every = config.sampleEverySteps;
  const early = EARLY_STEPS.find((one) => one > step && one < every) ?? Infinity;
  const perEpoch = stepsPerEpoch(config, imageCount);
  const epochEnd = step + perEpoch - positionOf(config, imageCount, step).stepInEpoch;
  const tooYoung = Math.ceil(Math.max(0, newest + every - epochEnd) / perEpoch);
  return Math.min(
    early,
    nextMultiple(step, every),
    nextMultiple(step, config.checkpointEverySteps),
    epochEnd + tooYoung * perEpoch,
    last,
  );
}

/** Whether samples are due at step `step`; `newest` as for nextSamplesStep. */
export const samplesDue = (step: number, newest: number, config: RunConfig, imageCount: number): boolean =>
  nextSamplesStep(step - 1, newest, config, imageCount) === step;
