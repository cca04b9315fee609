// Numbers and arrays of NumPy as a pickle spells them: a dtype, and bytes as Latin-1 text. Not here: the
// pickle's opcodes (pickle-reader.ts), which globals make these values (torch-objects.ts).
import type { ReadingBudget } from './reading-budget.ts';
import { PythonObject } from './torch-values.ts';

/** Larger arrays stay unread: a number takes 8 bytes in memory, and 1 in the file at the least. */
const MOST_NUMBERS = 1 << 21;

/** Bytes of Python, one character a byte. */
export class PythonBytes extends PythonObject {
  readonly text: string;
  constructor(text: string) {
    super('bytes');
    this.text = text;
  }
}

/** numpy.dtype: `code` is a letter and the bytes of a number, such as f8. */
export class NumpyDtype extends PythonObject {
  readonly code: string;
  /** Set by the pickle after the dtype is made. */
  littleEndian = true;
  constructor(code: string) {
    super('numpy.dtype');
    this.code = code;
  }
}

/** numpy.ndarray: its numbers in the order of its bytes; null where they are not read. */
export class NumpyArray extends PythonObject {
  numbers: Float64Array | null = null;
  constructor() {
    super('numpy.ndarray');
  }
}

const READERS: ReadonlyMap<string, (view: DataView, at: number, little: boolean) => number> = new Map([
  ['f8', (view, at, little) => view.getFloat64(at, little)],
  ['f4', (view, at, little) => view.getFloat32(at, little)],
  ['i8', (view, at, little) => Number(view.getBigInt64(at, little))],
  ['i4', (view, at, little) => view.getInt32(at, little)],
  ['i2', (view, at, little) => view.getInt16(at, little)],
  ['i1', (view, at) => view.getInt8(at)],
  ['u8', (view, at, little) => Number(view.getBigUint64(at, little))],
  ['u4', (view, at, little) => view.getUint32(at, little)],
  ['u2', (view, at, little) => view.getUint16(at, little)],
  ['u1', (view, at) => view.getUint8(at)],
  ['b1', (view, at) => view.getUint8(at)],
]);

/**
 * The numbers in these bytes; null where the dtype is none of whole and floating-point numbers, the bytes are
 * no multiple of its size, or they are over two million.
 */
export function numpyNumbers(
  { code, littleEndian }: NumpyDtype,
  { text }: PythonBytes,
  budget: ReadingBudget,
): Float64Array | null {
  const [read, size] = [READERS.get(code), Number(code.slice(1))];
  if (!read || text.length % size !== 0 || text.length / size > MOST_NUMBERS) return null;
  budget.spend(text.length + (8 * text.length) / size);
  const view = new DataView(Uint8Array.from(text, (char) => char.charCodeAt(0)).buffer);
  return Float64Array.from({ length: text.length / size }, (_, i) => read(view, i * size, littleEndian));
}
