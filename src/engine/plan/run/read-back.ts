// Buffers that the processor reads results from. They are reused: once a few exist, a step creates none. Not
// here: what is copied into them.

/** A pool of read-back buffers of one size. */
export class ReadBack {
  readonly #device: GPUDevice;
  readonly #bytes: number;
  readonly #label: string;
  readonly #free: GPUBuffer[] = [];

  /** Makes `ready` buffers at once. */
  constructor(device: GPUDevice, label: string, bytes: number, ready: number) {
    this.#device = device;
    this.#label = label;
    this.#bytes = bytes;
    for (let i = 0; i < ready; i++) this.#free.push(this.#make());
  }

  #make(): GPUBuffer {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.#device.createBuffer({ label: this.#label, size: this.#bytes, usage });
  }

  /**
   * Encodes the copies of `ranges`, one after the other, and submits. Resolves to a copy of the bytes once
   * the GPU is done.
   */
  async read(
    encoder: GPUCommandEncoder,
    ranges: readonly { buffer: GPUBuffer; offset: number; bytes: number }[],
  ): Promise<ArrayBuffer> {
    const target = this.#free.pop() ?? this.#make();
    let at = 0;
    for (const { buffer, offset, bytes } of ranges) {
      encoder.copyBufferToBuffer(buffer, offset, target, at, bytes);
      at += bytes;
    }
    this.#device.queue.submit([encoder.finish()]);
    await target.mapAsync(GPUMapMode.READ, 0, at);
    const copy = target.getMappedRange(0, at).slice(0);
    target.unmap();
    this.#free.push(target);
    return copy;
  }

  dispose(): void {
    for (const buffer of this.#free) buffer.destroy();
  }
}
