// A checkpoint out of its slot: verified chunk by chunk, then taken apart into tensors. Not here: which
// checkpoint (recovery.ts), what the tensors mean (trainer/checkpoint-file.ts).
import {
  allocateTensors,
  headerBytes,
  parseHeader,
  type SafetensorsHeader,
  scatter,
} from '../formats/safetensors.ts';
import { checkTensors } from '../formats/safetensors-values.ts';
import type { FileTensor } from './api.ts';
import { PAYLOAD_OFFSET, type SlotHeader } from './slot.ts';
import { readExactly, type SyncHandle, verifiedChunks } from './slot-file.ts';
import { provesDamage } from './storage-fault.ts';

/**
 * The tensors, each in a buffer of its own, and the metadata. Throws FaultError:
 * kind `storage` where bytes have changed since the save, `file` where they are
 * no sound safetensors file, `not-finite` for NaN or Inf in weights and moments.
 */
export async function loadSlot(
  handle: SyncHandle,
  slot: SlotHeader,
): Promise<{ tensors: FileTensor[]; metadata: Record<string, string> }> {
  const header = headerOfPayload(handle, slot);
  const tensors = allocateTensors(header);
  for await (const { at, bytes: chunk } of verifiedChunks(handle, slot)) scatter(header, tensors, at, chunk);
  checkTensors(tensors);
  return { tensors, metadata: { ...header.metadata } };
}

/**
 * The metadata alone, unverified, from the payload's first
 * bytes. Throws FaultError kind `file` for a broken header.
 */
export const metadataOfSlot = (handle: SyncHandle, slot: SlotHeader): Record<string, string> => ({
  ...headerOfPayload(handle, slot).metadata,
});

function headerOfPayload(handle: SyncHandle, { payloadBytes }: SlotHeader): SafetensorsHeader {
  const first = new Uint8Array(8);
  readExactly(handle, PAYLOAD_OFFSET, first);
  const bytes = new Uint8Array(headerBytes(first, payloadBytes));
  readExactly(handle, PAYLOAD_OFFSET, bytes);
  return parseHeader(bytes, payloadBytes);
}

/**
 * What `read` gives, asked once more where the browser refused to read. What is proven damaged by the first
 * time is not read again. Throws as `read` does.
 */
export async function readPatiently<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (provesDamage(error)) throw error;
    return read();
  }
}

/**
 * The payload as a file <name>.safetensors, made of verified
 * slices. Throws as loadSlot does for changed bytes.
 */
export async function fileOfSlot(handle: SyncHandle, slot: SlotHeader): Promise<File> {
  const slices: Blob[] = [];
  for await (const { bytes } of verifiedChunks(handle, slot)) slices.push(new Blob([bytes]));
  return new File(slices, `${slot.name}.safetensors`, { type: 'application/octet-stream' });
}
