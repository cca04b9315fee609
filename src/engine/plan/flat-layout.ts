// All parameters as a few long vectors, each at an offset a kernel can bind: vectors (biases, scales, shifts) first, so that
// their gradients come from one sum, then matrices and convolutions in the engine's layout. Not here: buffers.
import { FaultError } from '../../fault.ts';
import type { ParameterSpec } from '../executor.ts';
import { engineShape, sizeOf } from '../layout.ts';
import { ALIGNMENT, tooLarge } from './memory.ts';

const ALIGNED_ELEMENTS = ALIGNMENT / 4;

export interface FlatPart {
  name: string;
  /** PyTorch's shape. */
  shape: readonly number[];
  engineShape: readonly number[];
  /** Place in the specs. */
  index: number;
  shard: number;
  /** Elements, from the start of the shard. */
  offset: number;
}

export interface FlatLayout {
  /** In the order of the specs. */
  parts: FlatPart[];
  /** Elements of each shard, gaps included (they stay zero). */
  shardLengths: number[];
  /** Elements at the start of shard 0 that hold the vectors. */
  vectorLength: number;
}

export const alignedElements = (elements: number): number =>
  Math.ceil(elements / ALIGNED_ELEMENTS) * ALIGNED_ELEMENTS;

/** As few shards of at most `maxBytes` as can be. Throws FaultError (kind `memory`) where one parameter is larger, or the vectors together. */
export function layOut(parameters: readonly ParameterSpec[], maxBytes: number): FlatLayout {
  const most = Math.floor(maxBytes / ALIGNMENT) * ALIGNED_ELEMENTS;
  const parts: FlatPart[] = [];
  const shardLengths = [0];
  const place = ({ name, shape }: ParameterSpec, index: number) => {
    const size = alignedElements(sizeOf(shape));
    if (size > most) throw new FaultError(tooLarge(name, size * 4, maxBytes));
    if ((shardLengths.at(-1) as number) + size > most) shardLengths.push(0);
    const shard = shardLengths.length - 1;
    const offset = shardLengths[shard] as number;
    parts.push({ name, shape, engineShape: engineShape(shape), index, shard, offset });
    shardLengths[shard] = offset + size;
  };
  parameters.forEach((spec, i) => spec.shape.length < 2 && place(spec, i));
  if (shardLengths.length > 1) throw new FaultError(tooLarge('all biases together', maxBytes + 1, maxBytes));
  const vectorLength = shardLengths[0] as number;
  parameters.forEach((spec, i) => spec.shape.length >= 2 && place(spec, i));
  return { parts: parts.toSorted((a, b) => a.index - b.index), shardLengths, vectorLength };
}
