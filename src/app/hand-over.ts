// Between the tabs of this browser: one asks for the run, the tab that has it saves and lets go. Not here:
// the lock that decides which tab trains (tab-lock.ts), what is saved (session.ts).

const NAME = 'perennial-hand-over';

type Message = 'use-here' | 'free' | 'kept';

interface Hears {
  /** Another tab asks for the run. */
  asked: () => void;
  /** The run that this tab asked for is free. */
  free: () => void;
  /** The tab that was asked could not save the run, and keeps it. */
  kept: () => void;
}

export class HandOver {
  readonly #channel = new BroadcastChannel(NAME);
  #asks = false;
  #holds = false;

  constructor(hears: Hears) {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (data === 'use-here') {
        if (this.#holds) hears.asked();
        return;
      }
      if (!this.#asks) return; // another waiting tab asked
      this.#asks = false;
      if (data === 'free') hears.free();
      else hears.kept();
    });
  }

  /** This tab has the lock, or another has it: only the tab with the lock answers. */
  hold(holds: boolean): void {
    this.#holds = holds;
  }

  /** Asks the tab that has the run; `free` is heard once that tab has let go. */
  ask(): void {
    this.#asks = true;
    this.#post('use-here');
  }

  /** Tells the tab that asked that it may take the run. */
  letGo(): void {
    this.#post('free');
  }

  /** Tells the tab that asked that this one could not save, and keeps the run. */
  keep(): void {
    this.#post('kept');
  }

  #post(message: Message): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
    this.#channel.postMessage(message);
  }
}
