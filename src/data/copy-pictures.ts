// Copies the pictures of a set into the draft of a larger one, which begins with them, and carries over what
// was changed by hand: squares stay squares of files, captions stay changed ones. Runs in a worker. Not here:
// what is added behind them (own-pictures.ts), the draft's files (picture-draft.ts).
import { IN_THE_MIDDLE } from './framing.ts';
import type { StoredPictures } from './open-stored.ts';
import type { PictureDraft } from './picture-draft.ts';
import { packSquare } from './store/cut-square-bytes.ts';
import type { Carried } from './store/carried-edits.ts';
import { EditStep } from './store/edit-step.ts';
import type { Edits } from './store/edits.ts';
import type { Origin } from './store/record.ts';
import { unpackTexts } from './store/texts.ts';
import { traitsOf } from './store/traits.ts';

/** Of a picture of version 1. */
const FROM_NOWHERE: Origin = {
  ...{ entry: 0, width: 0, height: 0, sourceDigest: new Uint8Array(16), place: IN_THE_MIDDLE },
};

/**
 * Copies the pictures that are not removed, as they were imported, from where the draft is. Of squares cut by
 * hand their pixels count as there too. Ends before the last one where `signal` is aborted.
 */
export async function copyPictures(
  opened: StoredPictures,
  draft: PictureDraft,
  signal?: AbortSignal,
): Promise<void> {
  const { active, base, edits, info, pixels } = opened;
  const bytes = info.storedSize ** 2 * 3;
  // In version 1 equal pictures may be stored, of which the draft takes one: numbers would not fit.
  if (edits && base.version === 2) await draft.carry(byHand(edits, active));
  for (const number of active.subarray(draft.count)) {
    if (signal?.aborted) return;
    const picture = new Uint8Array(await pixels.slice(number * bytes, (number + 1) * bytes).arrayBuffer());
    await draft.push({
      pixels: picture,
      traits: await traitsOf(picture, info.storedSize),
      texts: unpackTexts(opened.textsOf(number)),
      from: opened.recordOf(number) ?? FROM_NOWHERE,
    });
    draft.settle(draft.settled);
  }
  // Last, so that no picture of the set is left out.
  for (const number of active) {
    const square = edits?.squareOf(number);
    if (square) draft.leaveOut(new Uint8Array(await crypto.subtle.digest('SHA-256', square.pixels)));
  }
}

/** What was changed by hand of these pictures, each by its place among them. */
function byHand(edits: Edits, numbers: Uint32Array): Carried {
  const [texts, squares] = [new EditStep(), new EditStep()];
  numbers.forEach((number, place) => {
    const own = edits.textsOf(number);
    if (own) texts.add(place, own);
    const square = edits.squareOf(number);
    if (square) squares.add(place, packSquare(square));
  });
  return { texts, squares };
}
