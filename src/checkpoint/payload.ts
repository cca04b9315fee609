// A payload that is never in memory as a whole: the safetensors header and the tensors' own buffers, cut into
// chunks as they are written. Not here: the header's text (formats/safetensors.ts), the writing (save.ts).
import { encodeHeader } from '../formats/safetensors.ts';
import type { FileTensor } from './api.ts';

export interface Payload {
  bytes: number;
  /** Header and tensors in the file's order, as views of their buffers. */
  parts: Uint8Array<ArrayBuffer>[];
}

/** The safetensors file of these tensors (float32) in this order; no number is copied. */
export function payloadOf(tensors: readonly FileTensor[], metadata: Record<string, string>): Payload {
  const parts = [
    encodeHeader(tensors, metadata),
    ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  return { bytes: parts.reduce((sum, { length }) => sum + length, 0), parts };
}

/**
 * The payload in chunks of `chunkBytes`, the last one shorter. A chunk inside one tensor is a view of the
 * tensor; any other is put together in a buffer that the next such chunk overwrites.
 */
export function* chunksOf(payload: Payload, chunkBytes: number): Generator<Uint8Array<ArrayBuffer>> {
  const staging = new Uint8Array(chunkBytes);
  let filled = 0;
  for (const part of payload.parts) {
    for (let at = 0; at < part.length;) {
      const take = Math.min(chunkBytes - filled, part.length - at);
      const piece = part.subarray(at, at + take);
      at += take;
      if (take === chunkBytes) {
        yield piece;
        continue;
      }
      staging.set(piece, filled);
      filled += take;
      if (filled === chunkBytes) {
        yield staging;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield staging.subarray(0, filled);
}
