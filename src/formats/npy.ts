// NumPy's .npy files (numpy.lib.format, versions 1 to 3): the header, and numbers out of the bytes behind it.
// Arrays of objects are pickles and are refused. Not here: what an array means (data/sources/layouts).
import { FaultError } from '../fault.ts';
import { viewOf } from './file-bytes.ts';
import { floatsOfHalves } from './half-floats.ts';
import { textAt } from './image-format.ts';

export interface NpyHeader {
  /** Letter and bytes of a number, as NumPy writes them: u1, f4. */
  code: NumberCode;
  littleEndian: boolean;
  /** Row-major. */
  shape: readonly number[];
  /** Where the numbers begin in the file. */
  begin: number;
  /** Bytes of one number. */
  itemBytes: number;
}

const MAGIC = '\x93NUMPY';
/** A header of plain numbers has some 100 bytes; NumPy itself refuses more than 10,000 by default. */
const MOST_HEADER_BYTES = 16 * 1024;

const CODES = ['b1', 'u1', 'u2', 'u4', 'u8', 'i1', 'i2', 'i4', 'i8', 'f2', 'f4', 'f8'] as const;
export type NumberCode = (typeof CODES)[number];

/**
 * The header of a .npy file of `size` bytes that begins with `start`, which has the header whole. Throws
 * FaultError kind `file` where it is none, holds something else than whole or floating-point numbers, has
 * columns first, or ends before its numbers do.
 */
export function npyHeader(start: Uint8Array, size: number): NpyHeader {
  const view = viewOf(start);
  if (start.length < 12 || textAt(start, 0, 6) !== MAGIC)
    throw unsound('"\\x93NUMPY" at its start', 'other bytes');
  const version = start[6] as number;
  if (version < 1 || version > 3) throw unsound('version 1, 2 or 3 of the format', `version ${version}`);
  const [from, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > MOST_HEADER_BYTES || from + length > start.length)
    throw unsound(`a whole header of at most ${MOST_HEADER_BYTES} bytes`, `${length} bytes`);
  const header = {
    ...parse(new TextDecoder().decode(start.subarray(from, from + length))),
    begin: from + length,
  };
  const numbers = header.shape.reduce((product, edge) => product * edge, 1);
  const end = header.begin + numbers * header.itemBytes;
  if (!Number.isSafeInteger(end) || end > size)
    throw unsound(`${end} bytes, as the shape [${header.shape.join(', ')}] needs`, `${size} bytes`);
  return header;
}

/** The header's text: a Python dict of three known keys. */
function parse(text: string): Omit<NpyHeader, 'begin'> {
  const [, order = '', code = ''] = /['"]descr['"]\s*:\s*['"]([<>|=]?)([a-zA-Z]\d*)/.exec(text) ?? [];
  if (code === 'O')
    throw unsound('numbers', 'Python objects (a pickle), which are not read because they can run code');
  const known = CODES.find((one) => one === code);
  if (!known) throw unsound('whole or floating-point numbers', shown(text));
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (shape === undefined) throw unsound('a shape', shown(text));
  const edges = shape
    .split(',')
    .map((edge) => edge.replace('L', '').trim())
    .filter((edge) => edge !== '')
    .map(Number);
  if (/['"]fortran_order['"]\s*:\s*True/.test(text) && edges.length > 1)
    throw unsound('rows first (fortran_order False), as np.ascontiguousarray makes them', 'columns first');
  return {
    code: known,
    littleEndian: order !== '>',
    shape: edges,
    itemBytes: Number(known.slice(1)),
  };
}

/** All numbers in `bytes`, in their order. `bytes`: a whole number of them, at any offset of their buffer. */
export function npyNumbers(
  { code, littleEndian, itemBytes }: NpyHeader,
  bytes: Uint8Array,
): ArrayLike<number> {
  if (code === 'u1' || code === 'b1') return bytes;
  if (code === 'f2') return floatsOfHalves(littleEndian ? bytes : swapped(bytes));
  const view = viewOf(bytes);
  const read = READERS[code];
  return Float64Array.from({ length: Math.floor(bytes.length / itemBytes) }, (_, i) =>
    read(view, i * itemBytes, littleEndian),
  );
}

const swapped = (bytes: Uint8Array): Uint8Array => bytes.map((_, i) => bytes[i ^ 1] as number);

const READERS: Record<
  Exclude<NumberCode, 'u1' | 'b1' | 'f2'>,
  (view: DataView, at: number, little: boolean) => number
> = {
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

const shown = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 128);

const unsound = (expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'This NumPy array cannot be read',
    what: 'Nothing of it was used.',
    expected,
    got,
    todo: ['Save the pictures again by numpy.save, as uint8 of shape [N, height, width, 3].'],
  });
