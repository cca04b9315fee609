// What every plan ends with: a place in memory for each value its kernels bind, and how many bytes that takes.
// Not here: how the arena is filled (memory.ts), which values have a home (training-plan.ts, inference-plan.ts).
import type { Emission } from './emission.ts';
import type { Homes } from './homes.ts';
import type { Kernel } from './kernels/kernel.ts';
import { aligned, type MemoryPlan, planMemory } from './memory.ts';

export interface Placement {
  homes: Homes;
  arena: MemoryPlan;
  /** Numbers to upload once, by the value that holds them. */
  constants: Emission['constants'];
  /** Bytes of all GPU buffers that a run of the plan uses. */
  allocatedBytes: number;
  /** Largest sum, over the points of the run, of the bytes that are still needed. */
  liveBytes: number;
}

/**
 * Puts the constants into a home of their own and every value of `kernels` that has no home into the arena, in buffers of at
 * most `bufferBytes`. Throws FaultError (kind `memory`) where a value is larger.
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
