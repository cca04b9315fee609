// Finds the parts of a training checkpoint in a file of torch.save by what they are, under any key: weights,
// averages of them, optimizer states. Not here: bytes (formats/torch-file.ts), counts and losses
// (torch-history.ts), moments by parameter (adam-state.ts), what becomes of the parts (model-of-parts.ts).
import { FaultError } from '../../fault.ts';
import { openTorchFile, type TorchFile } from '../../formats/torch-file.ts';
import { PythonObject, type StoredDict, StoredTensor, type StoredValue } from '../../formats/torch-values.ts';
import { type NetworkNames, networksIn, textEncodersIn } from '../../model/state-dict.ts';
import type { Tensors } from './foreign-model.ts';
import { historyIn, isDict, kindOf, type TorchHistory } from './torch-history.ts';
import type { Weights } from './weights.ts';

/** Dicts inside each other that are searched, and dicts of one list (Lightning lists its optimizers). */
const MOST_DEPTH = 6;
const MOST_LISTED = 16;

/** Tensors without names, in the parameters' order: `shadow_params` of diffusers' and torch_ema's EMA. */
export interface TensorList {
  key: string;
  shapes: number[][];
  read(): Promise<Float32Array<ArrayBuffer>[]>;
}

/** The state_dict of an optimizer. */
export interface OptimizerState {
  dict: StoredDict;
  read: TorchFile['read'];
}

export interface TorchParts extends TorchHistory {
  weights: Weights[];
  /** Text encoders of transformers, by our names of their parameters. */
  encoders: Weights[];
  lists: TensorList[];
  optimizers: OptimizerState[];
  /** `__metadata__` of our own checkpoint, where the file is our export. */
  metadata: Record<string, string> | null;
  /** The value itself, for a message: "a dict of state, param_groups". */
  what: string;
}

/**
 * Looks at a .pt file; several are the shards of one state_dict. Throws FaultError kind `file` naming key,
 * opcode or offset.
 */
export async function partsOfTorchFile(blobs: readonly Blob[]): Promise<TorchParts> {
  const file = joined(await Promise.all(blobs.map(openTorchFile)));
  const found: Found = {
    file,
    weights: [],
    encoders: [],
    lists: [],
    optimizers: [],
    homes: [],
    used: new Set(),
  };
  search(file.value, [], found);
  const { weights, encoders, lists, optimizers } = found;
  const history = await historyIn(found.homes.toReversed(), optimizers[0]?.dict ?? null, file.read);
  const root = isDict(file.value) ? file.value : new Map<string | number, StoredValue>();
  for (const key of [...history.used, 'perennial_config']) found.used.add(key);
  return {
    weights,
    encoders,
    lists,
    optimizers,
    ...history,
    metadata: metadataOf(root.get('perennial_config')),
    leftOut: [...history.leftOut, ...notRead(root, found.used)],
    what: kindOf(file.value),
  };
}

/** Several files of one dict each as one file of one dict. */
function joined(files: readonly TorchFile[]): TorchFile {
  const [only, other] = files;
  if (only && !other) return only;
  const value: StoredDict = new Map(files.flatMap((file) => (isDict(file.value) ? [...file.value] : [])));
  const homes = new Map(
    files.flatMap((file) =>
      isDict(file.value) ? [...file.value.values()].map((one) => [one, file] as const) : [],
    ),
  );
  return {
    value,
    read: async (tensors) => {
      const read = files.map((file) => file.read(tensors.filter((tensor) => homes.get(tensor) === file)));
      return new Map((await Promise.all(read)).flatMap((some) => [...some]));
    },
  };
}

interface Found {
  file: TorchFile;
  weights: Weights[];
  encoders: Weights[];
  lists: TensorList[];
  optimizers: OptimizerState[];
  /** The dicts around weights, innermost first: counts and losses stand in them. */
  homes: StoredDict[];
  /** Keys of the outermost dict that were used. */
  used: Set<string | number>;
}

/** A sentence that names the other parts of the file; none where there are none. */
function notRead(root: StoredDict, used: ReadonlySet<string | number>): string[] {
  const isEmpty = (value: StoredValue): boolean =>
    value === null || value === '' || ((isDict(value) || Array.isArray(value)) && [...value].length === 0);
  const others = [...root].filter(
    ([key, value]) => !used.has(key) && !isEmpty(value) && !(value instanceof StoredTensor),
  );
  if (others.length === 0) return [];
  const names = others.slice(0, 8).map(([key, value]) => {
    const object = value instanceof PythonObject ? ` (${value.path.slice(0, 64)})` : '';
    return `${String(key).slice(0, 40)}${object}`;
  });
  return [`Also in the file, and not read: ${names.join(', ')}${others.length > 8 ? ', ...' : ''}.`];
}

