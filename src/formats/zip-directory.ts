// The central directory of a zip archive (PKWARE APPNOTE 6.3.10, section 4.3.12): which entries there are and
// where, so strictly that every byte has one reading. An entry that has not is refused, alone or with the
// whole archive. Not here: where the directory lies (zip-end.ts), the entries' bytes (zip-reader.ts).
import { FaultError } from '../fault.ts';
import { textOfCodePage437 } from './code-page-437.ts';
import { readBytes, viewOf } from './file-bytes.ts';
import { readUint64, readEnd, shownName, unsoundZip } from './zip-end.ts';

const MAX_NAME_LENGTH = 1024;

const CENTRAL = 0x0201_4b50;
const CENTRAL_BYTES = 46;
/** Bytes of a local header before its name. */
export const LOCAL_BYTES = 30;

/** Compression methods. */
export const STORED = 0;
const DEFLATED = 8;
/** Flags of entries that are refused: encrypted, patched, strongly encrypted, masked. */
const REFUSED_FLAGS = 0x2061;
const UTF8_NAME = 0x0800;
const ZIP64_EXTRA = 1;
/** The most that deflate can grow (258 bytes from two bits): allowed up to 64 MiB. */
const MOST_INFLATION = 1032;
const SMALL_BYTES = 64 * 1024 * 1024;
/** Allowed for larger entries: a bomb grows a thousandfold, numbers and pictures hardly at all. */
const LARGE_INFLATION = 16;

/** One entry as the directory states it. Sizes and offsets in bytes. */
export interface DirectoryEntry {
  name: string;
  /** Bytes of its name. */
  nameBytes: number;
  method: number;
  crc: number;
  compressedBytes: number;
  sizeBytes: number;
  /** Where the local header begins, and where the next thing in the archive begins. */
  begin: number;
  limit: number;
}

/** What an archive may be. */
export interface ZipRules {
  /** Compressed entries are refused. */
  stored: boolean;
  /** 20,000 where it is absent. */
  mostEntries?: number;
  /**
   * Takes an entry that is refused, by its name, and the others are read; absent: it refuses the archive. The
   * names then may have been written by Windows, with "\\" between folders.
   */
  onRefused?: (name: string, error: FaultError) => void;
}

const MOST_ENTRIES = 20_000;

/**
 * A name as text: UTF-8, also where no flag says so, else code page 437. Throws FaultError where the flag
 * lies.
 */
export function decodeName(raw: Uint8Array, isUtf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    if (isUtf8) throw unsoundZip('names in UTF-8', `bytes ${raw.slice(0, 16).join(' ')}`);
    return textOfCodePage437(raw);
  }
}

function checkName(name: string): void {
  const parts = name.split('/');
  const isAbsolute = name.startsWith('/') || /^[A-Za-z]:/.test(name);
  // oxlint-disable-next-line no-control-regex -- a name with NUL is two names
  if (
    name === '' ||
    name.length > MAX_NAME_LENGTH ||
    isAbsolute ||
    parts.includes('..') ||
    /[\\\0]/.test(name)
  )
    throw unsoundZip('names inside the archive, with "/" and without ".."', shownName(name));
}

/**
 * Fills in the sizes and the offset that do not fit in 32
 * bits: an extra field has exactly those, in this order.
 */
function readZip64(extra: Uint8Array, values: [number, number, number], name: string): void {
  if (!values.includes(0xffff_ffff)) return;
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === ZIP64_EXTRA && end <= extra.length) {
      at += 4;
      for (const [i, value] of values.entries()) {
        if (value !== 0xffff_ffff) continue;
        if (at + 8 > end) throw unsoundZip(`ZIP64 sizes for ${shownName(name)}`, 'too few sizes');
        values[i] = readUint64(view, at, `a size of ${shownName(name)}`);
        at += 8;
      }
      return;
    }
    at = end;
  }
  throw unsoundZip(`ZIP64 sizes for ${shownName(name)}`, 'none');
}

/** The entry at byte `at`, whatever it claims, and where the next one begins. Throws where there is none. */
function readEntry(
  directory: Uint8Array,
  at: number,
): { entry: DirectoryEntry; flags: number; extra: Uint8Array; next: number } {
  const view = viewOf(directory);
  if (at + CENTRAL_BYTES > directory.length || view.getUint32(at, true) !== CENTRAL)
    throw unsoundZip(`an entry at byte ${at} of the directory`, 'something else');
  const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > directory.length)
    throw unsoundZip(`a whole entry at byte ${at} of the directory`, 'a part of an entry');
  const flags = view.getUint16(at + 8, true);
  const rawName = directory.subarray(at + CENTRAL_BYTES, nameEnd);
  const entry = {
    name: decodeName(rawName, (flags & UTF8_NAME) !== 0),
    nameBytes: rawName.length,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressedBytes: view.getUint32(at + 20, true),
    sizeBytes: view.getUint32(at + 24, true),
    begin: view.getUint32(at + 42, true),
    limit: 0,
  };
  return { entry, flags, extra: directory.subarray(nameEnd, extraEnd), next };
}

