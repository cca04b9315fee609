// The few globals that a pickle of torch.save may name, and what calling them
// makes: tensors that point into storages, dicts, sizes. A table instead of Python:
// nothing is looked up, nothing is run. Not here: the opcodes (pickle-reader.ts).
import { MAX_RANK, shown } from './safetensors-scanner.ts';
import {
  countOf,
  DTYPES,
  OrderedDict,
  type PythonValue,
  STORAGES,
  StoredNumbers,
  StoredTensor,
  unsoundTorch,
} from './torch-values.ts';

/** torch.save numbers its storages from 0. */
const STORAGE_KEY = /^\d{1,9}$/;

/** An allowed global that is not yet called. Never part of the result. */
export class GlobalName {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** A value on the stack while a pickle is read. */
export type Item = PythonValue<StoredTensor> | GlobalName | StoredNumbers;
type Tuple = readonly Item[];
/** What a global makes of its arguments; undefined where it does not take them. */
type Call = (args: Tuple) => Item | undefined;

/** A tuple of these items: a frozen array, because a tuple never changes. */
export const tupleOf = (items: Item[]): Item => Object.freeze(items) as Item;
const isTuple = (item: Item | undefined): item is PythonValue<StoredTensor>[] =>
  Array.isArray(item) && Object.isFrozen(item);

const isCount = (item: Item | undefined): item is number =>
  typeof item === 'number' && Number.isSafeInteger(item) && item >= 0;

/** A tuple of sizes or strides as numbers; undefined for anything else. */
function countsOf(item: Item | undefined): number[] | undefined {
  const isSound = isTuple(item) && item.length <= MAX_RANK && (item as Tuple).every(isCount);
  return isSound ? [...(item as number[])] : undefined;
}

const newOrderedDict: Call = (args) => (args.length > 0 ? undefined : new OrderedDict<StoredTensor>());

const newSize: Call = (args) => {
  const sizes = args.length === 1 ? countsOf(args[0]) : undefined;
  return sizes && tupleOf(sizes);
};

/** torch._utils._rebuild_parameter(data, requires_grad, backward_hooks). */
const rebuildParameter: Call = ([data, ...rest]) =>
  rest.length === 2 && data instanceof StoredTensor ? data : undefined;

const isEmptyDict = (item: Item | undefined): boolean => item instanceof Map && item.size === 0;

/**
 * torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata]).
 * Metadata marks numbers to be conjugated or negated: no optimizer and no network saves such numbers.
 */
const rebuildTensor: Call = ([storage, offset, size, stride, requiresGrad, hooks, metadata, ...rest]) => {
  const [shape, strides] = [countsOf(size), countsOf(stride)];
  if (!(storage instanceof StoredNumbers) || !isCount(offset) || rest.length > 0) return undefined;
  if (typeof requiresGrad !== 'boolean' || !isEmptyDict(hooks)) return undefined;
  if (metadata !== undefined && !isEmptyDict(metadata)) return undefined;
  if (!shape || !strides || shape.length !== strides.length) return undefined;
  checkExtent(storage, offset, shape, strides);
  return new StoredTensor(storage, shape, offset, strides);
};

/** Throws where a tensor reaches out of its storage or has more elements than the storage has numbers. */
function checkExtent(storage: StoredNumbers, offset: number, shape: number[], strides: number[]): void {
  const count = countOf(shape);
  const last = shape.reduce((sum, size, i) => sum + (size - 1) * (strides[i] ?? 0), offset);
  const fits = count === 0 ? offset <= storage.count : last < storage.count && count <= storage.count;
  if (!fits)
    throw unsoundTorch(
      `a tensor inside its storage ${storage.key} of ${storage.count} numbers`,
      `shape [${shape.join(', ')}], strides [${strides.join(', ')}] from ${offset} on`,
    );
}

const CALLABLE: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['collections.OrderedDict', newOrderedDict],
  ['torch.Size', newSize],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
]);

const DTYPE_NAMES: ReadonlySet<string> = new Set([...DTYPES.keys()].map((dtype) => `torch.${dtype}`));

const storageOf = (path: string) =>
  path.startsWith('torch.') ? STORAGES.get(path.slice('torch.'.length)) : undefined;

/**
 * The global of this dotted name; a dtype is its name. Throws FaultError kind `file` with the name where the
 * global is not on the allow-list. `at`: byte of the pickle.
 */
export function resolveGlobal(path: string, at: number): Item {
  if (DTYPE_NAMES.has(path)) return path;
  if (CALLABLE.has(path) || storageOf(path)) return new GlobalName(path);
  if (/^torch\.\w+Storage$/.test(path))
    throw unsoundTorch(`tensors of dtype ${[...DTYPES.keys()].join(', ')}`, `${shown(path)} at byte ${at}`);
  throw unsoundTorch(
    `only tensors and plain values (${[...CALLABLE.keys()].join(', ')})`,
    `the global ${shown(path)} at byte ${at} of data.pkl`,
    [
      'Do not open this file elsewhere either if you do not know who made it.',
      'Save state_dict() instead of whole objects, and float(x) instead of numbers of numpy.',
    ],
  );
}

/**
 * What the call would make in Python. Throws FaultError kind `file` for
 * any call that torch.save does not write. `at`: byte of the pickle.
 */
export function callGlobal(callee: Item | undefined, args: Item | undefined, at: number): Item {
  const call = callee instanceof GlobalName ? CALLABLE.get(callee.path) : undefined;
  if (!(callee instanceof GlobalName) || !call || !isTuple(args))
    throw unsoundTorch(`an allowed function and its arguments at byte ${at}`, 'something else');
  const made = call(args);
  if (made === undefined)
    throw unsoundTorch(`arguments that ${callee.path} takes`, `other arguments at byte ${at} of data.pkl`);
  return made;
}

/**
 * The storage of a persistent id ('storage', type, key, location, count). One
 * key is one storage wherever the pickle names it; `known` holds the storages so
 * far. Throws FaultError kind `file` for any other id. `at`: byte of the pickle.
 */
export function storageOfId(
  id: Item | undefined,
  known: Map<string, StoredNumbers>,
  at: number,
): StoredNumbers {
  const [kind, type, key, location, count] = isTuple(id) ? (id as Tuple) : [];
  const storage = type instanceof GlobalName ? storageOf(type.path) : undefined;
  const isSound = kind === 'storage' && storage && typeof key === 'string' && STORAGE_KEY.test(key);
  if (!isSound || typeof location !== 'string' || !isCount(count))
    throw unsoundTorch(
      `the id of a storage at byte ${at} of data.pkl: type, key, place and size`,
      'something else',
    );
  const before = known.get(key);
  if (before && (before.dtype !== storage.dtype || before.count !== count))
    throw unsoundTorch(
      `one size and type for storage ${key}`,
      `${before.count} of ${before.dtype} and ${count} of ${storage.dtype}`,
    );
  const found = before ?? new StoredNumbers(key, storage.dtype, count);
  known.set(key, found);
  return found;
}
