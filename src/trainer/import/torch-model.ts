// Reads a .pt file: a dict of 'unet', 'optimizer', 'global_step', 'epoch', 'batch_losses' and 'epoch_losses',
// our own export of the same, or a bare state_dict. Not here: bytes (formats/torch-file.ts), what becomes of
// the model (adopt-model.ts).
import { SETTINGS } from '../../settings/settings.ts';
import { networkOf } from '../../settings/presets.ts';
import { type Fault, FaultError, shownJson } from '../../fault.ts';
import { openTorchFile } from '../../formats/torch-file.ts';
import type { PythonValue, StoredTensor, TorchTensor } from '../../formats/torch-values.ts';
import { currentName } from '../../model/state-dict.ts';
import { type ReadFacts, readFacts } from '../checkpoint-file.ts';
import { ADAM } from '../training-step.ts';
import type { ForeignModel, Losses, ModelProgress, Tensors } from './foreign-model.ts';

/** The most steps a run may have; a hostile file with a larger number could ask for any amount of memory. */
const MOST_STEPS = SETTINGS.maxSteps.max;

/** A tensor in the file or in memory: the functions below look at both alike. */
type Tensor = StoredTensor | TorchTensor;
type Value<T> = PythonValue<T> | undefined;
type Dict<T> = Map<string | number, PythonValue<T>>;

/**
 * Looks at a .pt file. Throws FaultError kind `file` naming the key, opcode or offset; `network` as
 * `readFacts` does.
 */
export async function modelOfTorchFile(name: string, file: Blob): Promise<ForeignModel> {
  const opened = await openTorchFile(file);
  const whole = checkpointDict(opened.value, name);
  const weights = stateDict(whole.get('unet'), 'unet');
  const [first] = weights.values();
  if (!first) throw wrong('unet', 'a state_dict of tensors', 'an empty one');
  const leftOut: string[] = [];
  const metadata = metadataOf(whole.get('perennial_config'));
  const scheduler = metadata && jsonOf(metadata, 'scheduler_config');
  const facts = metadata && factsOf(metadata);
  const progress = progressOf(whole, leftOut);
  const moments = momentsOf(whole.get('optimizer'), weights);
  const optimizerLeftOut = whyLeftOut(moments, progress);
  const isKept = moments !== null && optimizerLeftOut === null;
  if (isKept) tellOtherSettings(whole.get('optimizer'), leftOut);
  const ema = whole.get('ema') ?? null;
  if (ema !== null) checkLike(stateDict(ema, 'ema'), weights, 'ema');
  return {
    format: 'torch',
    name,
    sizeBytes: file.size,
    dtype: first.storage.dtype,
    shapes: new Map([...weights].map(([key, { shape }]) => [key, shape])),
    network: facts && networkOf(facts.config),
    scheduler,
    facts,
    progress,
    hasEma: ema !== null,
    optimizer: isKept ? settingsOf(whole.get('optimizer')) : null,
    optimizerLeftOut,
    leftOut,
    load: async () => {
      const loaded = checkpointDict(await opened.load(), name);
      const raw = stateDict(loaded.get('unet'), 'unet');
      const both = isKept ? momentsOf(loaded.get('optimizer'), raw) : null;
      return {
        weights: valuesOf(raw),
        ema: ema !== null ? valuesOf(stateDict(loaded.get('ema'), 'ema')) : null,
        moments:
          both && 'expAvg' in both
            ? { expAvg: valuesOf(both.expAvg), expAvgSq: valuesOf(both.expAvgSq) }
            : null,
        losses: lossesOf(loaded),
      };
    },
  };
}

const isDict = <T>(value: Value<T>): value is Dict<T> => value instanceof Map;
const isTensor = <T extends Tensor>(value: Value<T>): value is T =>
  typeof value === 'object' && value !== null && 'shape' in value;

function kindOf<T extends Tensor>(value: Value<T>): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (isDict(value)) return 'a dict';
  if (isTensor(value)) return `a tensor [${value.shape.join(', ')}]`;
  if (typeof value === 'object') return 'a list';
  return `${typeof value} ${String(value).slice(0, 64)}`;
}

