// How many samples of a set are finished, and how far the others are. Not here: which pictures the grid shows
// (samples/shown-samples.ts).
import type { SampleGrid, State } from '../../app/state.ts';
import { count, duration } from '../format.ts';

/** Finished samples of a set; samples that still clear from noise are shown but not counted. */
export const countDrawn = (grid: SampleGrid | null): number =>
  grid?.samples.filter((sample) => sample?.drawn).length ?? 0;

/**
 * Denoising calls of the validation where they are fewer than those of the run's samples, because all would
 * take over 10 s: then the two sets cannot be compared. Null: as many.
 */
export function fewerCalls({ validation, run }: Pick<State, 'validation' | 'run'>): number | null {
  const calls = validation.value?.calls;
  const all = run.value?.config.sampleSteps;
  return calls !== undefined && all !== undefined && calls < all ? calls : null;
}

/**
 * "call 12 of 50, about 3 min left": denoising calls of the samples that are shown while they clear from
 * noise; null where none are. `withTime` false: without the time left.
 */
export function callsText(grid: SampleGrid | null, withTime = true): string | null {
  if (!grid?.watched || grid.complete) return null;
  const made = Math.max(0, ...grid.samples.map((sample) => sample?.calls ?? 0));
  const far = `call ${count(made)} of ${count(grid.calls)}`;
  const since = made - grid.watched.calls;
  if (since < 1 || !withTime) return far;
  const left = ((performance.now() - grid.watched.at) / 1000 / since) * (grid.calls - made);
  return `${far}, ${left < 1 ? duration(left) : `about ${duration(left)}`} left`;
}
