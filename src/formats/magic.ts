// The first bytes of every kind of file that is read: a file's kind is told by them, whatever its name says.
// Not here: reading the files (safetensors-file.ts, torch-file.ts, image-*.ts).

/** A file's first bytes; null stands for any byte. */
export type Magic = readonly (number | null)[];

/** A zip archive, as every .pt file since torch 1.6. */
export const ZIP: Magic = [0x50, 0x4b, 0x03, 0x04];
export const GZIP: Magic = [0x1f, 0x8b, 0x08];
/** A .pt file before torch 1.6, or with _use_new_zipfile_serialization=False: a pickled number. */
export const LEGACY_TORCH: Magic = [
  0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];
/** A safetensors file: eight bytes of header length, the upper four zero, then JSON. */
export const SAFETENSORS: Magic = [null, null, null, null, 0, 0, 0, 0, 0x7b];

export const JPEG: Magic = [0xff, 0xd8, 0xff];
/** image-png.ts checks the rest of the signature. */
export const PNG: Magic = [0x89, 0x50, 0x4e, 0x47];
/** image-gif.ts checks the version that follows. */
export const GIF: Magic = [0x47, 0x49, 0x46, 0x38];
export const WEBP: Magic = [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50];

/** Four bytes of size, four that are reserved. */
export const BMP: Magic = [0x42, 0x4d, null, null, null, null, 0, 0, 0, 0];

/** Every picture format that is read but those of HEIF, which image-heif.ts tells. */
export const PICTURES: readonly Magic[] = [JPEG, PNG, GIF, WEBP, BMP];

/** Whether bytes in memory begin as `magic` says. */
export const begins = (bytes: Uint8Array, magic: Magic): boolean =>
  bytes.length >= magic.length && magic.every((byte, i) => byte === null || byte === bytes[i]);
