// Fingerprints of pictures: the same pixels, the same name, on every computer. Not here: what is done when they differ.
import { hexDigest } from '../formats/hex-digest.ts';

/** Bytes of pixels that are hashed together. Part of the fingerprint: never change it. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** Fingerprint of an imported set: SHA-256 over the SHA-256s of its pixels in chunks of 4 MiB, then "<count> x <size>". */
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
