// Steps per second over the last steps of this session.
// Not here: how long a denoising call takes (samples/call-times.ts).

/** Steps that count. */
const WINDOW = 50;

export class RateMeter {
  #ticks: number[] = [];

  /** A step has just ended. */
  tick(): void {
    this.#ticks.push(performance.now());
    if (this.#ticks.length > WINDOW) this.#ticks.shift();
  }

  /** Training starts or resumes: a pause must not count as a slow step. */
  reset(): void {
    this.#ticks = [];
  }

  /** Null before the second step. */
  perSecond(): number | null {
    const first = this.#ticks[0];
    const last = this.#ticks.at(-1);
    if (first === undefined || last === undefined || last <= first) return null;
    return (1000 * (this.#ticks.length - 1)) / (last - first);
  }
}
