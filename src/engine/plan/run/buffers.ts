// The GPU buffers of a plan: one for each home, and the arena, cut at the largest buffer the device takes.
// Not here: which value lies where (homes.ts, memory.ts).
import { FaultError } from '../../../fault.ts';
import type { Homes } from '../homes.ts';
import type { Value } from '../kernels/value.ts';
import type { MemoryPlan } from '../memory.ts';
import type { Placement } from '../placement.ts';
import type { BufferPlace } from './program.ts';

export class Buffers {
  readonly #device: GPUDevice;
  readonly #homes: Homes;
  readonly #arena: MemoryPlan;
  readonly #shardBytes: number;
  readonly #byHome = new Map<string, GPUBuffer>();
  readonly #shards: GPUBuffer[] = [];

  private constructor(device: GPUDevice, { homes, arena }: Placement, shardBytes: number) {
    this.#device = device;
    this.#homes = homes;
    this.#arena = arena;
    this.#shardBytes = shardBytes;
  }

  /**
   * Makes all buffers of a plan, zeroed, and uploads the constants. Homes in `given` belong to someone else
   * and are used as they are. Throws FaultError (kind `memory`) if the device has not enough memory; no
   * buffer is kept then.
   */
  static async make(
    device: GPUDevice,
    plan: Placement,
    shardBytes: number,
    given: ReadonlyMap<string, GPUBuffer> = new Map(),
  ): Promise<Buffers> {
    const buffers = new Buffers(device, plan, shardBytes);
    device.pushErrorScope('out-of-memory');
    for (const [home, size] of plan.homes.sizes) {
      buffers.#byHome.set(home, given.get(home) ?? storage(device, home, size));
    }
    for (let from = 0; from < plan.arena.bytes; from += shardBytes) {
      const size = Math.min(shardBytes, plan.arena.bytes - from);
      buffers.#shards.push(storage(device, `arena ${buffers.#shards.length}`, size));
    }
    const error = await device.popErrorScope();
    if (error) {
      buffers.dispose(given);
      throw new FaultError(notEnough(plan.allocatedBytes, error.message));
    }
    for (const [value, numbers] of plan.constants) buffers.write(value, numbers);
    return buffers;
  }

  get device(): GPUDevice {
    return this.#device;
  }

  home(name: string): GPUBuffer {
    const buffer = this.#byHome.get(name);
    if (!buffer) throw new Error(`no home ${name}`);
    return buffer;
  }

  /** The buffer and byte offset of a value. */
  placeOf = (value: Value): BufferPlace => {
    const spot = this.#homes.spotOf(value);
    if (spot) return { buffer: this.home(spot.home), offset: spot.offset };
    const offset = this.#arena.offsets.get(value.id);
    if (offset === undefined) throw new Error(`${value.label} has no place`);
    const shard = Math.floor(offset / this.#shardBytes);
    return { buffer: this.#shards[shard] as GPUBuffer, offset: offset - shard * this.#shardBytes };
  };

  /** Writes numbers into a value's place, after everything submitted so far. */
  write(value: Value, numbers: Float32Array | Uint32Array): void {
    const { buffer, offset } = this.placeOf(value);
    // The cast drops SharedArrayBuffer from the type: we never make such arrays.
    this.#device.queue.writeBuffer(buffer, offset, numbers as Float32Array<ArrayBuffer>);
  }

  dispose(keep: ReadonlyMap<string, GPUBuffer> = new Map()): void {
    for (const [home, buffer] of this.#byHome) if (!keep.has(home)) buffer.destroy();
    for (const shard of this.#shards) shard.destroy();
  }
}

/** A storage buffer of `size` bytes, zeroed, that can be copied from and to. */
export function storage(device: GPUDevice, label: string, size: number): GPUBuffer {
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  return device.createBuffer({ label, size, usage: STORAGE | COPY_SRC | COPY_DST });
}

function notEnough(needed: number, message: string) {
  // In the units in which the page tells the memory of a run beforehand.
  const size = needed < 1e9 ? `${Math.ceil(needed / 1e6)} MB` : `${(needed / 1e9).toFixed(1)} GB`;
  return {
    kind: 'memory' as const,
    title: 'The GPU has not enough memory for this training',
    what: 'The memory a training step needs was refused. Nothing was changed.',
    expected: `less (${message})`,
    got: `${size} of GPU memory`,
    todo: ['Choose a smaller batch size.', 'Or a smaller preset.', 'Close other tabs that use the GPU.'],
  };
}
