// Kernels with memory of their own, outside of any plan: to time them, or to look at what they compute. Not
// here: the timing (time-kernels.ts), the comparison (tile-bits-test.ts).
import type { Kernel } from '../kernels/kernel.ts';
import { byteLengthOf, type Value } from '../kernels/value.ts';
import { aligned } from '../memory.ts';
import { storage } from './buffers.ts';
import { type BufferPlace, type PipelineCache, Program } from './program.ts';

export interface ScratchProgram {
  program: Program;
  /** Where a value that the kernels bind lies; its memory starts as zeros. */
  placeOf: (value: Value) => BufferPlace;
  dispose: () => void;
}

/** Compiles the kernels and gives each of their values memory. Rejects if a pipeline does not compile. */
export async function scratchProgram(
  cache: PipelineCache,
  kernels: readonly Kernel[],
): Promise<ScratchProgram> {
  const offsets = new Map<number, number>();
  let total = 0;
  for (const { value } of kernels.flatMap(({ bindings }) => bindings)) {
    if (offsets.has(value.id)) continue;
    offsets.set(value.id, total);
    total += aligned(byteLengthOf(value));
  }
  const buffer = storage(cache.device, 'scratch', total);
  const placeOf = ({ id }: Value) => ({ buffer, offset: offsets.get(id) as number });
  const program = await Program.build(cache, kernels, placeOf);
  const dispose = () => {
    program.dispose();
    buffer.destroy();
  };
  return { program, placeOf, dispose };
}
