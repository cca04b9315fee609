// The safetensors format (github.com/huggingface/safetensors, "Format"): 8 bytes of header length, a JSON
// header, the tensors' bytes without holes. Pure: bytes and values. Not here: files (safetensors-file.ts),
// which tensors a checkpoint has (trainer/checkpoint-file.ts).
import { cutOff, scanHeader, shown, type TensorEntry, unsound } from './safetensors-scanner.ts';

export type { TensorEntry } from './safetensors-scanner.ts';

const MAX_HEADER_BYTES = 16 * 1024 * 1024;
/** The length field before the JSON. */
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;

const DTYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E5M2', 1],
  ['F8_E4M3', 1],
  ['F8_E8M0', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['I64', 8],
  ['U64', 8],
  ['F64', 8],
  ['C64', 8],
]);

/** A float32 tensor, row-major, in a buffer of its own. */
export interface NamedTensor {
  name: string;
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  entries: TensorEntry[];
  /** Without a prototype, so that a key such as __proto__ is only a key. */
  metadata: Record<string, string>;
  /** Where the tensors' bytes begin: 8 + the header's length. */
  dataStart: number;
}

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * The first bytes of a file of tensors: length, JSON, spaces up to a multiple
 * of 8, as the reference implementation writes them. The tensors' bytes
 * follow in the order given. `usual`: the dtype of tensors that name none; F16 is for bench/learn.
 */
export function encodeHeader(
  tensors: readonly { name: string; shape: readonly number[]; dtype?: string }[],
  metadata: Readonly<Record<string, string>>,
  usual: 'F32' | 'F16' = 'F32',
): Uint8Array<ArrayBuffer> {
  // A lone surrogate is no Unicode text and would be refused when read.
  const text = (_: string, value: unknown) =>
    typeof value === 'string' ? value.replace(/\p{Cs}/gu, '\ufffd') : value;
  const members = [`"__metadata__":${JSON.stringify(metadata, text)}`];
  let offset = 0;
  for (const { name, shape, dtype = usual } of tensors) {
    const end = offset + (DTYPE_BYTES.get(dtype) ?? 0) * elements(shape);
    const info = { dtype, shape, data_offsets: [offset, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    offset = end;
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

/**
 * Bytes of length field and header together, from a file's
 * first 8. Throws FaultError kind `file` if impossible.
 */
export function headerBytes(first: Uint8Array, fileSize: number): number {
  if (fileSize < LENGTH_BYTES || first.length < LENGTH_BYTES)
    throw unsound('at least 8 bytes', `a file of ${fileSize} bytes`);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER_BYTES, fileSize - LENGTH_BYTES);
  const expected = `a header of 2 to ${most} bytes in a file of ${fileSize}`;
  if (length > BigInt(most) && length <= MAX_HEADER_BYTES)
    throw cutOff('safetensors file', expected, `a header of ${length} bytes`);
  if (length < 2n || length > BigInt(most)) throw unsound(expected, `a header of ${length} bytes`);
  return LENGTH_BYTES + Number(length);
}

/**
 * Reads and checks a whole header. `bytes`: the file's first `headerBytes` or more; `fileSize` in bytes.
 * Throws FaultError kind `file` naming the key, dtype or offset that is wrong.
 */
export function parseHeader(bytes: Uint8Array, fileSize: number): SafetensorsHeader {
  const dataStart = headerBytes(bytes, fileSize);
  if (bytes.length < dataStart) throw unsound(`a header of ${dataStart} bytes`, `only ${bytes.length} bytes`);
  if (bytes[LENGTH_BYTES] !== 0x7b)
    throw unsound('"{" as the first byte of the header', `byte ${bytes[LENGTH_BYTES]}`);
  const { entries, metadata } = scanHeader(decodeText(bytes.subarray(LENGTH_BYTES, dataStart)));
  for (const entry of entries) checkSize(entry);
  // The sort is stable: empty tensors at one offset stay in the file's order.
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkOffsets(entries, fileSize - dataStart);
  const plain = Object.create(null) as Record<string, string>;
  for (const [key, value] of metadata) plain[key] = value;
  return { entries, metadata: plain, dataStart };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unsound('UTF-8 text in the header', 'bytes that are not UTF-8');
  }
}

function checkSize({ name, dtype, shape, begin, end }: TensorEntry): void {
  const size = DTYPE_BYTES.get(dtype);
  if (size === undefined)
    throw unsound(`a known dtype for ${shown(name)} (${[...DTYPE_BYTES.keys()].join(', ')})`, shown(dtype));
  let bytes = size;
  for (const extent of shape) {
    bytes *= extent;
    if (!Number.isSafeInteger(bytes))
      throw unsound(`fewer than 2^53 bytes in ${shown(name)}`, `shape [${shape.join(', ')}]`);
  }
  if (end - begin !== bytes)
    throw unsound(
      `${bytes} bytes for ${shown(name)}, ${dtype} [${shape.join(', ')}]`,
      `data_offsets [${begin}, ${end}]`,
    );
}

/** No holes, no overlap, and the last tensor ends where the file ends. */
function checkOffsets(entries: readonly TensorEntry[], dataBytes: number): void {
  let offset = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== offset)
      throw unsound(`${shown(name)} at offset ${offset}, without hole or overlap`, `offset ${begin}`);
    offset = end;
  }
  const expected = `${offset} bytes of tensors, as the header says`;
  if (offset > dataBytes) throw cutOff('safetensors file', expected, `${dataBytes} bytes`);
  if (offset < dataBytes) throw unsound(expected, `${dataBytes} bytes`);
}

/**
 * Buffers of zeros for the tensors of a checkpoint of our own, in the
 * header's order. Throws FaultError kind `file` for any dtype but F32.
 */
export function allocateTensors(header: SafetensorsHeader): NamedTensor[] {
  return header.entries.map(({ name, dtype, shape, begin, end }) => {
    if (dtype !== 'F32') throw unsound(`float32 tensors (dtype F32)`, `${shown(name)} of dtype ${dtype}`);
    return { name, shape, data: new Float32Array((end - begin) / 4) };
  });
}

/** Index of the first entry that ends after `offset` (entries are contiguous and sorted). */
function entryAt(entries: readonly TensorEntry[], offset: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.end ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Copies a piece of the file, from byte `fileOffset` on, to its place in `tensors` (of allocateTensors). */
export function scatter(
  header: SafetensorsHeader,
  tensors: readonly NamedTensor[],
  fileOffset: number,
  piece: Uint8Array,
): void {
  const start = fileOffset - header.dataStart;
  const stop = start + piece.length;
  for (let i = entryAt(header.entries, start); i < tensors.length; i++) {
    const entry = header.entries[i];
    const tensor = tensors[i];
    if (!entry || !tensor || entry.begin >= stop) return;
    const from = Math.max(entry.begin, start);
    const to = Math.min(entry.end, stop);
    new Uint8Array(tensor.data.buffer).set(piece.subarray(from - start, to - start), from - entry.begin);
  }
}
