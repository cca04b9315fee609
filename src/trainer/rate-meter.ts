// Steps per second over the last steps of this session.

const WINDOW = 50;

export class RateMeter {
  #ticks: number[] = [];

  tick(): void {
    this.#ticks.push(performance.now());
    if (this.#ticks.length > WINDOW) this.#ticks.shift();
  }

  /** A pause is not counted as slow steps. */
  reset(): void {
    this.#ticks = [];
  }

  /** Null before two steps. */
  perSecond(): number | null {
    const first = this.#ticks[0];
    const last = this.#ticks.at(-1);
    if (first === undefined || last === undefined || last <= first) return null;
    return (1000 * (this.#ticks.length - 1)) / (last - first);
  }
}
