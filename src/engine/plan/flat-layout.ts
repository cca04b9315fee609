// Lays all parameters out in a few long vectors (shards), each piece at an offset that a kernel can bind.
// Vectors (biases, scales, shifts) come first, so that one kernel sums their gradients; then matrices and
// convolutions in the engine's layout. Not here: buffers (run/buffers.ts).
import { FaultError } from '../../fault.ts';
import type { ParameterSpec } from '../executor.ts';
import { toEngineLayout } from '../layout.ts';
import { bytesOfElements, elementsOf, type ElementType, type Value } from './kernels/value.ts';
import { ALIGNMENT, tooLarge } from './memory.ts';

/** Element type of parameters, moments and gradients. */
const ELEMENT: ElementType = 'f32';
const ALIGNED_ELEMENTS = ALIGNMENT / bytesOfElements(ELEMENT, 1);

/** Bytes of `elements` elements of the flat vectors. */
export const flatBytes = (elements: number): number => bytesOfElements(ELEMENT, elements);

/** One parameter, or several side by side as the columns of one matrix or one vector. */
export interface Piece {
  value: Value;
  parameters: readonly Value[];
}

/** Offset in elements from the start of the shard. */
interface ShardPlace {
  shard: number;
  offset: number;
}

/** Where a parameter's numbers lie. */
export interface FlatSlice extends ShardPlace {
  name: string;
  /** In PyTorch's layout. */
  shape: readonly number[];
  /**
   * Elements from one row of the engine's matrix to the next; larger than the row if the matrix lies beside
   * others.
   */
  rowLength: number;
}

export interface FlatLayout {
  /** In the order of the parameters. */
  slices: FlatSlice[];
  pieces: (Piece & ShardPlace)[];
  /** Elements of each shard, with gaps, which stay zero. */
  shardLengths: number[];
  /** Elements at the start of shard 0 that hold the vectors. */
  vectorLength: number;
}

/** `elements` rounded up so that the next piece begins at an offset that a kernel can bind. */
export const alignedElements = (elements: number): number =>
  Math.ceil(elements / ALIGNED_ELEMENTS) * ALIGNED_ELEMENTS;

/**
 * A piece for every parameter, in their order: the one of `joined` that holds it, or its own. Throws if a
 * parameter is in two of `joined`.
 */
export function piecesOf(parameters: readonly Value[], joined: readonly Piece[]): Piece[] {
  const pieces = new Map<number, Piece>();
  for (const piece of joined) {
    for (const { id, label } of piece.parameters) {
      if (pieces.has(id)) throw new Error(`${label} is in two pieces: two operations join it with others`);
      pieces.set(id, piece);
    }
  }
  return [...new Set(parameters.map((value) => pieces.get(value.id) ?? { value, parameters: [value] }))];
}

/**
 * Places the pieces in as few shards of at most `maxBytes` as possible. `specs`: of all parameters in the
 * pieces, by label. Throws FaultError (kind `memory`) if one piece, or all vectors together, are larger than
 * a shard.
 */
export function layOut(
  specs: readonly ParameterSpec[],
  pieces: readonly Piece[],
  maxBytes: number,
): FlatLayout {
  const most = Math.floor(maxBytes / ALIGNMENT) * ALIGNED_ELEMENTS;
  const shardLengths = [0];
  const place = (piece: Piece): Piece & ShardPlace => {
    const size = alignedElements(elementsOf(piece.value));
    if (size > most) throw new FaultError(tooLarge(piece.value.label, flatBytes(size), maxBytes));
    if ((shardLengths.at(-1) as number) + size > most) shardLengths.push(0);
    const shard = shardLengths.length - 1;
    const offset = shardLengths[shard] as number;
    shardLengths[shard] = offset + size;
    return { ...piece, shard, offset };
  };
  const isVector = ({ value }: Piece) => value.shape.length < 2;
  const vectors = pieces.filter(isVector).map(place);
  if (shardLengths.length > 1) throw new FaultError(tooLarge('all biases together', maxBytes + 1, maxBytes));
  const vectorLength = shardLengths[0] as number;
  const placed = [...vectors, ...pieces.filter((piece) => !isVector(piece)).map(place)];
  const places = new Map(placed.flatMap((piece) => slicePlaces(piece)));
  const slices = specs.map(({ name, shape }) => {
    const found = places.get(name);
    if (!found) throw new Error(`${name} has no place`);
    return { name, shape, ...found };
  });
  return { slices, pieces: placed, shardLengths, vectorLength };
}

/** The slices of a piece's parameters, column beside column. */
function slicePlaces({ value, parameters, shard, offset }: Piece & ShardPlace) {
  const rowLength = value.shape.at(-1) as number;
  let column = 0;
  return parameters.map(({ label, shape }) => {
    const at = [label, { shard, offset: offset + column, rowLength }] as const;
    column += shape.at(-1) as number;
    return at;
  });
}

/** The shards' numbers, from one array per parameter in PyTorch's layout. */
export function flatten({ slices, shardLengths }: FlatLayout, arrays: readonly Float32Array[]) {
  const shards = shardLengths.map((length) => new Float32Array(length));
  slices.forEach(({ shape, shard, offset, rowLength }, i) => {
    toEngineLayout(arrays[i] as Float32Array, shape, shards[shard] as Float32Array, offset, rowLength);
  });
  return shards;
}
