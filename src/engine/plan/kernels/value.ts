// A tensor of a plan as kernels see it: its shape, its element type, the matrix it may be columns of.
// Not here: making values (graph.ts), where each lies in memory (memory.ts, homes.ts).

/** What one element is in memory, by WGSL's names. */
export type ElementType = 'f32' | 'u32';

/** Row-major, NHWC where it is a picture. */
export interface Value {
  readonly id: number;
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** For reports: "down_blocks.0.resnets.0.conv1 out". */
  readonly label: string;
  /** Where it is no memory of its own but some columns of a matrix, from `first` on. */
  readonly columns?: { readonly of: Value; readonly first: number };
}

/** What to bind of a value whose rows may be columns of a wider matrix: element (row, c) of it is at row * stride + first + c. */
export function rowsIn(value: Value): { whole: Value; first: number; stride: number } {
  const { of: whole, first } = value.columns ?? { of: value, first: 0 };
  return { whole, first, stride: whole.shape.at(-1) as number };
}

/** How many elements a value has: the product of its shape's edges. */
export const elementsOf = (value: Value): number => value.shape.reduce((product, edge) => product * edge, 1);

const ELEMENT_BYTES: Record<ElementType, number> = { f32: 4, u32: 4 };

/** Bytes of `count` elements in memory. */
export const bytesOfElements = (element: ElementType, count: number): number =>
  ELEMENT_BYTES[element] * count;

/** Bytes of a value's own elements: of columns, without what lies between them. */
export const byteLengthOf = (value: Value): number => bytesOfElements(value.element, elementsOf(value));

/** The element of `value`'s type that begins at `byteOffset`, which divides by an element's bytes. */
export const elementAt = (value: Value, byteOffset: number): number =>
  byteOffset / ELEMENT_BYTES[value.element];
