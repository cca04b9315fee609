// Bytes in and out of a slot's file, with every return value checked: nothing counts as written that was not.
// Works on any synchronous handle. Not here: the order of a save (save.ts), where files lie (opfs.ts).
import {
  CHUNK_BYTES,
  DIGEST_BYTES,
  PAYLOAD_OFFSET,
  SECTOR_BYTES,
  type SlotHeader,
  tableOffset,
} from './slot.ts';
import { damaged, noRoom, otherFault, writeFault } from './storage-fault.ts';
import { FaultError } from '../fault.ts';

/** The part of FileSystemSyncAccessHandle that the store uses. */
export interface SyncHandle {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  flush(): void;
  getSize(): number;
  truncate(bytes: number): void;
  close(): void;
}

/** Chunks read ahead while their digests are computed: SHA-256 runs on the browser's own threads. */
const DIGESTS_AHEAD = 4;

/** Overwrites bytes of a file. Throws FaultError kind `storage` unless every byte was written. */
export function writeExactly(handle: SyncHandle, at: number, bytes: Uint8Array<ArrayBuffer>): void {
  const expected = `${bytes.length} bytes written at ${at}`;
  let written: number;
  try {
    written = handle.write(bytes, { at });
  } catch (error) {
    throw writeFault(error, expected, true);
  }
  if (written !== bytes.length) throw new FaultError(noRoom(expected, `${written} bytes`));
}

/** Waits until everything written is on the disk. Throws FaultError kind `storage`. */
export function flush(handle: SyncHandle): void {
  try {
    handle.flush();
  } catch (error) {
    throw writeFault(error, 'the written bytes on the disk', true);
  }
}

/** Fills `into` from byte `at` on. Throws FaultError kind `storage` unless all bytes are there. */
export function readExactly(handle: SyncHandle, at: number, into: Uint8Array<ArrayBuffer>): void {
  const expected = `${into.length} bytes at ${at}`;
  let read: number;
  try {
    read = handle.read(into, { at });
  } catch (error) {
    throw otherFault(error, expected);
  }
  if (read !== into.length) throw damaged('The file is shorter than it was.', expected, `${read} bytes`);
}

/**
 * Makes a file dense up to `bytes`: real bytes, whose space no other file can take. Only bytes from `from` on
 * are written; where that is 0, the header becomes zero. Throws FaultError kind `storage`.
 */
export function prewrite(handle: SyncHandle, bytes: number, from = 0): void {
  const filler = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(0, bytes - from)));
  // Random bytes: a file system may store zeros as a hole.
  for (let at = 0; at < filler.length; at += 65_536) crypto.getRandomValues(filler.subarray(at, at + 65_536));
  const expected = `${bytes} bytes of room`;
  try {
    for (let at = from; at < bytes; at += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, bytes - at);
      const piece =
        at === 0 ? filler.slice(0, length).fill(0, 0, PAYLOAD_OFFSET) : filler.subarray(0, length);
      const written = handle.write(piece, { at });
      if (written !== piece.length) throw new FaultError(noRoom(expected, `${at + written} bytes`));
    }
    handle.flush();
  } catch (error) {
    throw writeFault(error, expected, false);
  }
}

/** The 512 bytes of the header. Throws FaultError kind `storage`. */
export function readSector(handle: SyncHandle): Uint8Array<ArrayBuffer> {
  const sector = new Uint8Array(SECTOR_BYTES);
  readExactly(handle, 0, sector);
  return sector;
}

/**
 * Writes the header's sector, durably, and reads it back: the commit of a save. Throws FaultError kind
 * `storage`, also where other bytes are read than were written.
 */
export function writeSector(handle: SyncHandle, sector: Uint8Array<ArrayBuffer>): void {
  writeExactly(handle, 0, sector);
  flush(handle);
  if (!sameBytes(readSector(handle), sector))
    throw damaged('Its header was not written as it should be.', 'the header that was written', 'another');
}

/** Makes the slot empty, durably. */
export const zeroHeader = (handle: SyncHandle): void => writeSector(handle, new Uint8Array(SECTOR_BYTES));

/** SHA-256 of the bytes, 32 bytes. The bytes are copied before the call returns. */
export const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * The payload's chunks in order, each once its digest is found right; `at` counts
 * from the payload's start. A chunk's bytes are valid until the next chunk is
 * asked for. Throws FaultError kind `storage` at the first chunk that has changed.
 */
export async function* verifiedChunks(
  handle: SyncHandle,
  header: SlotHeader,
): AsyncGenerator<{ at: number; bytes: Uint8Array<ArrayBuffer> }> {
  const { payloadBytes, chunkBytes, chunkCount, rootDigest } = header;
  const table = new Uint8Array(DIGEST_BYTES * chunkCount);
  readExactly(handle, tableOffset(payloadBytes), table);
  if (!sameBytes(await sha256(table), rootDigest))
    throw damaged(
      'Its table of digests has changed since it was written.',
      'the table that was written',
      'a different table',
    );

  // Reads and digests run a few chunks ahead of the reader, each in a buffer of its own.
  const buffers = Array.from(
    { length: Math.min(DIGESTS_AHEAD, chunkCount) },
    () => new Uint8Array(chunkBytes),
  );
  const ahead: { at: number; bytes: Uint8Array<ArrayBuffer>; digest: Promise<Uint8Array> }[] = [];
  for (let next = 0, i = 0; i < chunkCount; i++) {
    for (; next < chunkCount && ahead.length < buffers.length; next++) {
      const at = next * chunkBytes;
      const buffer = buffers[next % buffers.length] ?? new Uint8Array(chunkBytes);
      const bytes = buffer.subarray(0, Math.min(chunkBytes, payloadBytes - at));
      readExactly(handle, PAYLOAD_OFFSET + at, bytes);
      ahead.push({ at, bytes, digest: sha256(bytes) });
    }
    const chunk = ahead[0];
    if (!chunk) return;
    const expected = table.subarray(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1));
    if (!sameBytes(await chunk.digest, expected))
      throw damaged(
        `Chunk ${i + 1} of ${chunkCount} has changed since it was written.`,
        `SHA-256 ${hex(expected).slice(0, 16)}…`,
        `${hex(await chunk.digest).slice(0, 16)}…`,
      );
    yield chunk;
    ahead.shift();
  }
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
