// The fingerprint of an imported set: the same pixels give the same fingerprint on every computer.
// Not here: what happens where a run's fingerprint differs (trainer/run-pictures.ts).
import { hexDigest } from '../formats/hex-digest.ts';

/** Bytes of pixels in one digest. A change would change every fingerprint. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** SHA-256 (hex) over the SHA-256s of the pixels in chunks of 4 MiB, then the text "<count> x <size>". */
export async function pixelFingerprint(
  chunkDigests: readonly Uint8Array[],
  count: number,
  size: number,
): Promise<string> {
  const label = new TextEncoder().encode(`${count} x ${size}`);
  const all = new Uint8Array(chunkDigests.length * 32 + label.length);
  chunkDigests.forEach((digest, i) => all.set(digest, i * 32));
  all.set(label, chunkDigests.length * 32);
  return hexDigest(all);
}
