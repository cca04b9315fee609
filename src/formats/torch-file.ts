// A .pt file, the zip archive that torch.save has written since PyTorch 1.6: one folder with data.pkl and the
// numbers of every storage in data/<key>. Reading executes nothing. Not here: the zip (zip-*.ts), the pickle
// (pickle-*.ts), what a checkpoint should hold (trainer/).
import { readBytes } from './file-bytes.ts';
import { begins, LEGACY_TORCH, ZIP } from './magic.ts';
import { type PickledValue, writePickle } from './pickle-writer.ts';
import { MAX_PICKLE_BYTES, readPickle } from './pickle-reader.ts';
import { shown } from './safetensors-scanner.ts';
import { storedData } from './stored-data.ts';
import {
  countOf,
  DTYPES,
  type StoredNumbers,
  type StoredTensor,
  type StoredValue,
  type TorchTensor,
  unsoundTorch,
} from './torch-values.ts';
import { tensorsOf } from './value-tree.ts';
import { openZip, type ZipEntry } from './zip-reader.ts';
import { zipBlob, type ZipInput } from './zip-writer.ts';

/**
 * Format versions that torch 2.15 reads: caffe2/serialize/versions.h, k{Min,Max}SupportedFileFormatVersion.
 */
const VERSIONS = { least: 1, most: 10 } as const;
const MAX_NOTE_BYTES = 64;
/**
 * Most bytes of tensors in memory: a multiple of the file's bytes
 * (weights in halves under several names), and some to spare.
 */
const MOST_GROWTH = 4;
const SPARE_BYTES = 16 * 1024 * 1024;

/** A .pt file whose numbers are still in it. */
export interface TorchFile {
  /** Everything but the tensors' numbers, which is enough to say what the file holds. */
  value: StoredValue;
  /** These tensors of `value` in memory. Throws FaultError kind `file` where bytes have changed. */
  readonly read: (tensors: readonly StoredTensor[]) => Promise<Map<StoredTensor, TorchTensor>>;
}

/**
 * Reads a .pt file up to the tensors' numbers. Throws
 * FaultError kind `file` naming entry, opcode, global or dtype.
 */
export async function openTorchFile(file: Blob): Promise<TorchFile> {
  await checkMagic(file);
  const entries = await openZip(file, { stored: true });
  const root = rootOf(entries);
  const byName = new Map<string, ZipEntry>();
  for (const entry of entries) {
    if (!entry.name.startsWith(root))
      throw unsoundTorch(`one folder, ${shown(root)}, as torch.save writes it`, shown(entry.name));
    byName.set(entry.name.slice(root.length), entry);
  }
  await checkNotes(byName);
  const pickle = readPickle(await readAtMost(byName.get('data.pkl'), MAX_PICKLE_BYTES));
  const storages = entriesOf(pickle.storages, byName);
  const tensors = tensorsOf(pickle.root);
  checkGrowth(tensors, file.size);
  // tensorsOf has thrown for every leaf that is neither a tensor nor a plain value.
  const value = pickle.root as StoredValue;
  return { value, read: (some) => loadTensors(some, storages) };
}

async function checkMagic(file: Blob): Promise<void> {
  const first = await readBytes(file, 0, Math.min(512, file.size));
  // Before torch 0.1.10 the file was a tar archive.
  const isTar = String.fromCharCode(...first.subarray(257, 262)) === 'ustar';
  if (begins(first, LEGACY_TORCH) || isTar)
    throw unsoundTorch('a zip archive, as torch.save writes it since PyTorch 1.6', 'the older format', [
      'It was saved by an old torch.save; load and save it again with torch 1.6 or newer.',
    ]);
  if (!begins(first, ZIP))
    throw unsoundTorch(
      'a zip archive, as torch.save writes it',
      `a file that begins with ${first.slice(0, 4).join(' ')}`,
    );
}

/** The folder of data.pkl, with "/" at its end. */
function rootOf(entries: readonly ZipEntry[]): string {
  const found = entries.filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [only] = found;
  if (!only || found.length > 1)
    throw unsoundTorch('one data.pkl in one folder, as torch.save writes it', `${found.length} such files`);
  return only.name.slice(0, -'data.pkl'.length);
}

async function readAtMost(entry: ZipEntry | undefined, atMost: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!entry) return new Uint8Array(0);
  if (entry.sizeBytes > atMost)
    throw unsoundTorch(`at most ${atMost} bytes in ${shown(entry.name)}`, `${entry.sizeBytes} bytes`);
  return entry.read();
}

