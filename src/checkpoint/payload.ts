// A payload that is never made whole: the safetensors header and the tensors' own buffers, cut into chunks as they are
// written. Not here: the header's text (formats/safetensors.ts), the writing (save.ts).
import { encodeHeader } from '../formats/safetensors.ts';
import type { FileTensor } from './api.ts';

export interface Payload {
  bytes: number;
  /** Views of the pieces in order. */
  parts: Uint8Array<ArrayBuffer>[];
}

export function payloadOf(tensors: readonly FileTensor[], metadata: Record<string, string>): Payload {
  const parts = [
    encodeHeader(tensors, metadata),
    ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  return { bytes: parts.reduce((sum, { length }) => sum + length, 0), parts };
}

/**
 * The payload in chunks of `chunkBytes`, the last one shorter. A chunk inside one tensor is a view of it; others are put
 * together in one buffer that the next chunk reuses.
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
