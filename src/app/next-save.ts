// Waits for the page to hear of a save. Not here: asking for one (session.ts).
import type { State } from './state.ts';

/** Resolves when the next checkpoint of this session is saved, whatever asked for it. */
export function nextSave({ lastSaved }: Pick<State, 'lastSaved'>): Promise<void> {
  return new Promise((resolve) => {
    const before = lastSaved.value;
    const stop = lastSaved.subscribe((now) => {
      if (now === before) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}
