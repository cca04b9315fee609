// The order of a save, whose every step can be the last before a crash: the checkpoint is there after step 5 and not
// before, and no other slot is touched. Not here: which slot is overwritten (retention.ts).
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

export interface SaveTimes {
  writeMs: number;
  flushMs: number;
  verifyMs: number;
}

/** What the caller says of a checkpoint; the rest of its header follows from the bytes. */
export type CheckpointFacts = Pick<
  SlotHeader,
  'runId' | 'name' | 'generation' | 'globalStep' | 'epoch' | 'meanLoss' | 'created'
>;

/** Digests in work at a time; each holds a copy of its chunk. */
const DIGESTS_AHEAD = 4;

/**
 * Writes a checkpoint into the slot of `handle`, which is large enough. On any error before the commit the slot is no
 * checkpoint. Throws FaultError kind `storage`.
 */
export async function saveIntoSlot(
  handle: SyncHandle,
  payload: Payload,
  facts: CheckpointFacts,
): Promise<{ header: SlotHeader; times: SaveTimes }> {
  const started = performance.now();

  // 1. From here on this slot is no checkpoint, on the disk too.
  zeroHeader(handle);

  // 2. The payload, and a digest of every chunk from the bytes in memory.
  const table = await writePayload(handle, payload);

  // 3. The table of digests; all of it to the disk.
  writeExactly(handle, tableOffset(payload.bytes), table);
  const written = performance.now();
  flush(handle);
  const flushed = performance.now();

  // 4. Read back: what the digests of step 2 say is what the file says.
  const header: SlotHeader = {
    ...facts,
    payloadBytes: payload.bytes,
    chunkBytes: CHUNK_BYTES,
    chunkCount: chunkCount(payload.bytes),
    rootDigest: await sha256(table),
  };
  for await (const _ of verifiedChunks(handle, header));
  const verified = performance.now();

  // 5. One sector, flushed: the commit.
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

/** Answers the digest table. */
async function writePayload(handle: SyncHandle, payload: Payload): Promise<Uint8Array<ArrayBuffer>> {
  const table = new Uint8Array(DIGEST_BYTES * chunkCount(payload.bytes));
  const ahead: Promise<void>[] = [];
  let index = 0;
  for (const chunk of chunksOf(payload, CHUNK_BYTES)) {
    const at = index * DIGEST_BYTES;
    // digest() copies the chunk before it returns, so that its buffer may be filled again at once.
    ahead.push(sha256(chunk).then((digest) => table.set(digest, at)));
    writeExactly(handle, PAYLOAD_OFFSET + index * CHUNK_BYTES, chunk);
    if (ahead.length === DIGESTS_AHEAD) await ahead.shift();
    index += 1;
  }
  await Promise.all(ahead);
  return table;
}
