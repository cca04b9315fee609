// Reads a zip archive that is a Blob: an entry's bytes are read when they are asked for, and held to their
// CRC-32 and size. Not here: the directory and its rules (zip-directory.ts), writing (zip-writer.ts).
import { crc32 } from './crc32.ts';
import { readBytes } from './file-bytes.ts';
import { GrowingBlob } from './growing-blob.ts';
import { ReadAhead, SMALL_BYTES } from './read-ahead.ts';
import {
  decodeName,
  type DirectoryEntry,
  LOCAL_BYTES,
  readDirectory,
  STORED,
  type ZipRules,
} from './zip-directory.ts';
import { shownName, unsoundZip } from './zip-end.ts';

const LOCAL = 0x0403_4b50;
const ENCRYPTED = 1;

/** An entry, not read yet. Without closures of its own: an archive may have 500,000. */
export class ZipEntry {
  readonly #archive: Archive;
  readonly #entry: DirectoryEntry;

  constructor(archive: Archive, entry: DirectoryEntry) {
    this.#archive = archive;
    this.#entry = entry;
  }

  /** With "/" between folders; never absolute, never with "..". */
  get name(): string {
    return this.#entry.name;
  }

  get sizeBytes(): number {
    return this.#entry.sizeBytes;
  }

  /** Whether it is compressed: its bytes are then unpacked as a whole. */
  get isPacked(): boolean {
    return this.#entry.method !== STORED;
  }

  /** At most `length` of its first bytes, not checked: enough to tell its kind. Throws as `read`. */
  head(length: number): Promise<Uint8Array<ArrayBuffer>> {
    return headOf(this.#archive, this.#entry, length);
  }

  /** The entry's bytes, in a buffer of their own. Throws FaultError kind `file` where they are damaged. */
  read(): Promise<Uint8Array<ArrayBuffer>> {
    return readEntry(this.#archive, this.#entry);
  }

  /** The same bytes, checked, as a Blob; a stored entry is a slice of the archive and is not in memory. */
  blob(): Promise<Blob> {
    return blobOf(this.#archive, this.#entry);
  }
}

/** The entries of an archive, without folders. `reader`: of small entries. Faults as of readDirectory. */
export async function openZip(file: Blob, rules: ZipRules, reader = new ReadAhead()): Promise<ZipEntry[]> {
  const entries = await readDirectory(file, rules);
  const archive = { file, reader };
  return entries.map((entry) => new ZipEntry(archive, entry));
}

interface Archive {
  file: Blob;
  reader: ReadAhead;
}

async function readEntry({ file, reader }: Archive, entry: DirectoryEntry): Promise<Uint8Array<ArrayBuffer>> {
  const start = await startOf({ file, reader }, entry);
  const end = start + entry.compressedBytes;
  const isSmall = entry.compressedBytes < SMALL_BYTES;
  if (entry.method === STORED) {
    const bytes = await (isSmall ? reader.bytes(file, start, end) : readBytes(file, start, end));
    checkCrc(entry, crc32(bytes));
    return bytes;
  }
  const bytes = new Uint8Array(entry.sizeBytes);
  const packed = isSmall ? streamOf(await reader.bytes(file, start, end)) : file.slice(start, end).stream();
  await eachPiece(entry, inflate(packed), (piece, at) => bytes.set(piece, at));
  return bytes;
}

const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.close();
    },
  });

async function headOf(
  archive: Archive,
  entry: DirectoryEntry,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = await startOf(archive, entry);
  const raw = archive.file.slice(start, start + entry.compressedBytes);
  const reader = (entry.method === STORED ? raw.stream() : inflate(raw.stream())).getReader();
  const bytes = new Uint8Array(Math.min(length, entry.sizeBytes));
  for (let at = 0; at < bytes.length;) {
    const { done, value } = await next(reader, entry.name);
    if (done) return bytes.slice(0, at);
    const some = value.subarray(0, bytes.length - at);
    bytes.set(some, at);
    at += some.length;
  }
  // What was not read of a damaged entry may end in an error that nobody asked for.
  await reader.cancel().catch(() => undefined);
  return bytes;
}

