// The last step of every plan: a place in memory for each value its kernels bind, and the bytes that takes.
// Not here: how the arena is filled (memory.ts), which values have a home (training-plan.ts,
// inference-plan.ts).
import type { Emission } from './emission.ts';
import type { Homes } from './homes.ts';
import type { Kernel } from './kernels/kernel.ts';
import { aligned, type MemoryPlan, planMemory } from './memory.ts';

export interface Placement {
  homes: Homes;
  arena: MemoryPlan;
  /** Numbers to upload once, keyed by the value that holds them. */
  constants: Emission['constants'];
  /** Bytes of all GPU buffers of the plan. */
  allocatedBytes: number;
  /** Most bytes needed at one time: homes, and the values that live then. */
  liveBytes: number;
}

/**
 * Puts the constants into a home of their own, and every value of `kernels` without a home into the arena. No
 * buffer may be larger than `bufferBytes`. Throws FaultError (kind `memory`) if a value is.
 */
export function placeValues(
  { constants }: Emission,
  homes: Homes,
  kernels: readonly Kernel[],
  bufferBytes: number,
): Placement {
  for (const value of constants.keys()) homes.put(value, 'constants');
  const arena = planMemory(kernels, homes.has, bufferBytes);
  return {
    homes,
    arena,
    constants,
    allocatedBytes: homes.totalBytes + aligned(arena.bytes),
    liveBytes: homes.totalBytes + arena.liveBytes,
  };
}
