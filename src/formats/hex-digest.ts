// SHA-256 as text. For fingerprints and digests that are shown or kept as words; slots keep theirs as bytes (checkpoint/).

/** SHA-256 in small hexadecimal letters. */
export async function hexDigest(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
