// Gives a picture of a set of the user's another square of its file, cut by hand, or that of the import. The
// pixels lie beside those of the import (store/edit-log.ts); the set is another one by them, with another id,
// as where a picture was removed. Runs in a worker (sync access handles). Not here: where the file is and
// what is cut of it (browse/originals.ts), Undo (edit-captions.ts).
import { crc32 } from '../formats/crc32.ts';
import { type ChangedSet, changeOf } from './edit-captions.ts';
import { infoOf, openToEdit, toldAs } from './edit-pictures.ts';
import { editedFingerprint } from './edited-fingerprint.ts';
import type { StoredPictures } from './open-stored.ts';
import { type CutSquare, packSquare } from './store/cut-square-bytes.ts';
import { writeSquares } from './store/edit-log.ts';
import { EditStep } from './store/edit-step.ts';
import { setFolder } from './store/set-file.ts';

/**
 * `square`: null, that of the import. Throws FaultError kind `data` where there is no such set, or another
 * one of the same pictures, `storage` where the storage is full; nothing is changed then.
 */
export async function changeSquare(
  id: string,
  number: number,
  square: CutSquare | null,
): Promise<ChangedSet> {
  const opened = await openToEdit(id);
  const { base, edits, folder } = opened;
  const before = edits?.squareOf(number) ?? null;
  const now = square && isImported(opened, number, square) ? null : square;
  if (isSame(before, now))
    return { info: opened.info, changed: 0, canUndo: (edits?.mark.steps.length ?? 0) > 0 };
  const cut = new Set([...(edits?.cut ?? []), number]);
  if (!now) cut.delete(number);
  const squares = {
    cut: [...cut].sort((a, b) => a - b),
    squareOf: (one: number) => (one === number ? now : (edits?.squareOf(one) ?? null)),
  };
  const removed = edits?.removed ?? new Uint32Array();
  const told = await toldAs(opened, await editedFingerprint(base.fingerprint, squares, removed));
  const step = new EditStep();
  step.add(number, now ? packSquare(now) : new Uint8Array());
  await writeSquares(setFolder(folder), changeOf(opened, told), step.bytes());
  return { info: await infoOf(opened), changed: 1, canUndo: true };
}

/** Whether a square has the pixels of the import. */
const isImported = ({ recordOf }: StoredPictures, number: number, { pixels }: CutSquare): boolean =>
  recordOf(number)?.pixelsCrc === crc32(pixels);

const isSame = (one: CutSquare | null, other: CutSquare | null): boolean =>
  one && other ? one.pixels.every((byte, i) => byte === other.pixels[i]) : one === other;
