// GPU time of each kernel by timestamp queries. While it measures, every dispatch gets a compute pass of its
// own; the code that encodes sees no difference. Not here: times of whole steps (steps.ts), which have no
// such passes.

/** Sum over all dispatches of one operation. */
export interface KernelTime {
  op: string;
  dispatches: number;
  ms: number;
}

/** WebGPU's limit for one query set. */
const QUERIES_PER_SET = 4096;

/**
 * GPU time of everything that `work` encodes on the device until its promise settles, by operation (the label
 * of the bind group, else of the pipeline). Null where the device has no timestamp queries.
 */
export async function timeKernels(
  device: GPUDevice,
  work: () => Promise<unknown>,
): Promise<KernelTime[] | null> {
  if (!device.features.has('timestamp-query')) return null;
  const stamps = new Stamps(device);
  const create = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => splitPasses(create(descriptor), stamps);
  try {
    await work();
  } finally {
    // The prototype's method is visible again.
    Reflect.deleteProperty(device, 'createCommandEncoder');
  }
  return await stamps.read();
}

/** The same encoder; each of its compute passes becomes one real pass per dispatch. */
function splitPasses(encoder: GPUCommandEncoder, stamps: Stamps): GPUCommandEncoder {
  const begin = encoder.beginComputePass.bind(encoder);
  encoder.beginComputePass = () => {
    let pipeline: GPUComputePipeline | undefined;
    const groups = new Map<number, GPUBindGroup>();
    const dispatch = (...grid: [number, number?, number?]): undefined => {
      if (!pipeline) throw new Error('a dispatch without a pipeline');
      const op = groups.get(0)?.label || pipeline.label;
      const pass = begin({ label: op, timestampWrites: stamps.next(op) });
      pass.setPipeline(pipeline);
      for (const [index, group] of groups) pass.setBindGroup(index, group);
      pass.dispatchWorkgroups(...grid);
      pass.end();
    };
    const pass: Partial<GPUComputePassEncoder> = {
      setPipeline: (next) => {
        pipeline = next;
      },
      setBindGroup: (index: number, group: GPUBindGroup | null) => {
        if (group) groups.set(index, group);
      },
      dispatchWorkgroups: dispatch,
      end: () => undefined,
    };
    return pass as GPUComputePassEncoder;
  };
  return encoder;
}

class Stamps {
  readonly #device: GPUDevice;
  readonly #sets: GPUQuerySet[] = [];
  /** Operation of every dispatch, in order. */
  readonly #ops: string[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Where the next dispatch writes its two timestamps. */
  next(op: string): GPUComputePassTimestampWrites {
    const first = (this.#ops.length * 2) % QUERIES_PER_SET;
    if (first === 0)
      this.#sets.push(this.#device.createQuerySet({ type: 'timestamp', count: QUERIES_PER_SET }));
    this.#ops.push(op);
    return {
      querySet: this.#sets.at(-1) as GPUQuerySet,
      beginningOfPassWriteIndex: first,
      endOfPassWriteIndex: first + 1,
    };
  }

  /** Times by operation, largest first. */
  async read(): Promise<KernelTime[]> {
    const stamps = await Promise.all(this.#sets.map((set) => this.#readSet(set)));
    const times = new Map<string, KernelTime>();
    this.#ops.forEach((op, i) => {
      const set = stamps[Math.floor((2 * i) / QUERIES_PER_SET)] as BigUint64Array;
      const at = (2 * i) % QUERIES_PER_SET;
      const ns = Number((set[at + 1] as bigint) - (set[at] as bigint));
      const time = times.get(op) ?? { op, dispatches: 0, ms: 0 };
      times.set(op, { op, dispatches: time.dispatches + 1, ms: time.ms + Math.max(0, ns) / 1e6 });
    });
    return [...times.values()].sort((a, b) => b.ms - a.ms);
  }

  async #readSet(set: GPUQuerySet): Promise<BigUint64Array> {
    const device = this.#device;
    const size = QUERIES_PER_SET * 8;
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const resolved = device.createBuffer({ label: 'timestamps', size, usage: QUERY_RESOLVE | COPY_SRC });
    const read = device.createBuffer({ label: 'timestamps read', size, usage: COPY_DST | MAP_READ });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(set, 0, QUERIES_PER_SET, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, read, 0, size);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    const stamps = new BigUint64Array(read.getMappedRange().slice(0));
    for (const buffer of [resolved, read]) buffer.destroy();
    set.destroy();
    return stamps;
  }
}
