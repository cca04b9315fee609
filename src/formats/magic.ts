// How files begin: by this they are told apart, whatever they are called. Not here: reading them (the files beside this one).
import { bytesOf } from './file-bytes.ts';

/** First bytes; null: any. */
export type Magic = readonly (number | null)[];

/** A zip file, which every .pt file is since torch 1.6. */
export const ZIP: Magic = [0x50, 0x4b, 0x03, 0x04];
/** torch.save before 1.6, and later with _use_new_zipfile_serialization=False: a pickled number. */
export const LEGACY_TORCH: Magic = [
  0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];
/** A safetensors header: eight bytes of length, of which the last are zero, then JSON. */
export const SAFETENSORS: Magic = [null, null, null, null, 0, 0, 0, 0, 0x7b];

/** Whether bytes that are at hand begin so. */
export const begins = (bytes: Uint8Array, magic: Magic): boolean =>
  bytes.length >= magic.length && magic.every((byte, i) => byte === null || byte === bytes[i]);

/** Whether a file begins as one of these. Throws FaultError kind `file` where it cannot be read. */
export async function beginsWith(file: Blob, ...magics: Magic[]): Promise<boolean> {
  const longest = Math.max(...magics.map(({ length }) => length));
  const head = await bytesOf(file, 0, Math.min(longest, file.size));
  return magics.some((magic) => begins(head, magic));
}
