// The UNets and text encoders in a safetensors file, or in the shards of one. Not here: the bytes
// (formats/safetensors-file.ts), which files belong together (models-among.ts).
import { readHeader, readTensors } from '../../formats/safetensors-file.ts';
import { type NetworkNames, networksIn, stateDictOrder, textEncodersIn } from '../../model/state-dict.ts';
import type { Tensors } from './foreign-model.ts';
import type { Weights } from './weights.ts';

export interface SafetensorsParts {
  /** In no order: safetensors sorts by name. Empty: the tensors are of no UNet. */
  weights: Weights[];
  /** Text encoders of transformers, by our names of their parameters. */
  encoders: Weights[];
  metadata: Readonly<Record<string, string>>;
  /** Names of all tensors. */
  names: string[];
}

/** Looks at the headers. `files`: all shards of one model. Throws FaultError kind `file`. */
export async function partsOfSafetensors(files: readonly Blob[]): Promise<SafetensorsParts> {
  const headers = await Promise.all(files.map(readHeader));
  const entries = new Map(headers.flatMap((header) => header.entries.map((entry) => [entry.name, entry])));
  const weightsOf = ({ prefix, names }: NetworkNames, sorted: typeof inOrder): Weights => {
    const own = [...names].flatMap(([name, inFile]) => {
      const entry = entries.get(inFile);
      return entry ? [[name, entry] as const] : [];
    });
    return {
      key: prefix.replace(/\.$/, ''),
      dtypes: new Set(own.map(([, { dtype }]) => dtype)),
      shapes: sorted(new Map(own.map(([name, { shape }]) => [name, shape]))),
      read: () => tensorsOf(files, names),
    };
  };
  return {
    weights: networksIn(entries.keys()).map((names) => weightsOf(names, inOrder)),
    encoders: textEncodersIn(entries.keys()).map((names) => weightsOf(names, (shapes) => shapes)),
    metadata: headers[0]?.metadata ?? {},
    names: [...entries.keys()],
  };
}

/** Puts shapes into the state_dict's order; those of another network stay as they are. */
function inOrder(shapes: ReadonlyMap<string, readonly number[]>): Weights['shapes'] {
  let order: string[];
  try {
    order = stateDictOrder(shapes);
  } catch {
    return shapes; // of another network: it is refused where the network is checked
  }
  const known = new Set(order);
  const first = order.flatMap((name) => {
    const shape = shapes.get(name);
    return shape ? [[name, shape] as const] : [];
  });
  return new Map([...first, ...[...shapes].filter(([name]) => !known.has(name))]);
}

async function tensorsOf(files: readonly Blob[], names: ReadonlyMap<string, string>): Promise<Tensors> {
  const byName = new Map<string, Float32Array<ArrayBuffer>>();
  const wanted = new Set(names.values());
  for (const file of files) {
    const { tensors } = await readTensors(file, wanted);
    for (const { name, data } of tensors) byName.set(name, data);
  }
  return new Map(
    [...names].flatMap(([name, inFile]) => {
      const data = byName.get(inFile);
      return data ? [[name, data] as const] : [];
    }),
  );
}
