// Works around client-zip 2.5.1, which writes no ZIP64 end record for 65,535 entries
// or more unless the archive also has 4 GiB: Python's zipfile reads the result,
// unzip refuses it. Costs nothing (the last chunk is held back). To be deleted when
// client-zip counts entries (github.com/Touffy/client-zip, README, "Zip64").

const END_BYTES = 22;
/** From this many entries on, 16 bits do not hold the count. */
const MANY = 0xffff;
const NOT_HERE = 0xffff_ffff;

/**
 * Puts ZIP64 end records in front of the end record (the last chunk) where they are missing and `count`
 * entries need them. `count` is asked once all entries are written.
 */
export function withZip64Count(count: () => number): TransformStream<Uint8Array, Uint8Array> {
  let held: Uint8Array | null = null;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (held) controller.enqueue(held);
      held = chunk;
    },
    flush(controller) {
      if (!held) return;
      const end = new DataView(held.buffer, held.byteOffset, held.byteLength);
      const isMissing = count() >= MANY && held.length === END_BYTES && end.getUint32(16, true) !== NOT_HERE;
      if (isMissing) controller.enqueue(zip64End(count(), end.getUint32(12, true), end.getUint32(16, true)));
      controller.enqueue(held);
    },
  });
}

/** End record and locator: APPNOTE 6.3.10, sections 4.3.14 and 4.3.15. */
function zip64End(count: number, directoryBytes: number, directoryAt: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(76));
  view.setUint32(0, 0x0606_4b50, true);
  view.setBigUint64(4, 44n, true);
  view.setUint16(12, 45, true);
  view.setUint16(14, 45, true);
  view.setBigUint64(24, BigInt(count), true);
  view.setBigUint64(32, BigInt(count), true);
  view.setBigUint64(40, BigInt(directoryBytes), true);
  view.setBigUint64(48, BigInt(directoryAt), true);
  view.setUint32(56, 0x0706_4b50, true);
  view.setBigUint64(64, BigInt(directoryAt + directoryBytes), true);
  view.setUint32(72, 1, true);
  return new Uint8Array(view.buffer);
}
