// What the run does after its validation: goes on by itself, waits, or has made its last step. Not here: the
// words for it.
import type { State } from '../../app/state.ts';

/** True for an import and for a run that the user had paused: both wait for Resume. */
export function waitsAfterSamples(state: State): boolean {
  if (state.found.value?.imported) return true;
  const runId = state.run.value?.runId;
  return state.store.value?.runs.find((run) => run.runId === runId)?.note.paused ?? false;
}

/** True for a run that has made its last step: after its validation it is finished again. */
export function endsAfterSamples(state: State): boolean {
  const run = state.run.value;
  const step = state.found.value?.record.globalStep;
  return run !== null && step !== undefined && step >= run.lastStep;
}