/** The checkpoint's dict; a bare state_dict becomes one with nothing but `unet`. */
function checkpointDict<T extends Tensor>(value: PythonValue<T>, name: string): Dict<T> {
  if (!isDict(value)) throw wrong(name, 'a dict', kindOf(value));
  return value.has('unet') ? value : new Map([['unet', value]]);
}

function stateDict<T extends Tensor>(value: Value<T>, key: string): Map<string, T> {
  if (!isDict(value)) throw wrong(key, 'a state_dict', kindOf(value));
  const tensors = new Map<string, T>();
  for (const [name, tensor] of value) {
    if (!isTensor(tensor)) throw wrong(`${key}[${JSON.stringify(name)}]`, 'a tensor', kindOf(tensor));
    tensors.set(currentName(String(name)), tensor);
  }
  return tensors;
}

/** Throws where a tensor is missing or has another shape than the weight of its name. */
function checkLike(
  tensors: ReadonlyMap<string, Tensor>,
  weights: ReadonlyMap<string, Tensor>,
  key: string,
): void {
  for (const [name, { shape }] of weights) {
    const got = tensors.get(name);
    if (got?.shape.join() !== shape.join())
      throw wrong(`${key}[${JSON.stringify(name)}]`, `a tensor [${shape.join(', ')}]`, kindOf(got));
  }
}

const valuesOf = (tensors: ReadonlyMap<string, TorchTensor>): Tensors =>
  new Map([...tensors].map(([name, { data }]) => [name, data]));

/** Both moments of torch.optim.AdamW by parameter name; or why those in the file cannot be used. */
type Moments<T> = { expAvg: Map<string, T>; expAvgSq: Map<string, T> } | { why: string };

/**
 * Reads torch.optim.AdamW's state_dict, which has moments by the parameter's place in the model's state_dict.
 * Null: none.
 */
function momentsOf<T extends Tensor>(value: Value<T>, weights: ReadonlyMap<string, T>): Moments<T> | null {
  if (value === undefined || value === null) return null;
  const state = isDict(value) ? value.get('state') : undefined;
  if (!isDict(state)) throw wrong('optimizer', 'a dict with state and param_groups', kindOf(value));
  if (state.size !== weights.size)
    return { why: `The optimizer state is of ${state.size} parameters, the network has ${weights.size}` };
  const expAvg = new Map<string, T>();
  const expAvgSq = new Map<string, T>();
  [...weights].forEach(([name, { shape }], i) => {
    const own = state.get(i);
    const moment = (key: string): T => {
      const tensor = isDict(own) ? own.get(key) : undefined;
      if (isTensor(tensor) && tensor.shape.join() === shape.join()) return tensor;
      throw wrong(`optimizer.state[${i}].${key}`, `a tensor [${shape.join(', ')}]`, kindOf(tensor));
    };
    expAvg.set(name, moment('exp_avg'));
    expAvgSq.set(name, moment('exp_avg_sq'));
  });
  return { expAvg, expAvgSq };
}

function whyLeftOut(moments: Moments<StoredTensor> | null, progress: ModelProgress | null): string | null {
  if (moments === null) return null;
  if ('why' in moments) return `${moments.why}: Adam starts fresh.`;
  return progress ? null : 'The optimizer state comes without global_step: Adam starts fresh.';
}

/** The first param_group of an optimizer's state_dict; undefined where there is none. */
function firstGroup<T extends Tensor>(value: Value<T>): Dict<T> | undefined {
  const groups = isDict(value) ? value.get('param_groups') : undefined;
  const group = Array.isArray(groups) ? groups[0] : undefined;
  return isDict(group) ? group : undefined;
}

/** AdamW as this app has it: training goes on with these, whatever the file's optimizer was. */
const ADAMW = { betas: [ADAM.beta1, ADAM.beta2], eps: ADAM.epsilon, amsgrad: false };

function tellOtherSettings<T extends Tensor>(value: Value<T>, leftOut: string[]): void {
  const group = firstGroup(value);
  for (const [key, ours] of Object.entries(ADAMW)) {
    const got = group?.get(key);
    if (got !== undefined && shownJson(got) !== shownJson(ours))
      leftOut.push(`The optimizer's ${key} was ${shownJson(got)}: training goes on with ${shownJson(ours)}.`);
  }
}

