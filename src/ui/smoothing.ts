// The strong line of the loss chart: an exponential mean of the raw losses, without the bias of its beginning.
// Numbers only; which part of it is drawn is loss-index.ts' and loss-picture.ts' business.

/** Largest share of all losses that the mean looks back over. */
const WIDEST = 0.05;
const GRID = 1.25;

/**
 * Steps that the mean looks back over, from the slider (0..100) and the number of losses: a share of the run, so that
 * short runs are not smeared and long ones are calm. On a coarse grid, so that it seldom changes while a run grows.
 */
export function smoothingWindow(slider: number, count: number): number {
  const wanted = count * WIDEST * (slider / 100) ** 2.5;
  if (wanted <= 1) return 1;
  return GRID ** Math.round(Math.log(wanted) / Math.log(GRID));
}

/** The smoothed losses of a history that only grows; everything anew when the window changes. */
export class Smoothed {
  values = new Float32Array(0);
  #count = 0;
  #window = 0;
  /** Sum and weight of the exponential mean: value = sum / weight, which takes out the bias of starting at zero. */
  #sum = 0;
  #weight = 0;

  /** Forget everything. */
  reset(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#weight = 0;
  }

  /** losses[0..count) smoothed over `window` steps (>= 1). A loss that is not finite repeats the value before it. */
  update(losses: Float32Array, count: number, window: number): void {
    if (window !== this.#window || count < this.#count) this.reset();
    this.#window = window;
    if (this.values.length < count) {
      const larger = new Float32Array(Math.max(count, 2 * this.values.length, 1024));
      larger.set(this.values.subarray(0, this.#count));
      this.values = larger;
    }
    const keep = 1 - 1 / window;
    const values = this.values;
    let sum = this.#sum;
    let weight = this.#weight;
    for (let i = this.#count; i < count; i++) {
      const loss = losses[i] as number;
      if (loss - loss === 0) {
        sum = sum * keep + loss;
        weight = weight * keep + 1;
      }
      values[i] = weight > 0 ? sum / weight : NaN;
    }
    this.#sum = sum;
    this.#weight = weight;
    this.#count = count;
  }
}
