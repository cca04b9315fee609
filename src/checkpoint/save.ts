// The order of a save, in which every step can be the last before a crash: the checkpoint exists from step 5
// on and not before, and no other slot is touched. Not here: which slot is overwritten (retention.ts).
import { chunksOf, type Payload } from './payload.ts';
import {
  CHUNK_BYTES,
  chunkCount,
  DIGEST_BYTES,
  encodeSector,
  PAYLOAD_OFFSET,
  type SlotHeader,
  tableOffset,
} from './slot.ts';
import {
  flush,
  sha256,
  type SyncHandle,
  verifiedChunks,
  writeExactly,
  writeSector,
  zeroHeader,
} from './slot-file.ts';

/** Milliseconds of a save's parts. */
export interface SaveTimes {
  writeMs: number;
  flushMs: number;
  verifyMs: number;
}

/** The part of a slot's header that the caller gives; the rest follows from the payload. */
export type CheckpointFacts = Pick<
  SlotHeader,
  'runId' | 'name' | 'generation' | 'globalStep' | 'epoch' | 'meanLoss' | 'created' | 'autosave'
>;

/** Digests computed at a time; each holds a copy of its chunk. */
const DIGESTS_AHEAD = 4;

/**
 * Writes a checkpoint into the slot of `handle`, which must be large enough. After an error before the commit
 * the slot is no checkpoint. Throws FaultError kind `storage`.
 */
export async function saveIntoSlot(
  handle: SyncHandle,
  payload: Payload,
  facts: CheckpointFacts,
): Promise<{ header: SlotHeader; times: SaveTimes }> {
  const started = performance.now();

  // 1. From here on this slot is no checkpoint, on the disk too.
  zeroHeader(handle);

  // 2. The payload, and a digest of every chunk, computed from the bytes in memory.
  const table = await writePayload(handle, payload);

  // 3. The table of digests; then everything is flushed to the disk.
  writeExactly(handle, tableOffset(payload.bytes), table);
  const written = performance.now();
  flush(handle);
  const flushed = performance.now();

  // 4. Read back: the file has the digests of step 2.
  const header: SlotHeader = {
    ...facts,
    payloadBytes: payload.bytes,
    chunkBytes: CHUNK_BYTES,
    chunkCount: chunkCount(payload.bytes),
    rootDigest: await sha256(table),
  };
  for await (const _ of verifiedChunks(handle, header));
  const verified = performance.now();

  // 5. One sector, flushed and read back: the commit.
  writeSector(handle, encodeSector(header));
  const committed = performance.now();

  return {
    header,
    times: {
      writeMs: written - started,
      flushMs: flushed - written + committed - verified,
      verifyMs: verified - flushed,
    },
  };
}

/** Writes the payload; answers the table of digests. */
async function writePayload(handle: SyncHandle, payload: Payload): Promise<Uint8Array<ArrayBuffer>> {
  const table = new Uint8Array(DIGEST_BYTES * chunkCount(payload.bytes));
  const ahead: Promise<void>[] = [];
  let index = 0;
  for (const chunk of chunksOf(payload, CHUNK_BYTES)) {
    const at = index * DIGEST_BYTES;
    // digest() copies the chunk before it returns, so the chunk's buffer may be filled again at once.
    ahead.push(sha256(chunk).then((digest) => table.set(digest, at)));
    writeExactly(handle, PAYLOAD_OFFSET + index * CHUNK_BYTES, chunk);
    if (ahead.length === DIGESTS_AHEAD) await ahead.shift();
    index += 1;
  }
  await Promise.all(ahead);
  return table;
}