/** Fills in sizes of 64 bits. Throws FaultError where name, flags or sizes are not as they must be. */
function checkEntry(
  entry: DirectoryEntry,
  { flags, extra, stored, names }: { flags: number; extra: Uint8Array; stored: boolean; names: Set<string> },
): void {
  const { name } = entry;
  checkName(name);
  if (flags & REFUSED_FLAGS)
    throw unsoundZip('entries without encryption', `flags 0x${flags.toString(16)} for ${shownName(name)}`);
  const sizes: [number, number, number] = [entry.sizeBytes, entry.compressedBytes, entry.begin];
  readZip64(extra, sizes, name);
  [entry.sizeBytes, entry.compressedBytes, entry.begin] = sizes;
  checkSizes(entry, stored);
  if (names.has(name)) throw unsoundZip('every name once', `${shownName(name)} twice`);
  names.add(name);
}

function checkSizes({ name, method, compressedBytes, sizeBytes }: DirectoryEntry, stored: boolean): void {
  if (method !== STORED && (stored || method !== DEFLATED))
    throw unsoundZip(
      stored ? 'stored entries only, as torch.save writes them' : 'stored or deflated entries',
      `compression method ${method} for ${shownName(name)}`,
    );
  const sound =
    method === STORED
      ? sizeBytes === compressedBytes
      : sizeBytes <=
        Math.max(Math.min(compressedBytes * MOST_INFLATION, SMALL_BYTES), compressedBytes * LARGE_INFLATION);
  if (!sound)
    throw unsoundZip(
      `sizes of ${shownName(name)} that add up`,
      `${sizeBytes} bytes from ${compressedBytes} ${method === STORED ? 'stored' : 'deflated'} ones`,
    );
}

/**
 * Sets each entry's limit, the begin of the next entry; calls `refuse` for one that reaches beyond it.
 * Folders count: their headers take bytes too.
 */
function checkOverlap(
  entries: readonly DirectoryEntry[],
  directoryBegin: number,
  refuse: (entry: DirectoryEntry, error: FaultError) => void,
): void {
  const sorted = entries.toSorted((a, b) => a.begin - b.begin);
  for (const [i, entry] of sorted.entries()) {
    entry.limit = sorted[i + 1]?.begin ?? directoryBegin;
    const least = entry.begin + LOCAL_BYTES + entry.nameBytes + entry.compressedBytes;
    if (least > entry.limit)
      refuse(
        entry,
        unsoundZip(
          `${shownName(entry.name)} to end before byte ${entry.limit}, where something else begins`,
          `${entry.compressedBytes} bytes from ${entry.begin} on`,
        ),
      );
  }
}

/**
 * The entries in the directory's order, without folders. Throws FaultError kind `file` for too many entries,
 * a directory that is damaged, and, without `onRefused`, for encryption, other methods, overlap, duplicate or
 * escaping names, sizes that do not add up.
 */
export async function readDirectory(
  file: Blob,
  { stored, mostEntries = MOST_ENTRIES, onRefused }: ZipRules,
): Promise<DirectoryEntry[]> {
  const { count, begin, bytes } = await readEnd(file, mostEntries);
  const directory = await readBytes(file, begin, begin + bytes);
  const entries: DirectoryEntry[] = [];
  const refused = new Set<DirectoryEntry>();
  const refuse = (entry: DirectoryEntry, error: unknown): void => {
    if (!onRefused || !(error instanceof FaultError)) throw error;
    if (!refused.has(entry)) onRefused(entry.name, error);
    refused.add(entry);
  };
  const names = new Set<string>();
  for (let at = 0; at < bytes;) {
    if (entries.length === count) throw unsoundZip(`${count} entries, as the end record says`, 'more');
    const { entry, flags, extra, next } = readEntry(directory, at);
    if (onRefused) entry.name = entry.name.replaceAll('\\', '/');
    try {
      checkEntry(entry, { flags, extra, stored, names });
    } catch (error) {
      refuse(entry, error);
    }
    entries.push(entry);
    at = next;
  }
  if (entries.length !== count)
    throw unsoundZip(`${count} entries, as the end record says`, `${entries.length}`);
  checkOverlap(entries, begin, refuse);
  return entries.filter((entry) => !entry.name.endsWith('/') && !refused.has(entry));
}
