// How far a model was trained, and its losses, under the names that training scripts give them: numbers,
// tensors of one number, numbers and arrays of NumPy. What cannot be read is left out. Not here: weights and
// optimizers (torch-parts.ts).
import { SETTINGS } from '../../settings/settings.ts';
import { NumpyArray } from '../../formats/numpy-values.ts';
import type { TorchFile } from '../../formats/torch-file.ts';
import { PythonObject, type StoredDict, StoredTensor, type StoredValue } from '../../formats/torch-values.ts';

/** The most steps a run may have; a hostile file with a larger number could ask for any amount of memory. */
const MOST_STEPS = SETTINGS.maxSteps.max;

const STEP_KEYS = [
  'global_step',
  'step',
  'steps',
  'iteration',
  'iterations',
  'iter',
  'train_steps',
  'n_iter',
];
const EPOCH_KEYS = ['epoch', 'epochs', 'current_epoch', 'epochs_run'];
const LOSS_KEYS = ['batch_losses', 'losses', 'train_losses', 'loss_history', 'train_loss', 'loss'];
const EPOCH_LOSS_KEYS = ['epoch_losses', 'losses', 'train_losses', 'loss_history', 'train_loss', 'loss'];

/** A list of numbers, not yet in memory. */
export interface Series {
  length: number;
  read(): Promise<Float32Array>;
}

export interface TorchHistory {
  /** Null: not in the file. */
  globalStep: number | null;
  epoch: number | null;
  losses: { batch: Series | null; epochs: Series | null; quartiles: Series | null };
  /** Sentences: what is left out, and why. */
  leftOut: string[];
  /** The keys that were read. */
  used: Set<string>;
}

/** Whether a value is a dict. */
export const isDict = (value: StoredValue | undefined): value is StoredDict => value instanceof Map;

/** Words for a value in a message. */
export function kindOf(value: StoredValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (isDict(value)) return `a dict of ${[...value.keys()].slice(0, 8).join(', ').slice(0, 200)}`;
  if (value instanceof StoredTensor) return `a tensor [${value.shape.join(', ')}]`;
  if (value instanceof PythonObject) return `a Python object, ${value.path.slice(0, 128)}`;
  if (typeof value === 'object') return 'a list';
  return `${typeof value} ${String(value).slice(0, 64)}`;
}

/**
 * Counts and losses in `homes`, the dicts around the weights, outermost first. Where none names the
 * step, it is the one that `optimizer` counted. `read`: of the file that holds them.
 */
export async function historyIn(
  homes: readonly StoredDict[],
  optimizer: StoredDict | null,
  read: TorchFile['read'],
): Promise<TorchHistory> {
  const used = new Set<string>();
  const leftOut: string[] = [];
  const first = (keys: readonly string[]): [string, StoredValue] | null => {
    for (const home of homes)
      for (const key of keys) {
        const value = home.get(key);
        if (value !== undefined && value !== null && !isDict(value)) return [key, value];
      }
    return null;
  };
  const count = async (keys: readonly string[]): Promise<number | null> => {
    const named = first(keys);
    if (!named) return null;
    const [key, value] = named;
    used.add(key);
    const number = await numberOf(value, read);
    if (isCount(number)) return number;
    leftOut.push(`${key} is ${kindOf(value)}, no whole number from 0 to ${MOST_STEPS}: left out.`);
    return null;
  };
  const globalStep = (await count(STEP_KEYS)) ?? (optimizer && (await stepOf(optimizer, read)));
  const epoch = await count(EPOCH_KEYS);
  const series = (keys: readonly string[], length: number | null, own: string): Series | null => {
    for (const home of homes)
      for (const key of keys) {
        const found = seriesOf(home.get(key), read);
        // A list under another name than ours is told by its length.
        if (!found || (key !== own && found.length !== length)) continue;
        used.add(key);
        return found;
      }
    return null;
  };
  const losses = {
    batch: series(LOSS_KEYS, globalStep, 'batch_losses'),
    epochs: series(EPOCH_LOSS_KEYS, epoch, 'epoch_losses'),
    quartiles: series(['batch_losses_by_quartile'], null, 'batch_losses_by_quartile'),
  };
  for (const key of ['batch_losses', 'epoch_losses']) {
    const value = homes.find((home) => home.has(key))?.get(key);
    if (value === undefined || value === null || used.has(key)) continue;
    used.add(key);
    leftOut.push(`${key} is ${kindOf(value)}, no list of numbers: left out.`);
  }
  return { globalStep, epoch, losses, leftOut, used };
}

const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_STEPS;

/** A number, also one in a tensor or an array of one element; null for anything else. */
async function numberOf(value: StoredValue | undefined, read: TorchFile['read']): Promise<number | null> {
  if (typeof value === 'number') return value;
  const series = value instanceof StoredTensor && value.count === 1 ? seriesOf([value], read) : null;
  return series ? ((await series.read())[0] ?? null) : null;
}

/** The steps that an optimizer counted: AdamW keeps them beside the moments of every parameter. */
async function stepOf(optimizer: StoredDict, read: TorchFile['read']): Promise<number | null> {
  const state = optimizer.get('state');
  const [first] = isDict(state) ? state.values() : [];
  const step = await numberOf(isDict(first) ? first.get('step') : undefined, read);
  return isCount(step) ? step : null;
}

/** A tensor, an array of NumPy, or a list of numbers and tensors of one number; null for anything else. */
function seriesOf(value: StoredValue | undefined, read: TorchFile['read']): Series | null {
  if (value instanceof StoredTensor && value.shape.length > 0) {
    const dataOf = async () => (await read([value])).get(value)?.data ?? new Float32Array(0);
    return { length: value.shape[0] ?? 0, read: dataOf };
  }
  if (value instanceof NumpyArray && value.numbers) {
    const { numbers } = value;
    return { length: numbers.length, read: () => Promise.resolve(Float32Array.from(numbers)) };
  }
  if (!Array.isArray(value)) return null;
  const isNumber = (item: StoredValue): item is number | StoredTensor =>
    typeof item === 'number' || (item instanceof StoredTensor && item.count === 1);
  if (!value.every(isNumber)) return null;
  return {
    length: value.length,
    read: async () => {
      const loaded = await read(value.filter((item) => item instanceof StoredTensor));
      return Float32Array.from(value, (item) =>
        typeof item === 'number' ? item : (loaded.get(item)?.data[0] ?? NaN),
      );
    },
  };
}
