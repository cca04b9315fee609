// Submits commands in portions that the GPU finishes soon: an operating system resets a GPU that works too
// long on one submission (Windows after 2 s). Not here: what is encoded (program.ts).
import { costOf } from '../kernels/kernel.ts';
import type { Program } from './program.ts';

/** How much work a device is given at once, measured as it goes. */
export class Pace {
  readonly #submitMs: number;
  /** Cost per millisecond: cautious at first, then as measured. */
  #rate: number;
  /** Most cost of one dispatch. Fixed before anything is measured, so for the slowest GPU that trains. */
  readonly dispatchCost: number;

  constructor(software: boolean) {
    this.#submitMs = software ? 1000 : 125;
    this.#rate = software ? 5e5 : 2e8;
    this.dispatchCost = this.#rate * (software ? 1000 : 50);
  }

  get submitCost(): number {
    return this.#rate * this.#submitMs;
  }

  /**
   * Work of `cost` took `ms` from encoding to its result. Waiting is included, so the rate is never too high.
   */
  measured(cost: number, ms: number): void {
    this.#rate = Math.max(this.#rate, cost / Math.max(ms, 0.1));
  }
}

/** Encodes programs, and submits whenever enough work has gathered. */
export class Submission {
  readonly #device: GPUDevice;
  readonly #pace: Pace;
  #encoder: GPUCommandEncoder;
  #cost = 0;
  /** Cost of everything encoded. */
  total = 0;

  constructor(device: GPUDevice, pace: Pace) {
    this.#device = device;
    this.#pace = pace;
    this.#encoder = device.createCommandEncoder();
  }

  /** Encodes a whole program and submits in between if it is much work. */
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

  /** Submits what is encoded, so that buffer writes that follow come after it. */
  flush(): void {
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = this.#device.createCommandEncoder();
    this.#cost = 0;
  }

  /** The open encoder, for the caller to finish and submit. Run nothing afterwards. */
  get last(): GPUCommandEncoder {
    return this.#encoder;
  }
}
