// A tensor of a plan as kernels see it: shape, element type, and whether it is a column range of a wider
// matrix. Not here: making values (graph.ts, emission.ts), placing values in memory (memory.ts, homes.ts).

/** WGSL's name of one element in memory. `f16`: two in a word, which half-storage.ts packs and unpacks. */
export type ElementType = 'f32' | 'u32' | 'f16';

/** A tensor: row-major; NHWC for pictures. */
export interface Value {
  readonly id: number;
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** For reports: "down_blocks.0.resnets.0.conv1 out". */
  readonly label: string;
  /**
   * Present if the value has no memory of its own: it is the columns of matrix `of` from column `first` on.
   */
  readonly columns?: { readonly of: Value; readonly first: number };
}

/**
 * How to address a value that may be a column range of a wider matrix: bind `whole`; element (row, c) of the
 * value is element row * stride + first + c of `whole`.
 */
export function rowsIn(value: Value): { whole: Value; first: number; stride: number } {
  const { of: whole, first } = value.columns ?? { of: value, first: 0 };
  return { whole, first, stride: whole.shape.at(-1) as number };
}

/** Number of elements: the product of the shape's dimensions. */
export const elementsOf = (value: Value): number => value.shape.reduce((product, edge) => product * edge, 1);

const ELEMENT_BYTES: Record<ElementType, number> = { f32: 4, u32: 4, f16: 2 };

/** Bytes that `count` elements take in memory. */
export const bytesOfElements = (element: ElementType, count: number): number =>
  ELEMENT_BYTES[element] * count;

/** Bytes of a value's own elements. For a column range: without the other columns of its matrix. */
export const byteLengthOf = (value: Value): number => bytesOfElements(value.element, elementsOf(value));

/** Index of the element that begins at `byteOffset`, a multiple of the bytes of one element of `value`. */
export const elementAt = (value: Value, byteOffset: number): number =>
  byteOffset / ELEMENT_BYTES[value.element];
