// The layout of a slot: where header, payload and digest table lie, and what the header's sector says. Pure:
// bytes and values. Not here: reading and writing files (slot-file.ts), in which order (save.ts).
//
//   0            header: one sector of 512 bytes, the rest of 4 KiB unused
//   4096         payload: a complete safetensors file
//   then         digest table, at the next multiple of 4096: SHA-256 of each chunk of the payload
//   to the end of the file: unused
//
// The sector, little-endian. A text is a length byte and UTF-8. Fields from 208 to 255 are for the list of
// checkpoints: no decision reads them.
//
//     0  magic "PRNNSLOT"                         48  root SHA-256, over the digest table
//     8  format version u32                       80  run id, text of up to 63 bytes
//    12  oldest format that can read it u32      144  checkpoint name, text of up to 63 bytes
//    16  generation u64                          208  epoch u64
//    24  global step u64                         216  mean loss f64 (NaN: none)
//    32  payload bytes u64                       224  created, text of up to 31 bytes
//    40  chunk bytes u32                         256  flags u32 (1: autosave; 0 in older headers)
//    44  chunk count u32                         508  CRC-32 of the bytes before it
import { crc32 } from '../formats/crc32.ts';

/** Bytes of the header, one sector of the disk. */
export const SECTOR_BYTES = 512;
export const PAYLOAD_OFFSET = 4096;
export const CHUNK_BYTES = 4 * 1024 * 1024;
export const DIGEST_BYTES = 32;
/** Slot files are a multiple of this, so that a slightly longer payload still fits. */
const ROOM_STEP_BYTES = 256 * 1024;

const MAGIC = 'PRNNSLOT';
const FORMAT_VERSION = 1;
/** The oldest format version whose readers understand what is written here. */
const OLDEST_READER = 1;
const CRC_OFFSET = 508;
const TEXT_BYTES = 64;
const FLAGS_OFFSET = 256;
const AUTOSAVE = 1;

/** What a committed header says. */
export interface SlotHeader {
  runId: string;
  name: string;
  generation: number;
  globalStep: number;
  payloadBytes: number;
  chunkBytes: number;
  chunkCount: number;
  rootDigest: Uint8Array<ArrayBuffer>;
  epoch: number;
  meanLoss: number | null;
  created: string;
  /** Saved between the checkpoints that are due: it makes room for the next save. */
  autosave: boolean;
}

export type SectorReading =
  | { state: 'empty' }
  | { state: 'valid'; header: SlotHeader }
  /** Written by a newer version of Perennial: never touched. */
  | { state: 'newer'; generation: number; why: string }
  /**
   * Neither zero nor whole. Name and step as far as they can be read, for messages; the generation, not to
   * reuse it.
   */
  | { state: 'damaged'; name: string; globalStep: number; generation: number; why: string };

/** More than any number of saves: a damaged header that names a higher generation is not believed. */
const MOST_GENERATIONS = 2 ** 48;

const roundUp = (bytes: number, multiple: number): number => Math.ceil(bytes / multiple) * multiple;

/** Chunks of a payload, the last one possibly shorter. */
export const chunkCount = (payloadBytes: number, chunkBytes = CHUNK_BYTES): number =>
  Math.ceil(payloadBytes / chunkBytes);

/** Where the digest table begins in the slot file, in bytes. */
export const tableOffset = (payloadBytes: number): number => PAYLOAD_OFFSET + roundUp(payloadBytes, 4096);

/** Bytes of a slot file that holds a payload of `payloadBytes`: a multiple of 256 KiB. */
export const slotBytes = (payloadBytes: number): number =>
  roundUp(tableOffset(payloadBytes) + DIGEST_BYTES * chunkCount(payloadBytes), ROOM_STEP_BYTES);

function writeText(sector: Uint8Array, at: number, size: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length >= size) throw new Error(`"${text}" needs ${bytes.length} bytes, there are ${size - 1}`);
  sector[at] = bytes.length;
  sector.set(bytes, at + 1);
}

function readText(sector: Uint8Array, at: number, size: number): string {
  const length = Math.min(sector[at] ?? 0, size - 1);
  return new TextDecoder().decode(sector.slice(at + 1, at + 1 + length));
}

