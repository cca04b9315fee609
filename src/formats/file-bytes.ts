// Bytes out of a file that the user chose: exactly those asked for, or a fault. Not here: what they mean.
import { FaultError } from '../fault.ts';

/** Bytes begin..end-1, in a buffer of their own. Throws FaultError kind `file` where the file has changed or is gone. */
export async function bytesOf(file: Blob, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  let bytes;
  try {
    bytes = new Uint8Array(await file.slice(begin, end).arrayBuffer());
  } catch (error) {
    throw unreadable(begin, end, String(error).slice(0, 80));
  }
  if (bytes.length !== end - begin) throw unreadable(begin, end, `${bytes.length} of them`);
  return bytes;
}

function unreadable(begin: number, end: number, got: string): FaultError {
  return new FaultError({
    kind: 'file',
    title: 'This file can no longer be read',
    what: 'It was cut off, changed or moved. Nothing was changed here.',
    expected: `bytes ${begin} to ${end} of the file`,
    got,
    todo: ['Choose the file again.'],
  });
}
