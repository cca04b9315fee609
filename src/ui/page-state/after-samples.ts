// Whether the run goes on by itself after its validation. Not here: the words for it.
import type { State } from '../../app/state.ts';

/** True for an import and for a run that the user had paused: both wait for Resume. */
export function waitsAfterSamples(state: State): boolean {
  if (state.found.value?.imported) return true;
  const runId = state.run.value?.runId;
  return state.store.value?.runs.find((run) => run.runId === runId)?.note.paused ?? false;
}
