// Buffers that the processor reads results from, used again and again: a step creates none once a few are there.
// Not here: what is copied into them.

/** A pool of equal read-back buffers. */
export class ReadBack {
  readonly #device: GPUDevice;
  readonly #bytes: number;
  readonly #label: string;
  readonly #free: GPUBuffer[] = [];

  /** `ready` buffers are made at once. */
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

  /** Encodes the copies, submits, and resolves to a copy of the bytes once the GPU has made them. */
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