async function blobOf(archive: Archive, entry: DirectoryEntry): Promise<Blob> {
  const start = await startOf(archive, entry);
  const end = start + entry.compressedBytes;
  const raw = archive.file.slice(start, end);
  if (entry.method === STORED) {
    // A stream costs more than the bytes of a small one.
    if (entry.compressedBytes < SMALL_BYTES)
      checkCrc(entry, crc32(await archive.reader.bytes(archive.file, start, end)));
    else await eachPiece(entry, raw.stream(), () => {});
    return raw;
  }
  const whole = new GrowingBlob();
  await eachPiece(entry, inflate(raw.stream()), (piece) => whole.add(piece));
  return whole.blob;
}

const inflate = (packed: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  packed.pipeThrough(new DecompressionStream('deflate-raw'));

/** Where an entry's bytes begin. Throws where its local header disagrees with the directory. */
async function startOf(archive: Archive, entry: DirectoryEntry): Promise<number> {
  const { name, nameBytes, begin, limit, compressedBytes } = entry;
  const header = await archive.reader.bytes(archive.file, begin, begin + LOCAL_BYTES + nameBytes);
  const view = new DataView(header.buffer);
  const nameAgrees =
    view.getUint32(0, true) === LOCAL &&
    view.getUint16(26, true) === nameBytes &&
    decodeName(header.subarray(LOCAL_BYTES), false).replaceAll('\\', '/') === name.replaceAll('\\', '/');
  if (!nameAgrees)
    throw unsoundZip(
      `the header of ${shownName(name)} at byte ${begin}`,
      'something else, or a header with another name',
    );
  if (view.getUint16(8, true) !== entry.method || (view.getUint16(6, true) & ENCRYPTED) !== 0)
    throw unsoundZip(
      `one compression method for ${shownName(name)}, no encryption`,
      'two methods that differ',
    );
  const start = begin + LOCAL_BYTES + nameBytes + view.getUint16(28, true);
  if (start + compressedBytes > limit)
    throw unsoundZip(
      `${shownName(name)} to end before byte ${limit}, where something else begins`,
      `${compressedBytes} bytes from ${start} on`,
    );
  return start;
}

/**
 * Calls `use` with each piece of a stream and its offset, up
 * to the entry's size. Throws where size or checksum differ.
 */
async function eachPiece(
  entry: DirectoryEntry,
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  use: (piece: Uint8Array<ArrayBuffer>, at: number) => void,
): Promise<void> {
  const reader = stream.getReader();
  let at = 0;
  let crc = 0;
  for (;;) {
    const { done, value } = await next(reader, entry.name);
    if (done) break;
    if (at + value.length > entry.sizeBytes) {
      await reader.cancel();
      throw unsoundZip(`${entry.sizeBytes} bytes in ${shownName(entry.name)}`, 'more');
    }
    use(value, at);
    crc = crc32(value, crc);
    at += value.length;
  }
  if (at !== entry.sizeBytes)
    throw unsoundZip(`${entry.sizeBytes} bytes in ${shownName(entry.name)}`, `${at} bytes`);
  checkCrc(entry, crc);
}

/**
 * The next piece; the decompressor's TypeError (damaged
 * bytes) and a Blob's DOMException (file gone) become faults.
 */
async function next(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  name: string,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  try {
    return await reader.read();
  } catch (error) {
    throw unsoundZip(`bytes of ${shownName(name)} that can be read`, String(error).slice(0, 80), error);
  }
}

function checkCrc({ name, crc }: DirectoryEntry, found: number): void {
  if (found !== crc)
    throw unsoundZip(
      `CRC-32 ${crc.toString(16)} for ${shownName(name)}`,
      `${found.toString(16)}: the bytes have changed`,
    );
}