function search(value: StoredValue, path: readonly (string | number)[], found: Found): void {
  if (path.length > MOST_DEPTH) return;
  if (Array.isArray(value)) {
    value.slice(0, MOST_LISTED).forEach((item, i) => isDict(item) && search(item, [...path, i], found));
    return;
  }
  if (!isDict(value)) return;
  const use = (): void => void (path[0] !== undefined && found.used.add(path[0]));
  if (isDict(value.get('state')) && Array.isArray(value.get('param_groups'))) {
    use();
    found.optimizers.push({ dict: value, read: found.file.read });
    return;
  }
  const list = value.get('shadow_params');
  if (Array.isArray(list) && list.length > 0 && list.every((item) => item instanceof StoredTensor)) {
    use();
    found.lists.push(listOf([...path, 'shadow_params'].join('.'), list, found.file));
  }
  const here = weightsIn(value, path, found.file, networksIn);
  const encoders = weightsIn(value, path, found.file, textEncodersIn);
  if (here.length + encoders.length > 0) use();
  found.weights.push(...here);
  found.encoders.push(...encoders);
  const before = found.weights.length;
  for (const [key, item] of value) search(item, [...path, key], found);
  if (found.weights.length > before || path.length === 0) found.homes.push(value);
}

function listOf(key: string, tensors: readonly StoredTensor[], { read }: TorchFile): TensorList {
  return {
    key,
    shapes: tensors.map(({ shape }) => shape),
    read: async () => {
      const loaded = await read(tensors);
      return tensors.flatMap((tensor) => loaded.get(tensor)?.data ?? []);
    },
  };
}

function weightsIn(
  dict: StoredDict,
  path: readonly (string | number)[],
  file: TorchFile,
  among: (names: Iterable<string>) => NetworkNames[],
): Weights[] {
  const tensors = new Map<string, StoredTensor>();
  for (const [key, value] of dict) if (value instanceof StoredTensor) tensors.set(String(key), value);
  return among(tensors.keys()).map(({ prefix, names }) => {
    const own = [...names].flatMap(([name, inFile]) => {
      const tensor = tensors.get(inFile);
      return tensor ? [[name, tensor] as const] : [];
    });
    return {
      key: [...path, prefix.replace(/\.$/, '')].filter((part) => part !== '').join('.'),
      dtypes: new Set(own.map(([, { storage }]) => storage.dtype)),
      shapes: new Map(own.map(([name, { shape }]) => [name, shape])),
      read: () => readNamed(file.read, new Map(own)),
    };
  });
}

/** Tensors in memory by the same names. Throws FaultError kind `file` where the bytes have changed. */
export async function readNamed(
  read: TorchFile['read'],
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<Tensors> {
  const loaded = await read([...tensors.values()]);
  return new Map(
    [...tensors].flatMap(([name, tensor]) => {
      const data = loaded.get(tensor)?.data;
      return data ? [[name, data] as const] : [];
    }),
  );
}

/** `__metadata__` of our own checkpoint; null where the file is not our export. */
function metadataOf(value: StoredValue | undefined): Record<string, string> | null {
  if (value === undefined || value === null) return null;
  if (!isDict(value)) throw damagedExport('perennial_config', kindOf(value));
  const metadata = Object.create(null) as Record<string, string>;
  for (const [key, text] of value) {
    if (typeof text !== 'string')
      throw damagedExport(`perennial_config[${JSON.stringify(key)}]`, kindOf(text));
    metadata[String(key)] = text;
  }
  return metadata;
}

/** A fault of kind `file` for metadata of our own export that were altered. `thing`: which entry. */
export function damagedExport(thing: string, got: string): FaultError {
  return new FaultError({
    kind: 'file',
    title: `${thing.slice(0, 120)} is not as Perennial writes it`,
    what: 'Nothing was imported or changed.',
    expected: `${thing.slice(0, 120)}: text, as in a checkpoint's metadata`,
    got: got.slice(0, 200),
    todo: ['Export the checkpoint again, or choose another file.'],
  });
}
