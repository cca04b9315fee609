// JSON that a file holds in two places by turns, so that a torn write leaves what was written before. Not
// here: what it says (progress-mark.ts, edits-mark.ts).
import { crc32 } from '../../formats/crc32.ts';
import { readUpTo, type SyncFile, writeWhole } from './set-file.ts';

/** Bytes of a place: u32 CRC-32 of the rest, u32 turn, u32 bytes of the JSON, JSON. */
const PLACE_BYTES = 64 * 1024;
const HEAD_BYTES = 12;
/** Of both places. */
export const PLACES_BYTES = 2 * PLACE_BYTES;

/** What was written, and when: a higher turn is newer. */
export interface Turned<T> {
  value: T;
  turn: number;
}

/** Writes a value; `turn`: one more than at the call before. Flush the file to make it last. */
export function writeByTurns(file: SyncFile, value: unknown, turn: number): void {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const bytes = new Uint8Array(HEAD_BYTES + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, turn, true);
  view.setUint32(8, json.length, true);
  bytes.set(json, HEAD_BYTES);
  view.setUint32(0, crc32(bytes.subarray(4)), true);
  if (bytes.length > PLACE_BYTES) throw new Error(`${bytes.length} bytes in a place of ${PLACE_BYTES}`);
  writeWhole(file, bytes, (turn % 2) * PLACE_BYTES);
}

/** What tells, of the first bytes of such a file alone, whether something was written since. */
export async function turnsIn(file: Blob): Promise<string> {
  const heads = [0, PLACE_BYTES].map((at) => file.slice(at, at + HEAD_BYTES).arrayBuffer());
  return (await Promise.all(heads)).map((head) => new Uint8Array(head).join()).join(' ');
}

/** The whole ones among the first bytes of such a file, the newest first. */
export function readByTurns<T>(bytes: Uint8Array): Turned<T>[] {
  const found = [0, 1].flatMap((place) => {
    const one = valueIn<T>(bytes.subarray(place * PLACE_BYTES, (place + 1) * PLACE_BYTES));
    return one ? [one] : [];
  });
  return found.sort((a, b) => b.turn - a.turn);
}

/** As `readByTurns`, of an open file. */
export const readPlaces = <T>(file: SyncFile): Turned<T>[] => readByTurns(readUpTo(file, 0, PLACES_BYTES));

function valueIn<T>(place: Uint8Array): Turned<T> | null {
  if (place.length < HEAD_BYTES) return null;
  const view = new DataView(place.buffer, place.byteOffset, place.byteLength);
  const end = HEAD_BYTES + view.getUint32(8, true);
  if (end > place.length || crc32(place.subarray(4, end)) !== view.getUint32(0, true)) return null;
  const value = JSON.parse(new TextDecoder().decode(place.subarray(HEAD_BYTES, end))) as T;
  return { value, turn: view.getUint32(4, true) };
}
