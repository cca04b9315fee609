// Walks the value of a pickle: finds its tensors, and refuses a value that is no tree (a list inside itself,
// or shared so often that the walk would never end). Not here: the pickle (pickle-reader.ts).
import { MAX_TENSORS } from './safetensors-scanner.ts';
import { GlobalName, type Item } from './torch-objects.ts';
import { StoredNumbers, StoredTensor, unsoundTorch } from './torch-values.ts';

const MAX_DEPTH = 64;
/** Most values on the walk, a shared value counted each time: more than 16 MiB of losses have. */
const MAX_VALUES = 1 << 21;

/**
 * The tensors of a tree in the tree's order. Throws FaultError
 * kind `file` for anything but a tree of plain values.
 */
export function tensorsOf(root: Item): StoredTensor[] {
  const found: StoredTensor[] = [];
  let values = 0;
  const walk = (item: Item, depth: number): void => {
    values += 1;
    if (values > MAX_VALUES)
      throw unsoundTorch(`at most ${MAX_VALUES} values`, 'more, or a value inside itself');
    if (depth > MAX_DEPTH)
      throw unsoundTorch(`at most ${MAX_DEPTH} values inside each other`, 'more, or a value inside itself');
    if (item instanceof StoredTensor) found.push(item);
    if (found.length > MAX_TENSORS) throw unsoundTorch(`at most ${MAX_TENSORS} tensors`, 'more');
    if (item instanceof GlobalName) throw unsoundTorch('plain values', `${item.path} as a value`);
    else if (item instanceof StoredNumbers) throw unsoundTorch('tensors', `storage ${item.key} as a value`);
    else if (Array.isArray(item) || item instanceof Map)
      for (const child of item.values()) walk(child, depth + 1);
  };
  walk(root, 0);
  return found;
}
