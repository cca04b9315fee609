// SHA-256 as text, for fingerprints and digests that are shown or stored as words. Not here: the binary
// digests of a slot (checkpoint/slot-file.ts).

/** SHA-256 of the bytes as 64 hexadecimal digits in lower case. */
export async function hexDigest(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