/** The 512 bytes whose writing commits a save. Throws Error for a name or run id of more than 63 bytes. */
export function encodeSector(header: SlotHeader): Uint8Array<ArrayBuffer> {
  const sector = new Uint8Array(SECTOR_BYTES);
  const view = new DataView(sector.buffer);
  sector.set(new TextEncoder().encode(MAGIC), 0);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, OLDEST_READER, true);
  view.setBigUint64(16, BigInt(header.generation), true);
  view.setBigUint64(24, BigInt(header.globalStep), true);
  view.setBigUint64(32, BigInt(header.payloadBytes), true);
  view.setUint32(40, header.chunkBytes, true);
  view.setUint32(44, header.chunkCount, true);
  sector.set(header.rootDigest, 48);
  writeText(sector, 80, TEXT_BYTES, header.runId);
  writeText(sector, 144, TEXT_BYTES, header.name);
  view.setBigUint64(208, BigInt(header.epoch), true);
  view.setFloat64(216, header.meanLoss ?? NaN, true);
  writeText(sector, 224, 32, header.created);
  view.setUint32(FLAGS_OFFSET, header.autosave ? AUTOSAVE : 0, true);
  view.setUint32(CRC_OFFSET, crc32(sector.subarray(0, CRC_OFFSET)), true);
  return sector;
}

/** What the first sector of a slot file of `fileBytes` says. Never throws. */
export function decodeSector(sector: Uint8Array, fileBytes: number): SectorReading {
  if (sector.every((byte) => byte === 0)) return { state: 'empty' };
  const view = new DataView(sector.buffer, sector.byteOffset, SECTOR_BYTES);
  const number = (at: number) => Number(view.getBigUint64(at, true));
  const damaged = (why: string): SectorReading => ({
    state: 'damaged',
    name: /^unet_[a-z]+(_\d+)?/.exec(readText(sector, 144, TEXT_BYTES))?.[0] ?? '',
    globalStep: Math.min(number(24), Number.MAX_SAFE_INTEGER),
    generation: number(16) < MOST_GENERATIONS ? number(16) : 0,
    why,
  });
  if (view.getUint32(CRC_OFFSET, true) !== crc32(sector.subarray(0, CRC_OFFSET)))
    return damaged('its header is damaged or was not written whole');
  if (new TextDecoder().decode(sector.slice(0, 8)) !== MAGIC) return damaged('it is no slot of Perennial');
  const oldestReader = view.getUint32(12, true);
  if (oldestReader > FORMAT_VERSION) {
    const why = `it was written by a newer Perennial (format ${view.getUint32(8, true)}, this one reads ${FORMAT_VERSION})`;
    return { state: 'newer', generation: number(16), why };
  }
  const meanLoss = view.getFloat64(216, true);
  const header: SlotHeader = {
    runId: readText(sector, 80, TEXT_BYTES),
    name: readText(sector, 144, TEXT_BYTES),
    generation: number(16),
    globalStep: number(24),
    payloadBytes: number(32),
    chunkBytes: view.getUint32(40, true),
    chunkCount: view.getUint32(44, true),
    rootDigest: sector.slice(48, 48 + DIGEST_BYTES),
    epoch: number(208),
    meanLoss: Number.isNaN(meanLoss) ? null : meanLoss,
    created: readText(sector, 224, 32),
    autosave: (view.getUint32(FLAGS_OFFSET, true) & AUTOSAVE) !== 0,
  };
  const wrong = contradiction(header, fileBytes);
  return wrong ? damaged(wrong) : { state: 'valid', header };
}

/**
 * Why a header with a sound CRC does not fit its file, such as one that was cut short; null where it fits.
 */
function contradiction(header: SlotHeader, fileBytes: number): string | null {
  const { payloadBytes, chunkBytes, chunkCount: chunks } = header;
  if (chunkBytes === 0 || chunkBytes > 16 * CHUNK_BYTES || chunks !== chunkCount(payloadBytes, chunkBytes))
    return `its header says ${chunks} chunks of ${chunkBytes} bytes for ${payloadBytes} bytes`;
  const needed = tableOffset(payloadBytes) + DIGEST_BYTES * chunks;
  return needed <= fileBytes ? null : `its file has ${fileBytes} bytes, ${needed} were written`;
}