/**
 * A learning-rate schedule changes lr at every step and keeps its first value in initial_lr. NaN: not in the
 * file.
 */
function settingsOf<T extends Tensor>(value: Value<T>): ForeignModel['optimizer'] {
  const group = firstGroup(value);
  const number = (key: string): number => {
    const got = group?.get(key);
    return typeof got === 'number' ? got : NaN;
  };
  const begun = number('initial_lr');
  return { learningRate: Number.isNaN(begun) ? number('lr') : begun, weightDecay: number('weight_decay') };
}

function progressOf(whole: Dict<StoredTensor>, leftOut: string[]): ModelProgress | null {
  if (!whole.has('global_step')) return null;
  const globalStep = wholeNumber(whole, 'global_step');
  const losses = whole.get('batch_losses');
  const batchLosses = isTensor(losses) ? (losses.shape[0] ?? 0) : numbersOf(whole, 'batch_losses').length;
  if (batchLosses !== globalStep)
    leftOut.push(
      `The file has ${batchLosses} batch losses for ${globalStep} steps: the chart is empty where a loss is missing.`,
    );
  return { globalStep, epoch: whole.has('epoch') ? wholeNumber(whole, 'epoch') : 0, batchLosses };
}

function wholeNumber<T extends Tensor>(whole: Dict<T>, key: string): number {
  const value = whole.get(key);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_STEPS) return value;
  throw wrong(key, `a whole number from 0 to ${MOST_STEPS}`, kindOf(value));
}

function lossesOf(whole: Dict<TorchTensor>): Losses {
  const quartiles = whole.get('batch_losses_by_quartile');
  return {
    batch: numbersOf(whole, 'batch_losses'),
    quartiles: isTensor(quartiles) ? quartiles.data : null,
    epochs: numbersOf(whole, 'epoch_losses'),
  };
}

/** A list, or a tensor in memory, as numbers; empty where the key is missing. */
function numbersOf<T extends Tensor>(whole: Dict<T>, key: string): Float32Array {
  const value = whole.get(key);
  if (value === undefined || value === null) return new Float32Array(0);
  if (isTensor(value) && 'data' in value) return value.data as Float32Array;
  if (Array.isArray(value) && value.every((loss) => typeof loss === 'number'))
    return Float32Array.from(value);
  throw wrong(key, 'a list of numbers', kindOf(value));
}

/** `__metadata__` of our own checkpoint; null where the file is not our export. */
function metadataOf<T extends Tensor>(value: Value<T>): Record<string, string> | null {
  if (value === undefined || value === null) return null;
  if (!isDict(value)) throw wrong('perennial_config', 'a dict of text', kindOf(value));
  const metadata = Object.create(null) as Record<string, string>;
  for (const [key, text] of value) {
    if (typeof text !== 'string')
      throw wrong(`perennial_config[${JSON.stringify(key)}]`, 'text', kindOf(text));
    metadata[String(key)] = text;
  }
  return metadata;
}

/** Facts of our own export, checked as a checkpoint's; an export always names its network. */
function factsOf(metadata: Record<string, string>): ReadFacts {
  jsonOf(metadata, 'unet_config');
  return readFacts(metadata);
}

function jsonOf(metadata: Record<string, string>, key: string): Record<string, unknown> {
  const text = metadata[key] ?? '';
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: refused below, like JSON that is no object.
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw wrong(`perennial_config[${JSON.stringify(key)}]`, 'a JSON object', text.slice(0, 64));
}

function wrong(thing: string, expected: string, got: string): FaultError {
  const fault: Fault = {
    kind: 'file',
    title: `${thing.slice(0, 120)} is not what a training checkpoint has`,
    what: 'Nothing was imported or changed.',
    expected: `${thing.slice(0, 120)}: ${expected}`,
    got,
    todo: [
      "Save it with torch.save({'unet': unet.state_dict(), 'optimizer': optimizer.state_dict(), 'global_step': ..., 'epoch': ..., 'batch_losses': [...], 'epoch_losses': [...]}, path).",
    ],
  };
  return new FaultError(fault);
}
