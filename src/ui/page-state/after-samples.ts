// Whether the run that is being validated goes on by itself afterwards. Not here: the words for it.
import type { State } from '../../app/state.ts';

/** True for an import, and for a run that the user had paused. */
export function waitsAfterSamples(state: State): boolean {
  if (state.found.value?.imported) return true;
  const runId = state.run.value?.runId;
  return state.store.value?.runs.find((run) => run.runId === runId)?.note.paused ?? false;
}
