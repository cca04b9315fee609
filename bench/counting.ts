// Counts what a program asks of WebGPU (dispatches, submits, buffers, pipelines, bytes of live buffers) by
// wrapping methods of WebGPU's prototypes, so that it counts our plan and TensorFlow.js alike.
// Not here: time (steps.ts, kernel-times.ts).

export interface GpuCounts {
  dispatches: number;
  submits: number;
  buffers: number;
  pipelines: number;
}

const NONE: Readonly<GpuCounts> = { dispatches: 0, submits: 0, buffers: 0, pipelines: 0 };

/** The classes that are wrapped; in a browser `globalThis` holds them. */
export type GpuClasses = Record<
  'GPUDevice' | 'GPUQueue' | 'GPUComputePassEncoder' | 'GPUBuffer',
  { prototype: object }
>;

type Method = (this: object, ...args: unknown[]) => unknown;

export class GpuCounter {
  #counts: GpuCounts = { ...NONE };
  readonly #bytes = new WeakMap<object, number>();
  readonly #buffers = new WeakMap<object, { device: object; size: number }>();

  /** Wraps the classes; the wrapping is never undone, so make one counter per program. */
  constructor(classes: GpuClasses) {
    const { GPUDevice, GPUQueue, GPUComputePassEncoder, GPUBuffer } = classes;
    const count = (key: keyof GpuCounts) => () => (this.#counts[key] += 1);
    onCall(GPUComputePassEncoder, 'dispatchWorkgroups', count('dispatches'));
    onCall(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', count('dispatches'));
    onCall(GPUQueue, 'submit', count('submits'));
    onCall(GPUDevice, 'createComputePipeline', count('pipelines'));
    onCall(GPUDevice, 'createComputePipelineAsync', count('pipelines'));
    onCall(GPUDevice, 'createBuffer', (device, [descriptor], buffer) => {
      this.#counts.buffers += 1;
      const { size } = descriptor as GPUBufferDescriptor;
      this.#buffers.set(buffer as object, { device, size });
      this.#add(device, size);
    });
    onCall(GPUBuffer, 'destroy', (buffer) => {
      const known = this.#buffers.get(buffer);
      if (!known) return;
      this.#buffers.delete(buffer);
      this.#add(known.device, -known.size);
    });
  }

  #add(device: object, size: number): void {
    this.#bytes.set(device, this.bytesOn(device) + size);
  }

  /** Bytes of all buffers that were created on the device and not destroyed since. */
  bytesOn(device: object): number {
    return this.#bytes.get(device) ?? 0;
  }

  /** Calls since the last `take`. */
  take(): GpuCounts {
    const taken = this.#counts;
    this.#counts = { ...NONE };
    return taken;
  }
}

/** Calls `note` after every call of the method. A class without the method is left as it is. */
function onCall(
  { prototype }: { prototype: object },
  name: string,
  note: (self: object, args: unknown[], result: unknown) => void,
): void {
  const methods = prototype as Record<string, Method | undefined>;
  const original = methods[name];
  if (!original) return;
  methods[name] = function (...args) {
    const result = original.apply(this, args);
    note(this, args, result);
    return result;
  };
}
