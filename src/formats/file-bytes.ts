// Reads bytes of a file that the user chose: exactly the
// bytes asked for, or a fault. Not here: many small pieces of one file (read-ahead.ts), their meaning.
import { type Fault, FaultError } from '../fault.ts';

/**
 * Bytes begin..end-1, in a buffer of their own. Throws FaultError kind
 * `file` where the file has changed since it was chosen or is gone.
 */
export async function readBytes(file: Blob, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  let bytes;
  try {
    bytes = new Uint8Array(await file.slice(begin, end).arrayBuffer());
  } catch (error) {
    throw unreadable(begin, end, String(error).slice(0, 80), error);
  }
  if (bytes.length !== end - begin) throw unreadable(begin, end, `${bytes.length} bytes`);
  return bytes;
}

/** A DataView of exactly these bytes, at any offset of their buffer. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function unreadable(begin: number, end: number, got: string, cause?: unknown): FaultError {
  const fault: Fault = {
    kind: 'file',
    title: 'This file can no longer be read',
    what: 'It was cut off, changed or moved since you chose it. Nothing was changed here.',
    expected: `bytes ${begin} to ${end} of the file`,
    got,
    todo: ['Choose the file again.'],
  };
  return new FaultError(fault, cause);
}
