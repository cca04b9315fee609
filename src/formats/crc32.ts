// CRC-32 of zip and PNG (ISO 3309, reflected polynomial 0xedb88320), eight bytes at a
// time ("slicing-by-8", Kounavis & Berry 2005): fast enough for zip entries of hundreds
// of megabytes. Not here: SHA-256, the digest of checkpoints (checkpoint/slot-file.ts).

const SLICES = 8;

/** Table k begins at 256 k: what a byte adds to the checksum when k more bytes follow. */
const TABLES = buildTables();

function buildTables(): Uint32Array {
  const tables = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
    tables[byte] = value;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256] as number;
    tables[i] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/**
 * Unsigned 32-bit checksum. `before`: the checksum of all
 * bytes in front, to go through a file piece by piece.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const whole = bytes.length - (bytes.length % SLICES);
  let crc = ~before;
  for (let i = 0; i < whole; i += SLICES) crc = addEight(crc, bytes, i);
  for (let i = whole; i < bytes.length; i++)
    crc = (crc >>> 8) ^ (TABLES[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
}

function addEight(crc: number, bytes: Uint8Array, at: number): number {
  return (
    (TABLES[0x700 + ((bytes[at] as number) ^ (crc & 0xff))] as number) ^
    (TABLES[0x600 + ((bytes[at + 1] as number) ^ ((crc >>> 8) & 0xff))] as number) ^
    (TABLES[0x500 + ((bytes[at + 2] as number) ^ ((crc >>> 16) & 0xff))] as number) ^
    (TABLES[0x400 + ((bytes[at + 3] as number) ^ (crc >>> 24))] as number) ^
    (TABLES[0x300 + (bytes[at + 4] as number)] as number) ^
    (TABLES[0x200 + (bytes[at + 5] as number)] as number) ^
    (TABLES[0x100 + (bytes[at + 6] as number)] as number) ^
    (TABLES[bytes[at + 7] as number] as number)
  );
}
