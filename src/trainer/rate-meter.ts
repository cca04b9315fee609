// Steps per second over the last steps of this session, and how much of that time the loop waited for the
// pictures of a step. Not here: how long a denoising call takes (samples/call-times.ts).

/** Steps that count. */
const WINDOW = 50;
/** Steps before the share of waiting means anything: one late step of three is chance. */
const LEAST_STEPS = 10;

interface Tick {
  /** performance.now() at the end of a step. */
  at: number;
  /** Milliseconds that were waited for pictures since the tick before. */
  waited: number;
}

export class RateMeter {
  #ticks: Tick[] = [];
  #waited = 0;

  /** A step has just ended. */
  tick(): void {
    this.#ticks.push({ at: performance.now(), waited: this.#waited });
    this.#waited = 0;
    if (this.#ticks.length > WINDOW) this.#ticks.shift();
  }

  /** Counts the time until a step's pictures are there as waiting. Settles as `pictures` does. */
  async waitingFor<T>(pictures: Promise<T>): Promise<T> {
    const since = performance.now();
    try {
      return await pictures;
    } finally {
      this.#waited += performance.now() - since;
    }
  }

  /** Training starts or resumes: a pause must not count as a slow step. */
  reset(): void {
    this.#ticks = [];
    this.#waited = 0;
  }

  /** Null before the second step. */
  perSecond(): number | null {
    const ms = this.#ms();
    return ms > 0 ? (1000 * (this.#ticks.length - 1)) / ms : null;
  }

  /** The part of the time, 0..1, in which the loop waited for pictures; null before the tenth step. */
  waitShare(): number | null {
    const ms = this.#ms();
    if (this.#ticks.length < LEAST_STEPS || ms <= 0) return null;
    // The first tick ends the step before the window.
    return this.#ticks.slice(1).reduce((sum, { waited }) => sum + waited, 0) / ms;
  }

  /** From the first tick to the last. */
  #ms(): number {
    return (this.#ticks.at(-1)?.at ?? 0) - (this.#ticks[0]?.at ?? 0);
  }
}
