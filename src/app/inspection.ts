// Reading and recognising files before anything is imported: it may take minutes, so the page says that it
// goes on, and Stop ends it. Not here: what is done with the files (picture-sets.ts, exchange.ts).
import type { Reading } from './given-files.ts';
import type { State } from './state.ts';

export class Inspection {
  readonly #state: Pick<State, 'inspecting'>;
  #controller: AbortController | null = null;

  constructor(state: Pick<State, 'inspecting'>) {
    this.#state = state;
  }

  /**
   * What the work gives; null as soon as Stop is pressed, or other files are looked at in its place, whatever
   * it comes to after that.
   */
  async during<T>(work: (reading: Reading) => Promise<T>): Promise<T | null> {
    this.stop();
    const controller = new AbortController();
    const { signal } = controller;
    const { inspecting } = this.#state;
    this.#controller = controller;
    inspecting.value = { files: 0 };
    const stopped = new Promise<null>((end) => signal.addEventListener('abort', () => end(null)));
    const found = (files: number): void => {
      if (!signal.aborted) inspecting.value = { files };
    };
    try {
      return await Promise.race([work({ found, signal }), stopped]);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    } finally {
      if (this.#controller === controller) this.#end();
    }
  }

  /** Does nothing where nothing is looked at. */
  stop(): void {
    this.#controller?.abort();
    this.#end();
  }

  #end(): void {
    this.#controller = null;
    this.#state.inspecting.value = null;
  }
}
