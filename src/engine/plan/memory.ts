// Places values in one arena: a value lives from the first kernel that writes it to the last that reads it,
// and values that never live at the same time share memory. Greedy by size (Pisarchyk & Lee 2020, "Efficient
// Memory Management for Deep Neural Net Inference"). Not here: GPU buffers (run/buffers.ts).
import { type Fault, FaultError } from '../../fault.ts';
import type { Kernel } from './kernels/kernel.ts';
import { byteLengthOf, type Value } from './kernels/value.ts';

/** WebGPU's default minStorageBufferOffsetAlignment, in bytes. */
export const ALIGNMENT = 256;

/** `bytes` rounded up to the next offset that WebGPU binds a storage buffer at. */
export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** From kernel `first` to kernel `last`, both included. */
interface Life {
  value: Value;
  first: number;
  last: number;
}

export interface MemoryPlan {
  /** Byte offset in the arena, by value id. */
  offsets: ReadonlyMap<number, number>;
  /** Size of the arena. */
  bytes: number;
  /** Most bytes needed at one time, without alignment: a lower bound for every plan. */
  liveBytes: number;
}

/** The lives of all values that `elsewhere` does not claim, by id. */
function livesOf(kernels: readonly Kernel[], elsewhere: (value: Value) => boolean): Life[] {
  const lives = new Map<number, Life>();
  kernels.forEach(({ bindings, op }, index) => {
    for (const { value, access } of bindings) {
      if (elsewhere(value)) continue;
      const life = lives.get(value.id);
      if (life) life.last = index;
      else if (access === 'read') throw new Error(`${op} reads ${value.label}, which nothing has written`);
      else lives.set(value.id, { value, first: index, last: index });
    }
  });
  return [...lives.values()];
}

function mostLive(lives: readonly Life[], kernelCount: number): number {
  const change = new Float64Array(kernelCount + 1);
  for (const { value, first, last } of lives) {
    change[first] = (change[first] as number) + byteLengthOf(value);
    change[last + 1] = (change[last + 1] as number) - byteLengthOf(value);
  }
  let [now, most] = [0, 0];
  for (const bytes of change) {
    now += bytes;
    most = Math.max(most, now);
  }
  return most;
}

/**
 * Places every value that `elsewhere` does not claim. No value crosses a multiple of `shardBytes`, so the
 * arena may be cut there into buffers. Throws FaultError (kind `memory`) if a value is larger than that.
 */
export function planMemory(
  kernels: readonly Kernel[],
  elsewhere: (value: Value) => boolean,
  shardBytes: number,
): MemoryPlan {
  const lives = livesOf(kernels, elsewhere);
  const offsets = new Map<number, number>();
  const placed: (Life & { from: number; to: number })[] = [];
  let bytes = 0;
  for (const life of lives.toSorted((a, b) => byteLengthOf(b.value) - byteLengthOf(a.value))) {
    const size = aligned(byteLengthOf(life.value));
    if (size > shardBytes) throw new FaultError(tooLarge(life.value.label, size, shardBytes));
    const inTheWay = placed
      .filter((other) => other.first <= life.last && life.first <= other.last)
      .toSorted((a, b) => a.from - b.from);
    const from = firstGap(inTheWay, size, shardBytes);
    placed.push({ ...life, from, to: from + size });
    offsets.set(life.value.id, from);
    bytes = Math.max(bytes, from + size);
  }
  return { offsets, bytes, liveBytes: mostLive(lives, kernels.length) };
}

function firstGap(
  inTheWay: readonly { from: number; to: number }[],
  size: number,
  shardBytes: number,
): number {
  let at = 0;
  const fitShard = () => {
    const end = (Math.floor(at / shardBytes) + 1) * shardBytes;
    if (at + size > end) at = end;
  };
  fitShard();
  for (const { from, to } of inTheWay) {
    if (at + size <= from) break;
    at = Math.max(at, to);
    fitShard();
  }
  return at;
}

/**
 * The fault of a value that no buffer of the device can hold. `label` names the value, for example
 * "down_blocks.0.resnets.0.conv1 out".
 */
export function tooLarge(label: string, bytes: number, most: number): Fault {
  const megabytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  return {
    kind: 'memory',
    title: 'This GPU is too small for the training',
    what: 'What one layer of the network computes does not fit into one buffer of this device.',
    expected: `at most ${megabytes(most)}`,
    got: `${megabytes(bytes)} for ${label}`,
    todo: ['Choose a smaller batch size.', 'Or a smaller preset.'],
  };
}
