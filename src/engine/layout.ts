// Parameters between PyTorch's layout (files, snapshots) and the engine's (device memory): convolutions OIHW
// <-> HWIO, matrices [out, in] <-> [in, out], vectors unchanged. Plain loops over plain arrays. Not here:
// tensors.

/** Output channels handled together: one cache line on the engine's side. */
const BLOCK = 16;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, edge) => product * edge, 1);
}

/** The engine's shape of a parameter, given its shape in PyTorch. Throws if the rank is not 1, 2 or 4. */
export function engineShape(shape: readonly number[]): number[] {
  const [first, second, height, width] = shape;
  if (shape.length === 1 && first !== undefined) return [first];
  if (shape.length === 2 && first !== undefined && second !== undefined) return [second, first];
  if (shape.length === 4 && first !== undefined && second !== undefined && height !== undefined) {
    return [height, width ?? 1, second, first];
  }
  throw new Error(`a parameter has rank 1, 2 or 4, got shape [${shape.join(', ')}]`);
}

/**
 * PyTorch's layout -> the engine's, written to `target` from element `offset` on. `shape` is PyTorch's.
 * `rowLength`: elements from one row of output channels to the next; larger than the row if the matrix lies
 * beside others.
 */
export function toEngineLayout(
  source: Float32Array,
  shape: readonly number[],
  target: Float32Array,
  offset = 0,
  rowLength = shape[0] ?? 1,
): void {
  if (shape.length < 2) target.set(source, offset);
  else eachPair(shape, rowLength, (torch, engine) => (target[offset + engine] = source[torch] as number));
}

/**
 * The engine's layout, read from `source` from element `offset` on -> PyTorch's, filling `target`. `shape`
 * and `rowLength` as in `toEngineLayout`.
 */
export function toTorchLayout(
  source: Float32Array,
  offset: number,
  shape: readonly number[],
  target: Float32Array,
  rowLength = shape[0] ?? 1,
): void {
  if (shape.length < 2) target.set(source.subarray(offset, offset + target.length));
  else eachPair(shape, rowLength, (torch, engine) => (target[torch] = source[offset + engine] as number));
}

/**
 * Visits every element's index in both layouts, in blocks of output channels so that neither side jumps far.
 */
function eachPair(
  shape: readonly number[],
  rowLength: number,
  visit: (torch: number, engine: number) => void,
): void {
  const [outs = 1, ins = 1, ...kernel] = shape;
  const taps = sizeOf(kernel);
  for (let block = 0; block < outs; block += BLOCK) {
    const end = Math.min(block + BLOCK, outs);
    for (let i = 0; i < ins; i++) {
      for (let tap = 0; tap < taps; tap++) {
        const engine = (tap * ins + i) * rowLength;
        for (let o = block; o < end; o++) visit((o * ins + i) * taps + tap, engine + o);
      }
    }
  }
}
