// The document's title: how far the run is, to be read among thirty other tabs. Pure; main.ts writes the
// title to the document.
import type { PageState } from './state.ts';

const NAME = 'Perennial';

const WORDS: Partial<Record<PageState, string>> = {
  starting: 'Starting',
  validating: 'Checking',
  paused: 'Paused',
  finished: 'Finished',
  failed: 'Stopped',
  elsewhere: 'In another tab',
  unavailable: 'No GPU',
};

/**
 * "48% · 25,310 · Perennial" while training; in other states a word in place of the percentage. `lastStep` 0:
 * not known.
 */
export function pageTitle(state: PageState, globalStep: number, lastStep: number): string {
  const step = globalStep > 0 ? globalStep.toLocaleString('en-US') : null;
  const share = lastStep > 0 ? `${Math.floor((100 * globalStep) / lastStep)}%` : null;
  const first = state === 'training' ? share : (WORDS[state] ?? null);
  return [first, state === 'idle' ? null : step, NAME].filter((part) => part !== null).join(' · ');
}
