// Where the directory of a zip archive lies (PKWARE APPNOTE 6.3.10, sections
// 4.3.14 to 4.3.16): the end records, ZIP64 included, so strictly that there
// is one reading. Not here: the directory itself (zip-directory.ts).
import { type Fault, FaultError } from '../fault.ts';
import { readBytes, viewOf } from './file-bytes.ts';
import { cutOff } from './safetensors-scanner.ts';

/** Bytes of the directory for each entry that is allowed: names of some hundred letters. */
const DIRECTORY_BYTES_EACH = 840;
/** Longest text of a file that a message repeats. */
const SHOWN = 80;

const END = 0x0605_4b50;
const END_BYTES = 22;
const END64 = 0x0606_4b50;
const END64_BYTES = 56;
const LOCATOR64 = 0x0706_4b50;
const LOCATOR64_BYTES = 20;

/** A fault of kind `file` for an archive that is not as the specification asks. */
export function unsoundZip(expected: string, got: string, cause?: unknown): FaultError {
  const fault: Fault = {
    kind: 'file',
    title: 'This is not a sound zip archive',
    what: 'It was not opened, and nothing was changed.',
    expected,
    got,
    todo: ['Choose another file.', 'Or make or copy it again where it came from.'],
  };
  return new FaultError(fault, cause);
}

/** The name of an entry in quotes, shortened to 80 characters for a message. */
export const shownName = (name: string): string => JSON.stringify(name.slice(0, SHOWN));

/**
 * The uint64 at byte `at`. Throws FaultError kind `file`
 * from 2^53 on. `what`: the number's name in the message.
 */
export function readUint64(view: DataView, at: number, what: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw unsoundZip(`${what} below 2^53`, `${value}`);
  return Number(value);
}

/** Where the directory lies: `begin` and `bytes` in bytes, `count` entries. */
export interface Directory {
  count: number;
  begin: number;
  bytes: number;
}

/** Finds the end record: the one whose comment reaches exactly to the end of the file. */
async function findEnd(file: Blob): Promise<{ at: number; record: DataView }> {
  const from = Math.max(0, file.size - END_BYTES - 0xffff);
  const tail = await readBytes(file, from, file.size);
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === tail.length)
      return { at: from + at, record: new DataView(tail.buffer, at, END_BYTES) };
  }
  throw cutOff('zip archive', 'the record that ends a zip archive', `${file.size} bytes without one`);
}

/**
 * The directory's place. Throws FaultError kind `file` without an end record, with two readings, or with more
 * than `most` entries.
 */
export async function readEnd(file: Blob, most: number): Promise<Directory> {
  const { at, record } = await findEnd(file);
  const [disk, directoryDisk] = [record.getUint16(4, true), record.getUint16(6, true)];
  if ((disk !== 0 && disk !== 0xffff) || (directoryDisk !== 0 && directoryDisk !== 0xffff))
    throw unsoundZip('an archive in one file', `part ${disk} of several`);
  const small = {
    count: record.getUint16(10, true),
    bytes: record.getUint32(12, true),
    begin: record.getUint32(16, true),
  };
  const large = await readEnd64(file, at);
  if (!large) {
    checkPlace(small, at, most);
    return small;
  }
  for (const [key, unset] of [
    ['count', 0xffff],
    ['bytes', 0xffff_ffff],
    ['begin', 0xffff_ffff],
  ] as const)
    if (small[key] !== unset && small[key] !== large[key])
      throw unsoundZip(`one ${key} of the directory in both end records`, `${small[key]} and ${large[key]}`);
  checkPlace(large, at - LOCATOR64_BYTES - END64_BYTES, most);
  return large;
}

/** The ZIP64 end record in front of the end record at `end`; null where there is none. */
async function readEnd64(file: Blob, end: number): Promise<Directory | null> {
  const from = end - LOCATOR64_BYTES - END64_BYTES;
  if (from < 0) return null;
  const view = viewOf(await readBytes(file, from, end));
  if (view.getUint32(END64_BYTES, true) !== LOCATOR64) return null;
  const at = readUint64(view, END64_BYTES + 8, 'the place of the ZIP64 record');
  if (at !== from || view.getUint32(0, true) !== END64)
    throw unsoundZip(`the ZIP64 end record at ${from}`, `a locator that says ${at}`);
  return {
    count: readUint64(view, 32, 'a count of entries'),
    bytes: readUint64(view, 40, 'a size of the directory'),
    begin: readUint64(view, 48, 'a place of the directory'),
  };
}

/** Throws unless the directory ends where the end records begin and is within the limits. */
function checkPlace({ count, begin, bytes }: Directory, end: number, most: number): void {
  if (count > most) throw unsoundZip(`at most ${most} entries`, `${count}`);
  if (bytes > most * DIRECTORY_BYTES_EACH)
    throw unsoundZip(`a directory of at most ${most * DIRECTORY_BYTES_EACH} bytes`, `${bytes}`);
  if (begin + bytes !== end)
    throw unsoundZip(`a directory that ends at ${end}`, `${bytes} bytes of it from ${begin} on`);
}
