// A fixed list of kernels on a device: pipelines and bind groups are made once and encoded step after step.
// Not here: what the kernels compute (kernels/), where values lie (buffers.ts), when a program runs
// (plan-executor.ts).
import { costOf, type Kernel } from '../kernels/kernel.ts';
import { byteLengthOf, type Value } from '../kernels/value.ts';

/** Where a value lies on the GPU; offset in bytes. */
export interface BufferPlace {
  buffer: GPUBuffer;
  offset: number;
}

/** The compiled pipelines of a device, keyed by source and shared by all its programs. */
export class PipelineCache {
  readonly device: GPUDevice;
  readonly #made = new Map<string, Promise<GPUComputePipeline>>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /**
   * Compiles the pipelines of `kernels` that are missing. onCompiled: how many pipelines are ready, and of
   * how many.
   */
  async compile(
    kernels: readonly Kernel[],
    onCompiled: (done: number, total: number) => void = () => undefined,
  ): Promise<Map<string, GPUComputePipeline>> {
    const wanted = new Map(kernels.map((kernel) => [kernel.source, kernel.op]));
    const made = new Map<string, GPUComputePipeline>();
    const queue = [...wanted];
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [source, op] = next;
        made.set(source, await this.get(op, source));
        onCompiled(made.size, wanted.size);
      }
    };
    await Promise.all(Array.from({ length: COMPILE_AT_ONCE }, work));
    return made;
  }

  /** Compiles without blocking, each source once. Rejects with the compiler's messages. */
  get(op: string, source: string): Promise<GPUComputePipeline> {
    const known = this.#made.get(source);
    if (known) return known;
    const pipeline = this.#make(op, source);
    this.#made.set(source, pipeline);
    return pipeline;
  }

  async #make(op: string, source: string): Promise<GPUComputePipeline> {
    const module = this.device.createShaderModule({ label: op, code: source });
    const compute = { module, entryPoint: 'main' };
    try {
      return await this.device.createComputePipelineAsync({ label: op, layout: 'auto', compute });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const said = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
      throw new Error(`${op}: ${[String(error), ...said].join('\n')}`, { cause: error });
    }
  }
}

interface Dispatch {
  kernel: Kernel;
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
}

const caches = new WeakMap<GPUDevice, PipelineCache>();

/** The device's pipeline cache; one for each device. */
export function pipelineCacheOf(device: GPUDevice): PipelineCache {
  const known = caches.get(device);
  if (known) return known;
  const cache = new PipelineCache(device);
  caches.set(device, cache);
  return cache;
}

const UNIFORM_STRIDE = 256;
/** Pipelines compiled at a time: enough for all cores of a driver, few enough to show progress. */
const COMPILE_AT_ONCE = 8;

/** Kernels, each bound to its buffers. */
export class Program {
  readonly kernels: readonly Kernel[];
  readonly #dispatches: readonly Dispatch[];
  readonly #uniforms: GPUBuffer;

  private constructor(kernels: readonly Kernel[], dispatches: Dispatch[], uniforms: GPUBuffer) {
    this.kernels = kernels;
    this.#dispatches = dispatches;
    this.#uniforms = uniforms;
  }

  /** Splits kernels that cost more than `dispatchCost`. Rejects if a pipeline does not compile. */
  static async build(
    cache: PipelineCache,
    wholeKernels: readonly Kernel[],
    placeOf: (value: Value) => BufferPlace,
    dispatchCost = Infinity,
  ): Promise<Program> {
    const kernels = wholeKernels.flatMap((kernel) => cut(kernel, dispatchCost));
    const pipelines = await cache.compile(kernels);
    const { buffer, offsets } = uploadUniforms(cache.device, kernels);
    const dispatches = kernels.map((kernel, i) => {
      const pipeline = pipelines.get(kernel.source) as GPUComputePipeline;
      const resources = [
        ...kernel.bindings.map(({ value }) => {
          const { buffer: home, offset } = placeOf(value);
          return { buffer: home, offset, size: Math.ceil(byteLengthOf(value) / 16) * 16 };
        }),
        { buffer, offset: offsets[i] as number, size: kernel.uniform.byteLength },
      ];
      const bindGroup = cache.device.createBindGroup({
        label: kernel.op,
        layout: pipeline.getBindGroupLayout(0),
        entries: resources.map((resource, binding) => ({ binding, resource })),
      });
      return { kernel, pipeline, bindGroup };
    });
    return new Program(kernels, dispatches, buffer);
  }

  get length(): number {
    return this.#dispatches.length;
  }

  /** Encodes the kernels from `first` to `last` - 1 into one compute pass. */
  encode(encoder: GPUCommandEncoder, first = 0, last = this.#dispatches.length): void {
    if (last <= first) return;
    const pass = encoder.beginComputePass();
    let current: GPUComputePipeline | null = null;
    for (let i = first; i < last; i++) {
      const { kernel, pipeline, bindGroup } = this.#dispatches[i] as Dispatch;
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...kernel.workgroups);
    }
    pass.end();
  }

  dispose(): void {
    this.#uniforms.destroy();
  }
}

/** Splits a kernel along the longest side of its grid into dispatches of at most `most` cost each. */
function cut(kernel: Kernel, most: number): Kernel[] {
  const axis = kernel.workgroups.indexOf(Math.max(...kernel.workgroups));
  const length = kernel.workgroups[axis] as number;
  const portions = Math.min(length, Math.ceil(costOf(kernel) / most));
  if (portions <= 1) return [kernel];
  return Array.from({ length: portions }, (_, i) => {
    const from = Math.floor((i * length) / portions);
    const count = Math.floor(((i + 1) * length) / portions) - from;
    const uniform = kernel.uniform.slice();
    uniform[axis] = from;
    const workgroups: [number, number, number] = [...kernel.workgroups];
    workgroups[axis] = count;
    const share = count / length;
    return {
      ...kernel,
      uniform,
      workgroups,
      flops: kernel.flops * share,
      bytes: kernel.bytes * share,
    };
  });
}

/** Uploads all uniforms into one buffer, equal ones once. */
function uploadUniforms(
  device: GPUDevice,
  kernels: readonly Kernel[],
): { buffer: GPUBuffer; offsets: number[] } {
  const slots = new Map<string, number>();
  const offsets = kernels.map(({ uniform }) => {
    const key = uniform.join();
    const slot = slots.get(key) ?? slots.size;
    slots.set(key, slot);
    return slot * UNIFORM_STRIDE;
  });
  const buffer = device.createBuffer({
    label: 'uniforms',
    size: Math.max(1, slots.size) * UNIFORM_STRIDE,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    mappedAtCreation: true,
  });
  const words = new Uint32Array(buffer.getMappedRange());
  kernels.forEach(({ uniform }, i) => words.set(uniform, (offsets[i] as number) / words.BYTES_PER_ELEMENT));
  buffer.unmap();
  return { buffer, offsets };
}
