// What is being prepared, in words: "Compiling shaders, 12 of 40". Not here: where the words are shown.
import type { State } from '../../app/state.ts';

/** A phrase for the state `starting`. */
export function preparingText(state: State): string {
  const preparing = state.preparing.value;
  if (!preparing) return 'Checking this computer and what is stored on it';
  return preparing.total === null
    ? preparing.what
    : `${preparing.what}, ${preparing.done} of ${preparing.total}`;
}
