// The numbers of tensors out of the bytes of their storage: any dtype to
// float32, any strides to row-major. Not here: whether the strides stay
// inside the storage (torch-objects.ts), reading the bytes (torch-file.ts).
import { DTYPES, type StoredTensor } from './torch-values.ts';

/**
 * The numbers of each view, row-major, each in an array of its own. `bytes`: the storage that all `views`
 * share, in a buffer of its own, which the result may keep.
 */
export function storedData(
  views: readonly StoredTensor[],
  bytes: Uint8Array<ArrayBuffer>,
): Float32Array<ArrayBuffer>[] {
  const [first] = views;
  if (!first) return [];
  const { dtype, count } = first.storage;
  // The common case: the storage is exactly the tensor, and nothing is copied.
  const numbers =
    dtype === 'float32'
      ? new Float32Array(bytes.buffer, 0, count)
      : (DTYPES.get(dtype)?.decode(bytes) ?? new Float32Array(0));
  if (views.length === 1 && first.count === count && isRowMajor(first)) return [numbers];
  return views.map((view) => gather(view, numbers));
}

function isRowMajor({ shape, strides }: StoredTensor): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    if (size !== 1 && strides[i] !== step) return false;
    step *= size;
  }
  return true;
}

function gather(view: StoredTensor, numbers: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { shape, strides, offset, count } = view;
  if (isRowMajor(view)) return numbers.slice(offset, offset + count);
  const out = new Float32Array(count);
  const index = shape.map(() => 0);
  let from = offset;
  for (let i = 0; i < count; i++) {
    out[i] = numbers[from] as number;
    // The next index, last axis first; an axis that is full starts again from 0.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if (index[axis] !== shape[axis]) break;
      from -= (shape[axis] as number) * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}
