// What the globals that a pickle names stand for, and what calling them makes: tensors that point into
// storages, dicts, sizes, numbers of NumPy; of any other class its name alone. A table instead of Python:
// nothing is looked up, nothing is run. Not here: the opcodes (pickle-reader.ts).
import { NumpyArray, NumpyDtype, numpyNumbers, PythonBytes } from './numpy-values.ts';
import type { ReadingBudget } from './reading-budget.ts';
import { MAX_RANK, shown } from './safetensors-scanner.ts';
import {
  countOf,
  DTYPES,
  OrderedDict,
  PythonObject,
  STORAGES,
  type StoredDict,
  StoredNumbers,
  StoredTensor,
  type StoredValue,
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
export type Item = StoredValue | GlobalName | StoredNumbers;
type Tuple = readonly Item[];
/** What a global makes of its arguments; undefined where it does not take them. Copies are paid for. */
type Call = (args: Tuple, budget: ReadingBudget) => Item | undefined;

/** A tuple of these items: a frozen array, because a tuple never changes. */
export const tupleOf = (items: Item[]): Item => Object.freeze(items) as Item;
const isTuple = (item: Item | undefined): item is StoredValue[] =>
  Array.isArray(item) && Object.isFrozen(item);

const isCount = (item: Item | undefined): item is number =>
  typeof item === 'number' && Number.isSafeInteger(item) && item >= 0;

/** A tuple of sizes or strides as numbers; undefined for anything else. */
function countsOf(item: Item | undefined): number[] | undefined {
  const isSound = isTuple(item) && item.length <= MAX_RANK && (item as Tuple).every(isCount);
  return isSound ? [...(item as number[])] : undefined;
}

const newOrderedDict: Call = (args) =>
  args.length > 0 ? undefined : new OrderedDict<StoredTensor | PythonObject>();

/** collections.defaultdict(factory): its items follow in the pickle. */
const newDefaultDict: Call = (args) => (args.length > 1 ? undefined : (new Map() as StoredDict));

/** collections.Counter(dict). */
const newCounter: Call = ([counts, ...rest], budget) => {
  if (rest.length > 0 || !(counts instanceof Map)) return undefined;
  budget.spend(counts.size);
  return new Map(counts);
};

/** set(list), frozenset(list). */
const newSet: Call = ([items, ...rest], budget) => {
  if (rest.length > 0 || !Array.isArray(items)) return undefined;
  budget.spend(items.length);
  return tupleOf([...items]);
};

/** _codecs.encode(text, 'latin1'): how protocol 2 spells bytes. */
const newBytes: Call = ([text = '', ...rest], budget) => {
  if (rest.length > 1 || typeof text !== 'string') return undefined;
  budget.spend(text.length);
  // oxlint-disable-next-line no-control-regex -- any byte
  return /^[\0-\xff]*$/.test(text) ? new PythonBytes(text) : undefined;
};

const newDtype: Call = ([code]) => (typeof code === 'string' ? new NumpyDtype(code) : undefined);

/** numpy's scalar(dtype, bytes): a number, or the object unread where the dtype is none of numbers. */
const newNumpyNumber: Call = ([dtype, bytes, ...rest], budget) => {
  if (rest.length > 0 || !(dtype instanceof NumpyDtype)) return undefined;
  const numbers = bytes instanceof PythonBytes ? numpyNumbers(dtype, bytes, budget) : null;
  return numbers?.length === 1 ? numbers[0] : new PythonObject('numpy.generic');
};

/** numpy's _reconstruct(class, shape, code): an empty array; its numbers come with BUILD. */
const newNumpyArray: Call = (args) => (args.length === 3 ? new NumpyArray() : undefined);

/**
 * BUILD: sets the attributes of an object that was just made. Answers whether that object takes any; those of
 * an OrderedDict (versions of a module) and of unread objects are passed over.
 */
export function setAttributes(object: Item, state: Item, budget: ReadingBudget): boolean {
  if (object instanceof OrderedDict) return state instanceof Map;
  const attributes: Tuple = isTuple(state) ? state : [];
  if (object instanceof NumpyDtype) object.littleEndian = attributes[1] !== '>';
  if (object instanceof NumpyArray) {
    const [, , dtype, , bytes] = attributes;
    if (dtype instanceof NumpyDtype && bytes instanceof PythonBytes)
      object.numbers = numpyNumbers(dtype, bytes, budget);
  }
  return object instanceof PythonObject;
}

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

/** Protocol 2 has Python 2's names of modules: __builtin__ for builtins. */
const CALLABLE: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['collections.OrderedDict', newOrderedDict],
  ['collections.defaultdict', newDefaultDict],
  ['collections.Counter', newCounter],
  ['__builtin__.set', newSet],
  ['__builtin__.frozenset', newSet],
  ['__builtin__.bytes', newBytes],
  ['_codecs.encode', newBytes],
  ['numpy.dtype', newDtype],
  ['numpy.core.multiarray.scalar', newNumpyNumber],
  ['numpy._core.multiarray.scalar', newNumpyNumber],
  ['numpy.core.multiarray._reconstruct', newNumpyArray],
  ['numpy._core.multiarray._reconstruct', newNumpyArray],
  ['torch.Size', newSize],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
]);

const DTYPE_NAMES: ReadonlySet<string> = new Set([...DTYPES.keys()].map((dtype) => `torch.${dtype}`));

const storageOf = (path: string) =>
  path.startsWith('torch.') ? STORAGES.get(path.slice('torch.'.length)) : undefined;

/** By these a pickle runs commands. None would run here; but who made such a file meant harm. */
const RUNS_CODE =
  /^(os|posix|nt|sys|subprocess|shutil|socket|pty|ctypes|importlib|runpy|webbrowser|code|pdb|timeit|pickle)\.|^(__builtin__|builtins)\.(eval|exec|execfile|compile|open|file|input|getattr|setattr|delattr|globals|__import__|breakpoint|apply)$/;

/**
 * What a dotted name stands for: a dtype is its name, a class that is not read a PythonObject. Throws
 * FaultError kind `file` with the name where it is one by which commands are run. `at`: byte of the pickle.
 */
export function resolveGlobal(path: string, at: number): Item {
  if (DTYPE_NAMES.has(path)) return path;
  if (CALLABLE.has(path) || storageOf(path)) return new GlobalName(path);
  if (/^torch\.\w+Storage$/.test(path))
    throw unsoundTorch(`tensors of dtype ${[...DTYPES.keys()].join(', ')}`, `${shown(path)} at byte ${at}`);
  if (!RUNS_CODE.test(path)) return new PythonObject(path);
  throw unsoundTorch(
    'tensors, plain values and objects that run nothing (such as collections.OrderedDict)',
    `the global ${shown(path)} at byte ${at} of data.pkl`,
    ['Do not open this file elsewhere either if you do not know who made it.', 'Choose another file.'],
  );
}

/**
 * What the call would make in Python; of a class that is not read, an object of that class. Throws FaultError
 * kind `file` for any call that torch.save does not write. `at`: byte of the pickle.
 */
export function callGlobal(
  callee: Item | undefined,
  args: Item | undefined,
  budget: ReadingBudget,
  at: number,
): Item {
  if (callee instanceof PythonObject && isTuple(args)) return new PythonObject(callee.path);
  const call = callee instanceof GlobalName ? CALLABLE.get(callee.path) : undefined;
  if (!(callee instanceof GlobalName) || !call || !isTuple(args))
    throw unsoundTorch(`an allowed function and its arguments at byte ${at}`, 'something else');
  const made = call(args, budget);
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
