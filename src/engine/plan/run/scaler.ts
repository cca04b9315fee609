// The loss scaling of an executor in mixed precision: its place on the GPU, and what the processor knows of
// it, which lags behind by the steps in flight. Not here: how the scale changes (kernels/loss-scaling.ts,
// kernels/optimizer.ts).
import type { LossScale, StepSettings } from '../../executor.ts';
import {
  FIRST_LOSS_SCALE,
  lossScaleIn,
  MOST_UNKNOWN,
  scaledControlOf,
  SCALER,
  scalerOf,
} from '../kernels/loss-scaling.ts';
import type { Value } from '../kernels/value.ts';
import type { Buffers } from './buffers.ts';

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Numbers of the scaler that last from step to step: scale, growth tracker, skipped steps. */
const LASTING = 3;

export class Scaler {
  readonly #buffers: Buffers;
  readonly #value: Value;
  /** Steps that were skipped, of those whose results have come. */
  #skipped = 0;
  #inFlight = 0;

  constructor(buffers: Buffers, value: Value) {
    this.#buffers = buffers;
    this.#value = value;
  }

  /** Where the lasting numbers lie, in bytes. */
  get place(): { buffer: GPUBuffer; offset: number; bytes: number } {
    const { buffer, offset } = this.#buffers.placeOf(this.#value);
    return { buffer, offset: offset + SCALER.scale * BYTES, bytes: LASTING * BYTES };
  }

  set(scale: LossScale = FIRST_LOSS_SCALE): void {
    this.#skipped = scale.skipped;
    this.#buffers.write(this.#value, scalerOf(scale));
  }

  /** The control vectors of a micro-batch of the next step. */
  controlOf(settings: StepSettings, batch: { first: number; pictures: number }): Float32Array {
    if (this.#inFlight > MOST_UNKNOWN)
      throw new Error(`a step in mixed precision is encoded while at most ${MOST_UNKNOWN} are in flight`);
    return scaledControlOf(settings, this.#skipped, batch);
  }

  /** The result of `reading`, of a step that is in flight until then. */
  async during<T>(reading: Promise<T>): Promise<T> {
    this.#inFlight += 1;
    try {
      return await reading;
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Takes note of the lasting numbers after a step. */
  learn(numbers: Float32Array): LossScale {
    const scale = lossScaleIn(numbers);
    this.#skipped = scale.skipped;
    return scale;
  }

  /** Encodes a copy of the lasting numbers; `read` comes after its submission, and once. */
  copy(encoder: GPUCommandEncoder): { read: () => Promise<LossScale> } {
    const { buffer, offset, bytes } = this.place;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const copy = this.#buffers.device.createBuffer({
      label: 'snapshot of the loss scale',
      size: bytes,
      usage,
    });
    encoder.copyBufferToBuffer(buffer, offset, copy, 0, bytes);
    const read = async () => {
      await copy.mapAsync(GPUMapMode.READ);
      const scale = lossScaleIn(new Float32Array(copy.getMappedRange()));
      copy.destroy();
      return scale;
    };
    return { read };
  }
}