const textOf = async (entry: ZipEntry | undefined): Promise<string> =>
  new TextDecoder().decode(await readAtMost(entry, MAX_NOTE_BYTES)).trim();

/**
 * Checks the small entries beside the pickle. Before PyTorch
 * 2.1 there was no byteorder: the machine's was used.
 */
async function checkNotes(entries: ReadonlyMap<string, ZipEntry>): Promise<void> {
  const byteorder = entries.has('byteorder') ? await textOf(entries.get('byteorder')) : 'little';
  if (byteorder !== 'little')
    throw unsoundTorch('numbers in little-endian order (byteorder)', shown(byteorder), [
      'Save it again on a little-endian machine, as nearly all are.',
    ]);
  const version = await textOf(entries.get('version'));
  if (!/^\d{1,3}$/.test(version) || Number(version) < VERSIONS.least || Number(version) > VERSIONS.most)
    throw unsoundTorch(`a version from ${VERSIONS.least} to ${VERSIONS.most}`, JSON.stringify(version));
}

/** The entry of every storage. Every storage has exactly its bytes, and there are no other storages. */
function entriesOf(
  storages: ReadonlyMap<string, StoredNumbers>,
  entries: ReadonlyMap<string, ZipEntry>,
): Map<StoredNumbers, ZipEntry> {
  const found = new Map<StoredNumbers, ZipEntry>();
  for (const [key, storage] of storages) {
    const entry = entries.get(`data/${key}`);
    const bytes = storage.count * (DTYPES.get(storage.dtype)?.bytes ?? 0);
    if (entry?.sizeBytes !== bytes)
      throw unsoundTorch(
        `${bytes} bytes in data/${key}, ${storage.count} numbers of ${storage.dtype}`,
        entry ? `${entry.sizeBytes} bytes` : 'no such entry',
      );
    found.set(storage, entry);
  }
  for (const name of entries.keys())
    if (name.startsWith('data/') && !storages.has(name.slice('data/'.length)))
      throw unsoundTorch('only storages that data.pkl names', shown(name));
  return found;
}

/** Many tensors may be views of the same numbers, but not so many that the copies fill the memory. */
function checkGrowth(tensors: readonly StoredTensor[], fileBytes: number): void {
  const most = MOST_GROWTH * fileBytes + SPARE_BYTES;
  const bytes = tensors.reduce((sum, { shape }) => sum + 4 * countOf(shape), 0);
  if (bytes > most)
    throw unsoundTorch(
      `tensors of at most ${most} bytes in a file of ${fileBytes}`,
      `${bytes} bytes of tensors`,
    );
}

/** Storage by storage: no storage is read twice, and one at a time is in memory. */
async function loadTensors(
  tensors: readonly StoredTensor[],
  entries: ReadonlyMap<StoredNumbers, ZipEntry>,
): Promise<Map<StoredTensor, TorchTensor>> {
  const byStorage = new Map<StoredNumbers, StoredTensor[]>();
  for (const view of new Set(tensors)) {
    const views = byStorage.get(view.storage);
    if (views) views.push(view);
    else byStorage.set(view.storage, [view]);
  }
  const loaded = new Map<StoredTensor, TorchTensor>();
  for (const [storage, views] of byStorage) {
    const bytes = (await entries.get(storage)?.read()) ?? new Uint8Array(0);
    for (const [i, data] of storedData(views, bytes).entries()) {
      const view = views[i];
      if (view) loaded.set(view, { dtype: storage.dtype, shape: view.shape, data });
    }
  }
  return loaded;
}

const viewOf = ({ data }: TorchTensor): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * The file that torch.save would write, for torch.load(path, weights_only=True). `name`:
 * the folder inside the archive, for which torch.save takes the file's name. Tensors are
 * written as float32 whatever their dtype says; their numbers are not copied.
 */
export async function writeTorchFile(value: PickledValue, name: string): Promise<Blob> {
  const { bytes, tensors } = writePickle(value);
  const entries: ZipInput[] = [
    { name: `${name}/data.pkl`, content: bytes },
    { name: `${name}/byteorder`, content: 'little' },
    ...tensors.map((tensor, i) => ({ name: `${name}/data/${i}`, content: viewOf(tensor) })),
    { name: `${name}/version`, content: '3\n' },
  ];
  return zipBlob(entries);
}
