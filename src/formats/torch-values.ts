// The content of a torch.save file without anything of Python: dicts, lists, numbers, text, tensors; and the
// dtypes that are read. Types and tables only. Not here: the pickle that spells the values
// (pickle-reader.ts), the file (torch-file.ts).
import { FaultError } from '../fault.ts';
import { floatsOf, floatsOfBfloats, floatsOfDoubles, floatsOfHalves } from './half-floats.ts';

export type TorchDtype =
  'float32' | 'float16' | 'bfloat16' | 'float64' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/**
 * A tree with tensors of kind T. A Python list is an array, a tuple (or
 * torch.Size) a frozen array, a dict a Map, an OrderedDict an OrderedDict. Whole
 * numbers beyond 2^53 are bigint. A torch.dtype is its name, "torch.float32".
 */
export type PythonValue<T> =
  null | boolean | number | bigint | string | T | PythonValue<T>[] | Map<string | number, PythonValue<T>>;

/** A tensor in memory: row-major, float32 whatever `dtype` the file has. */
export interface TorchTensor {
  dtype: TorchDtype;
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

/**
 * An object that is not read: nothing of it but the name of its class, such as argparse.Namespace. Nothing of
 * it was run.
 */
export class PythonObject {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** Python's collections.OrderedDict; a module's state_dict is one. */
export class OrderedDict<T> extends Map<string | number, PythonValue<T>> {}

/** A storage: a run of numbers in the file, of which tensors are views. `count`: numbers, not bytes. */
export class StoredNumbers {
  readonly key: string;
  readonly dtype: TorchDtype;
  readonly count: number;
  constructor(key: string, dtype: TorchDtype, count: number) {
    this.key = key;
    this.dtype = dtype;
    this.count = count;
  }
}

/** A tensor whose numbers are still in the file. Offset and strides count numbers of the storage. */
export class StoredTensor {
  readonly storage: StoredNumbers;
  readonly shape: number[];
  readonly offset: number;
  readonly strides: number[];
  constructor(storage: StoredNumbers, shape: number[], offset: number, strides: number[]) {
    this.storage = storage;
    this.shape = shape;
    this.offset = offset;
    this.strides = strides;
  }

  get count(): number {
    return countOf(this.shape);
  }
}

/** What a file holds: its tensors' numbers are still in it. */
export type StoredValue = PythonValue<StoredTensor | PythonObject>;
export type StoredDict = Map<string | number, StoredValue>;

/** Elements of a tensor of this shape; 1 for a scalar. */
export const countOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

interface DtypeOfStorage {
  dtype: TorchDtype;
  bytes: number;
  /** The numbers as float32, in a buffer of their own. Whole numbers beyond 2^24 are rounded. */
  decode(bytes: Uint8Array): Float32Array<ArrayBuffer>;
}

/** Numbers of `bytes` bytes each, read by a DataView's method. */
function integers(
  bytes: number,
  get: (view: DataView, at: number) => number,
): Pick<DtypeOfStorage, 'bytes' | 'decode'> {
  return {
    bytes,
    decode: (raw) => {
      const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
      const floats = new Float32Array(Math.floor(raw.length / bytes));
      for (let i = 0; i < floats.length; i++) floats[i] = get(view, i * bytes);
      return floats;
    },
  };
}

/** Dtypes by the name of the storage's class in a pickle, torch.<name>. */
export const STORAGES: ReadonlyMap<string, DtypeOfStorage> = new Map<string, DtypeOfStorage>([
  ['FloatStorage', { dtype: 'float32', bytes: 4, decode: floatsOf }],
  ['HalfStorage', { dtype: 'float16', bytes: 2, decode: floatsOfHalves }],
  ['BFloat16Storage', { dtype: 'bfloat16', bytes: 2, decode: floatsOfBfloats }],
  ['DoubleStorage', { dtype: 'float64', bytes: 8, decode: floatsOfDoubles }],
  ['LongStorage', { dtype: 'int64', ...integers(8, (view, at) => Number(view.getBigInt64(at, true))) }],
  ['IntStorage', { dtype: 'int32', ...integers(4, (view, at) => view.getInt32(at, true)) }],
  ['ShortStorage', { dtype: 'int16', ...integers(2, (view, at) => view.getInt16(at, true)) }],
  ['CharStorage', { dtype: 'int8', ...integers(1, (view, at) => view.getInt8(at)) }],
  ['ByteStorage', { dtype: 'uint8', ...integers(1, (view, at) => view.getUint8(at)) }],
  ['BoolStorage', { dtype: 'bool', ...integers(1, (view, at) => (view.getUint8(at) ? 1 : 0)) }],
]);

/** The rows of STORAGES by dtype. */
export const DTYPES: ReadonlyMap<TorchDtype, DtypeOfStorage> = new Map(
  [...STORAGES.values()].map((storage) => [storage.dtype, storage]),
);

/** A fault of kind `file` for a .pt file that cannot be read. `todo` replaces the usual advice. */
export function unsoundTorch(expected: string, got: string, todo?: string[]): FaultError {
  return new FaultError({
    kind: 'file',
    title: 'This is not a PyTorch file that can be read safely',
    what: 'It was not opened, nothing in it was run, and nothing was changed.',
    expected,
    got,
    todo: todo ?? [
      'Choose another file.',
      'Or save tensors, numbers, text, lists and dicts only, with torch.save(..., path).',
    ],
  });
}
