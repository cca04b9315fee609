// The smoothed line of the loss chart: an exponential mean of the raw losses over a share of the steps so
// far. So short runs are not smeared, long runs are calm, the steep beginning is followed, and nothing that
// was drawn changes when the run grows. Not here: drawing.

/** Largest share of the steps so far that the mean covers. */
const WIDEST = 0.05;

/** The share that the mean covers, 0..0.05, from the slider (0..100). */
export const smoothingShare = (slider: number): number => WIDEST * (slider / 100) ** 2;

/** True where the mean at the last of `count` losses covers more than that one loss. */
export const smooths = (share: number, count: number): boolean => share * (count - 1) > 1;

/** The smoothed losses of a history that grows; computed anew when the share changes. */
export class Smoothed {
  values = new Float32Array(0);
  #count = 0;
  #share = 0;
  /** The mean is sum / weight, which removes the bias of starting at zero. */
  #sum = 0;
  #weight = 0;

  /** Forgets everything. */
  reset(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#weight = 0;
  }

  /**
   * Smooths losses[0..count): the mean at index i covers about share * i losses up to i, at least one. A loss
   * that is not finite repeats the value before it.
   */
  update(losses: Float32Array, count: number, share: number): void {
    if (share !== this.#share || count < this.#count) this.reset();
    this.#share = share;
    this.#reserve(count);
    const values = this.values;
    let sum = this.#sum;
    let weight = this.#weight;
    for (let i = this.#count; i < count; i++) {
      const loss = losses[i] as number;
      if (loss - loss === 0) {
        const window = share * i;
        const keep = window > 1 ? 1 - 1 / window : 0;
        sum = sum * keep + loss;
        weight = weight * keep + 1;
      }
      values[i] = weight > 0 ? sum / weight : NaN;
    }
    this.#sum = sum;
    this.#weight = weight;
    this.#count = count;
  }

  #reserve(count: number): void {
    if (this.values.length >= count) return;
    const larger = new Float32Array(Math.max(count, 2 * this.values.length, 1024));
    larger.set(this.values.subarray(0, this.#count));
    this.values = larger;
  }
}
