// A whole .pt file in memory, which only tests want: the app looks at a file before it reads its tensors.
import { openTorchFile } from '../../src/formats/torch-file.ts';
import {
  OrderedDict,
  type PythonObject,
  type PythonValue,
  StoredTensor,
  type StoredValue,
  type TorchTensor,
} from '../../src/formats/torch-values.ts';

export type TorchValue = PythonValue<TorchTensor | PythonObject>;

export async function readTorchFile(file: Blob): Promise<TorchValue> {
  const { value, read } = await openTorchFile(file);
  const loaded = await read(tensorsIn(value));
  const inMemory = (item: StoredValue): TorchValue => {
    if (item instanceof StoredTensor) return loaded.get(item) as TorchTensor;
    if (Array.isArray(item)) {
      const items = item.map(inMemory);
      return Object.isFrozen(item) ? (Object.freeze(items) as TorchValue[]) : items;
    }
    if (!(item instanceof Map)) return item;
    const pairs = [...item].map(([key, child]) => [key, inMemory(child)] as const);
    return item instanceof OrderedDict ? new OrderedDict(pairs) : new Map(pairs);
  };
  return inMemory(value);
}

function tensorsIn(value: StoredValue): StoredTensor[] {
  if (value instanceof StoredTensor) return [value];
  return Array.isArray(value) || value instanceof Map ? [...value.values()].flatMap(tensorsIn) : [];
}
