// How long the run will still take, in words. Not here: the estimate before a run (app/estimate.ts).
import type { App } from './app-context.ts';
import { duration } from '../format.ts';

/**
 * "37 min", or "about 37 min" until steps of this session tell; null where that is not known, and while the
 * run does not go on by itself.
 */
export function timeLeftText({ state, looking }: App): string | null {
  const now = state.runState.value;
  const run = state.run.value;
  const step = looking.stepSeconds.value;
  if (!run || !step || (now !== 'training' && now !== 'starting')) return null;
  const seconds = (run.lastStep - looking.numbers.value.globalStep) * step.seconds;
  return step.measured ? duration(seconds) : `about ${duration(seconds)}`;
}
