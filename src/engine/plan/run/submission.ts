// Commands on their way to the GPU in portions it can finish soon: a system resets a GPU that works too long on one
// (Windows after 2 s). Not here: what is encoded.
import { costOf } from '../kernels/kernel.ts';
import type { Program } from './program.ts';

/** How much a device is given at once. */
export class Pace {
  readonly #submitMs: number;
  /** Cost per ms: slow at first, then as measured. */
  #rate: number;
  /** Most cost of one dispatch: known before anything is measured, so for the slowest GPU that trains. */
  readonly dispatchCost: number;

  constructor(software: boolean) {
    this.#submitMs = software ? 1000 : 125;
    this.#rate = software ? 5e5 : 2e8;
    this.dispatchCost = this.#rate * (software ? 1000 : 50);
  }

  get submitCost(): number {
    return this.#rate * this.#submitMs;
  }

  /** `cost` took `ms` from encoding to result: waiting counted in, so never too fast. */
  measured(cost: number, ms: number): void {
    this.#rate = Math.max(this.#rate, cost / Math.max(ms, 0.1));
  }
}

export class Submission {
  readonly #device: GPUDevice;
  readonly #pace: Pace;
  #encoder: GPUCommandEncoder;
  #cost = 0;
  /** Of everything encoded. */
  total = 0;

  constructor(device: GPUDevice, pace: Pace) {
    this.#device = device;
    this.#pace = pace;
    this.#encoder = device.createCommandEncoder();
  }

  /** Encodes all of a program, submitting in between where it is much. */
  run(program: Program): void {
    let first = 0;
    program.kernels.forEach((kernel, i) => {
      const cost = costOf(kernel);
      if (this.#cost > 0 && this.#cost + cost > this.#pace.submitCost) {
        program.encode(this.#encoder, first, i);
        first = i;
        this.flush();
      }
      this.#cost += cost;
      this.total += cost;
    });
    program.encode(this.#encoder, first);
  }

  /** Submits what is encoded: what is written to a buffer afterwards comes after it. */
  flush(): void {
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = this.#device.createCommandEncoder();
    this.#cost = 0;
  }

  /** The encoder, to be finished and submitted by the caller; nothing is run after this. */
  get last(): GPUCommandEncoder {
    return this.#encoder;
  }
}
