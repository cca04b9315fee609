// Every loss since the first step, in buffers that grow.
// Not here: the tensors that hold the losses in a checkpoint (checkpoint-file.ts).

const QUARTILES = 4;

/** Batch losses, batch losses by timestep quartile, and epoch means. Index i belongs to global step i + 1. */
export class History {
  #batch: Float32Array<ArrayBuffer>;
  #quartiles: Float32Array<ArrayBuffer>;
  #steps: number;
  readonly epochLosses: number[];

  constructor(batch = new Float32Array(0), quartiles = new Float32Array(0), epochLosses: number[] = []) {
    this.#steps = batch.length;
    this.#batch = batch.slice();
    this.#quartiles = quartiles.slice();
    this.epochLosses = [...epochLosses];
  }

  get steps(): number {
    return this.#steps;
  }

  /** Adds a step's loss, and its 4 losses by timestep quartile: NaN where the batch had no such timestep. */
  push(loss: number, byQuartile: readonly number[]): void {
    if (this.#steps === this.#batch.length) this.#grow();
    this.#batch[this.#steps] = loss;
    this.#quartiles.set(byQuartile, this.#steps * QUARTILES);
    this.#steps += 1;
  }

  #grow(): void {
    const capacity = Math.max(1024, 2 * this.#steps);
    const batch = new Float32Array(capacity);
    batch.set(this.#batch);
    this.#batch = batch;
    const quartiles = new Float32Array(capacity * QUARTILES);
    quartiles.set(this.#quartiles.subarray(0, this.#steps * QUARTILES));
    this.#quartiles = quartiles;
  }

  /** A copy of the losses of steps `from` + 1 to `to`. */
  batchLosses(from: number, to: number): Float32Array<ArrayBuffer> {
    return this.#batch.slice(from, to);
  }

  /** A copy of the losses by quartile of steps 1 to `to`, [to, 4]. */
  quartileLosses(to: number): Float32Array<ArrayBuffer> {
    return this.#quartiles.slice(0, to * QUARTILES);
  }

  /** Mean of the known losses among the last `count` up to step `to`; null where none is known. */
  meanOfLast(count: number, to = this.#steps): number | null {
    let [sum, known] = [0, 0];
    for (const loss of this.#batch.subarray(Math.max(0, to - count), to)) {
      // NaN: losses of steps made elsewhere may be unknown.
      if (!Number.isFinite(loss)) continue;
      sum += loss;
      known += 1;
    }
    return known > 0 ? sum / known : null;
  }
}

/**
 * Mean loss of the pictures in each quarter of the noise schedule; NaN for a quarter without a picture.
 * `steps`: timesteps of the schedule.
 */
export function lossByQuartile(
  perSample: ArrayLike<number>,
  timesteps: ArrayLike<number>,
  steps: number,
): number[] {
  const sums = [0, 0, 0, 0];
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < perSample.length; i++) {
    // Pure noise of a flow is timestep 1000.
    const quarter = Math.min(QUARTILES - 1, Math.floor(((timesteps[i] ?? 0) * QUARTILES) / steps));
    sums[quarter] = (sums[quarter] ?? 0) + (perSample[i] ?? 0);
    counts[quarter] = (counts[quarter] ?? 0) + 1;
  }
  return sums.map((sum, i) => (counts[i] ? sum / counts[i] : NaN));
}
