// What is trained is saved before the page is left: for an update, or for another tab. Not here: leaving
// (session.ts, offline.ts).
import type { State } from './state.ts';

/**
 * Whether the page may be left. `save`: saves the run that trains, and answers whether it did, null where it
 * could not; why not is told by who could not.
 */
export async function saveBeforeLeaving(
  { runState }: Pick<State, 'runState'>,
  save: () => Promise<boolean | null>,
): Promise<boolean> {
  if (runState.value !== 'training') return true;
  const saved = await save();
  // A run that made its last step meanwhile has saved it.
  return saved === true || runState.peek() === 'finished';
}
