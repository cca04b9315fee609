// The trained state as plain arrays, one per parameter, in PyTorch's layout: checks them on the way in, makes
// them on the way out. Not here: the layouts (layout.ts), the vectors an executor keeps.
import { type ExecutorState, type ParameterSpec, STATE_GROUPS } from './executor.ts';
import { sizeOf, toTorchLayout } from './layout.ts';
import { yieldToEvents } from './yield-to-events.ts';

/** Elements converted before other tasks get a turn, about 10 ms. */
const YIELD_AFTER = 2 ** 20;

/** Throws if an array does not have its parameter's length. */
export function expectLengths(parameters: readonly ParameterSpec[], state: ExecutorState): void {
  for (const group of STATE_GROUPS) {
    parameters.forEach(({ name, shape }, i) => {
      const got = state[group][i]?.length;
      if (got !== sizeOf(shape))
        throw new Error(`${group} of ${name}: expected ${sizeOf(shape)} numbers, got ${got ?? 'none'}`);
    });
  }
}

/** A parameter's slice of a long vector. */
interface ParameterSlice {
  /** In PyTorch's layout. */
  shape: readonly number[];
  /** In elements. */
  offset: number;
  /** As in `toTorchLayout`. */
  rowLength?: number;
}

/**
 * Slices of long vectors in the engine's layout -> arrays in PyTorch's, one per slice. Other tasks run in
 * between.
 */
export async function toTorchArrays<P extends ParameterSlice>(
  slices: readonly P[],
  flatOf: (slice: P) => Float32Array,
): Promise<Float32Array<ArrayBuffer>[]> {
  const arrays: Float32Array<ArrayBuffer>[] = [];
  let converted = 0;
  for (const slice of slices) {
    const array = new Float32Array(sizeOf(slice.shape));
    toTorchLayout(flatOf(slice), slice.offset, slice.shape, array, slice.rowLength);
    arrays.push(array);
    converted += array.length;
    if (converted < YIELD_AFTER) continue;
    converted = 0;
    await yieldToEvents();
  }
  return arrays;
}
