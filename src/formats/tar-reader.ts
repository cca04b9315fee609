// Lists a tar archive that is a Blob, reading little but its headers: POSIX ustar and pax, GNU's long names
// and large sizes (IEEE 1003.1-2017, pax; the GNU tar manual, "Basic Tar Format"). A file is a slice of it.
// Not here: compressed archives (gzip.ts), what the files are.
import { viewOf } from './file-bytes.ts';
import { ReadAhead } from './read-ahead.ts';

const BLOCK = 512;
/** A pax header or a long name of more bytes is none that a person's archive has. */
const MOST_HEADER_BYTES = 1024 * 1024;
/** Files, folders and links. */
const MOST_MEMBERS = 500_000;

/** Where the fields of a header lie: begin and end, in bytes. */
const FIELDS = {
  name: [0, 100],
  size: [124, 136],
  checksum: [148, 156],
  magic: [257, 263],
  prefix: [345, 500],
} as const;
const TYPE_AT = 156;
/** Files: POSIX, before POSIX, contiguous. */
const FILE_TYPES: ReadonlySet<string> = new Set(['0', '\x00', '7']);

export interface TarEntry {
  /** With "/" between folders, as it is stored: it may begin with "./", "/" or have "..". */
  name: string;
  begin: number;
  sizeBytes: number;
}

export interface TarListing {
  /** Files that are whole, in the archive's order. */
  entries: TarEntry[];
  /** Links, devices and sparse files, which have no bytes of their own: their names. */
  others: string[];
  /** Why the listing ends before the archive does; null: it does not. Begins with "it". */
  cut: string | null;
}

/** Whether a file that begins with these bytes, 512 at least, is a tar archive: its first header sums up. */
export const isTar = (head: Uint8Array): boolean => head.length >= BLOCK && sumsUp(head.subarray(0, BLOCK));

/** What a listing may be given. */
interface Listing {
  reader?: ReadAhead;
  signal?: AbortSignal | undefined;
}

/**
 * Every file of the archive; of one that is cut off or damaged those before. Rejects where it is gone, and
 * with an AbortError where `signal` is aborted.
 */
export async function listTar(
  file: Blob,
  { reader = new ReadAhead(), signal }: Listing = {},
): Promise<TarListing> {
  const listing: TarListing = { entries: [], others: [], cut: null };
  let next: Extended = {};
  let members = 0;
  for (let at = 0; at < file.size;) {
    signal?.throwIfAborted();
    if (at + BLOCK > file.size) return { ...listing, cut: `it ends within a header, at byte ${at}` };
    const block = await reader.bytes(file, at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return listing;
    if (!sumsUp(block)) return { ...listing, cut: `it is damaged at byte ${at}` };
    const type = String.fromCharCode(block[TYPE_AT] ?? 0);
    const isNote = 'xgLK'.includes(type);
    const sizeBytes = isNote ? sizeIn(block) : (next.size ?? sizeIn(block));
    const name = (isNote ? undefined : next.path) ?? nameIn(block);
    const begin = at + BLOCK;
    at = begin + Math.ceil(sizeBytes / BLOCK) * BLOCK;
    if (!(begin + sizeBytes <= file.size))
      return { ...listing, cut: `it ends within ${JSON.stringify(name.slice(0, 80))}` };
    if (isNote) {
      if (sizeBytes > MOST_HEADER_BYTES) return { ...listing, cut: `it is damaged at byte ${begin - BLOCK}` };
      next = { ...next, ...noteIn(type, await reader.bytes(file, begin, begin + sizeBytes)) };
      continue;
    }
    if (++members > MOST_MEMBERS) return { ...listing, cut: `it has over ${MOST_MEMBERS} files and folders` };
    if (!FILE_TYPES.has(type) || next.sparse) {
      if (type !== '5') listing.others.push(name);
    } else if (!name.endsWith('/')) listing.entries.push({ name, begin, sizeBytes });
    next = {};
  }
  return { ...listing, cut: 'it ends without the mark of its end, so something may be missing' };
}

/** What a note says of the file behind it. */
interface Extended {
  path?: string;
  size?: number;
  sparse?: boolean;
}

/** Reads a pax header or GNU's long name; those that say nothing of names and sizes are empty. */
function noteIn(type: string, bytes: Uint8Array): Extended {
  if (type === 'L') return { path: textIn(bytes) };
  if (type !== 'x') return {};
  const found: Extended = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(textIn(bytes.subarray(at, space)));
    if (space < 0 || !(length > space - at)) break;
    // "<length> <key>=<value>\n", the length counted from its own first digit.
    const record = textIn(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === 'path') found.path = value;
    if (key === 'size' && /^\d+$/.test(value) && Number.isSafeInteger(Number(value)))
      found.size = Number(value);
    if (key.startsWith('GNU.sparse.')) found.sparse = true;
    at += length;
  }
  return found;
}

const field = (block: Uint8Array, name: keyof typeof FIELDS): Uint8Array => block.subarray(...FIELDS[name]);

/** Up to the first NUL: UTF-8, else a letter for each byte. */
function textIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return Array.from(text, (byte) => String.fromCharCode(byte)).join('');
  }
}

/** The prefix is POSIX's alone; GNU has times in its place. */
function nameIn(block: Uint8Array): string {
  const prefix =
    textIn(field(block, 'magic')) === 'ustar' && block[262] === 0 ? textIn(field(block, 'prefix')) : '';
  const name = textIn(field(block, 'name'));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits, or with the first bit set a number of 64 bits, big-endian. NaN where it is neither. */
function sizeIn(block: Uint8Array): number {
  const bytes = field(block, 'size');
  if (((bytes[0] ?? 0) & 0x80) === 0) return octal(bytes);
  const size = viewOf(bytes).getBigUint64(4);
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? NaN : Number(size);
}

const octal = (bytes: Uint8Array): number => {
  const digits = textIn(bytes).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : digits === '' ? 0 : NaN;
};

/** Whether a header's checksum is that of its bytes, its own eight counted as spaces. */
function sumsUp(block: Uint8Array): boolean {
  const [begin, end] = FIELDS.checksum;
  let sum = 8 * 0x20;
  for (const [i, byte] of block.entries()) if (i < begin || i >= end) sum += byte;
  return sum !== 8 * 0x20 && octal(field(block, 'checksum')) === sum;
}
