// Posts events to the page in batches, at most ten a second while only numbers change. The trainer never
// waits for the page. Not here: what the events mean (api.ts).
import type { Progress, TrainerEvent } from './api.ts';

const MIN_INTERVAL_MS = 100;

export class Outbox {
  #deliver: (events: TrainerEvent[]) => void;
  #waiting: TrainerEvent[] = [];
  #lastFlush = -Infinity;

  constructor(deliver: (events: TrainerEvent[]) => void) {
    this.#deliver = deliver;
  }

  /** Posts events at once, with all that wait, in one message. */
  post(...events: TrainerEvent[]): void {
    this.#waiting.push(...events);
    this.flush();
  }

  /** Joins new numbers with the numbers that wait; posts them a tenth of a second after the last message. */
  progress(next: Progress): void {
    const last = this.#waiting.at(-1);
    if (last?.type === 'progress') {
      last.progress = { ...next, losses: joined(last.progress.losses, next.losses) };
    } else {
      this.#waiting.push({ type: 'progress', progress: next });
    }
    if (performance.now() - this.#lastFlush >= MIN_INTERVAL_MS) this.flush();
  }

  /** Posts all events that wait. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#lastFlush = performance.now();
    this.#deliver(events);
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
