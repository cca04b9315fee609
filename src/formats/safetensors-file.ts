// A safetensors file that is a Blob: read (the header alone, or all tensors as float32) and made. Memory
// beyond the tensors is one piece of 8 MiB, or one tensor of another dtype. Not here: the checks of the
// header (safetensors.ts), checkpoints of our own store (checkpoint/load.ts).
import { readBytes } from './file-bytes.ts';
import { floatsOf, floatsOfBfloats, floatsOfDoubles, floatsOfHalves } from './half-floats.ts';
import {
  encodeHeader,
  headerBytes,
  type NamedTensor,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors.ts';
import { shown, unsound } from './safetensors-scanner.ts';

const PIECE_BYTES = 8 * 1024 * 1024;

/** The dtypes that are read. F64 beyond float32's 3.4e38 becomes infinite. */
const DECODERS: ReadonlyMap<string, (bytes: Uint8Array) => Float32Array<ArrayBuffer>> = new Map([
  ['F32', floatsOf],
  ['F16', floatsOfHalves],
  ['BF16', floatsOfBfloats],
  ['F64', floatsOfDoubles],
]);

/** The checked header. Throws FaultError kind `file`. */
export async function readHeader(file: Blob): Promise<SafetensorsHeader> {
  const length = headerBytes(await readBytes(file, 0, Math.min(8, file.size)), file.size);
  return parseHeader(await readBytes(file, 0, length), file.size);
}

/**
 * All tensors, or those of the names `only`, as float32, each in a buffer of its own, in the order of their
 * bytes. Throws FaultError kind `file`, also for a dtype of whole numbers.
 */
export async function readTensors(
  file: Blob,
  only?: ReadonlySet<string>,
): Promise<{ tensors: NamedTensor[]; metadata: Record<string, string> }> {
  const { entries: all, metadata, dataStart } = await readHeader(file);
  const entries = only ? all.filter(({ name }) => only.has(name)) : all;
  for (const { name, dtype } of entries)
    if (!DECODERS.has(dtype))
      throw unsound(
        `tensors of dtype ${[...DECODERS.keys()].join(', ')}`,
        `${shown(name)} of dtype ${dtype}`,
      );
  const tensors: NamedTensor[] = [];
  for (const run of runsOf(entries)) {
    const begin = run[0]?.begin ?? 0;
    const bytes = await readBytes(file, dataStart + begin, dataStart + (run.at(-1)?.end ?? 0));
    for (const entry of run) tensors.push(decode(entry, bytes, begin));
  }
  return { tensors, metadata };
}

/** The bytes of one tensor of the header. Throws FaultError kind `file`. */
export const bytesOfTensor = (
  file: Blob,
  { dataStart }: Pick<SafetensorsHeader, 'dataStart'>,
  { begin, end }: Pick<TensorEntry, 'begin' | 'end'>,
): Promise<Uint8Array<ArrayBuffer>> => readBytes(file, dataStart + begin, dataStart + end);

/** Runs of whole tensors to read at once: as many as fit in a piece, or one larger tensor alone. */
function* runsOf(entries: readonly TensorEntry[]): Generator<TensorEntry[]> {
  let run: TensorEntry[] = [];
  for (const entry of entries) {
    const [first] = run;
    if (first && entry.end - first.begin > PIECE_BYTES) {
      yield run;
      run = [];
    }
    run.push(entry);
  }
  if (run.length > 0) yield run;
}

function decode(entry: TensorEntry, bytes: Uint8Array<ArrayBuffer>, bytesBegin: number): NamedTensor {
  const { name, shape, dtype, begin, end } = entry;
  // A tensor read alone keeps the buffer it was read into.
  if (dtype === 'F32' && begin < end && bytes.length === end - begin)
    return { name, shape, data: new Float32Array(bytes.buffer) };
  const own = bytes.subarray(begin - bytesBegin, end - bytesBegin);
  return { name, shape, data: DECODERS.get(dtype)?.(own) ?? new Float32Array(0) };
}

/** A file of these tensors (float32) in this order, made of views: no number is copied. */
export function safetensorsBlob(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Blob {
  const parts = [encodeHeader(tensors, metadata), ...tensors.map(({ data }) => data)];
  return new Blob(parts, { type: 'application/octet-stream' });
}
