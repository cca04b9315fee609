// How much of the loop's time goes into samples, so that drawing stays a small part of it. Time decides only
// which samples are drawn: no time enters a training step or a checkpoint.
// Not here: at which steps samples are due (settings/sample-schedule.ts).

/** Largest part of the time since Train or Resume that samples may take. */
const MOST = 0.15;

/** Iterations without drawing whose median is the time of a step alone. */
const WINDOW = 21;

export class DrawingShare {
  #since = performance.now();
  #allMs = 0;
  #drawingMs = 0;
  #drew = false;
  /** Milliseconds of the newest iterations without drawing. */
  readonly #plain: number[] = [];

  /**
   * An iteration of the loop has ended. `drew`: it made a denoising call. The call waits on the GPU for the
   * step before it: what counts as drawing is what the iteration took longer than one without a call. The
   * first call also compiles what drawing needs, which no later set does: it does not count.
   */
  iterationEnds(drew: boolean): void {
    const now = performance.now();
    const ms = now - this.#since;
    this.#since = now;
    const drawingMs = drew ? Math.max(0, ms - median(this.#plain)) : 0;
    const compiles = drew && !this.#drew;
    this.#drew ||= drew;
    this.#allMs += compiles ? ms - drawingMs : ms;
    if (!compiles) this.#drawingMs += drawingMs;
    if (!drew) this.#plain.push(ms);
    if (this.#plain.length > WINDOW) this.#plain.shift();
  }

  /** Milliseconds of steps alone until drawing has taken 15 % of the time; 0: another set may be begun. */
  get msUntilSet(): number {
    return Math.max(0, this.#drawingMs / MOST - this.#allMs);
  }
}

/** 0 for no values. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
