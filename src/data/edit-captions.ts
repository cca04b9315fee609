// Changes captions of a set of the user's, and takes the newest change back, of captions or squares. The
// pictures stay, and so does the set's id; its fingerprint of words does not, and trainer/run-pictures.ts
// asks a run that learns them. Runs in a worker (sync access handles). Not here: what a caption becomes
// (browse/caption-change.ts), squares (edit-squares.ts).
import type { DatasetInfo } from './api.ts';
import { infoOf, openToEdit, toldAs } from './edit-pictures.ts';
import { editedFingerprint } from './edited-fingerprint.ts';
import type { StoredPictures } from './open-stored.ts';
import { EditStep, eachOfStep } from './store/edit-step.ts';
import { type Change, type Told, withoutNewest, writeCaptions, writeUndone } from './store/edit-log.ts';
import { setFolder } from './store/set-file.ts';
import { packTexts, unpackTexts } from './store/texts.ts';
import { wordsSum } from './store/words-sum.ts';

/** A set whose captions or squares were changed. */
export interface ChangedSet {
  info: DatasetInfo;
  /** Pictures whose captions or squares became others. */
  changed: number;
  canUndo: boolean;
}

/**
 * Gives pictures, by their numbers, the captions that `change` makes of theirs, one a line. Throws FaultError
 * kind `data` where there is no such set, `storage` where the storage is full, `memory` where they are too
 * long to be changed at once; nothing is changed then.
 */
export async function changeCaptions(
  id: string,
  numbers: Uint32Array,
  change: (caption: string) => string,
): Promise<ChangedSet> {
  const opened = await openToEdit(id);
  const step = new EditStep();
  for (const number of numbers.toSorted()) {
    const texts = unpackTexts(opened.textsOf(number));
    const caption = change(texts.caption);
    if (caption !== texts.caption) step.add(number, packTexts({ ...texts, caption }).bytes);
  }
  const canUndo = (opened.edits?.mark.steps.length ?? 0) > 0;
  if (step.count === 0) return { info: opened.info, changed: 0, canUndo };
  const bytes = step.bytes();
  const told = await toldWith(opened, newTexts(bytes, opened));
  await writeCaptions(setFolder(opened.folder), changeOf(opened, told), bytes);
  return { info: await infoOf(opened), changed: step.count, canUndo: true };
}

/** Takes the newest change back that can be, of captions or squares. Throws as `changeCaptions`. */
export async function undoEdit(id: string): Promise<ChangedSet> {
  const opened = await openToEdit(id);
  const { edits, base } = opened;
  const mark = edits && withoutNewest(edits.mark);
  if (!edits || !mark) return { info: opened.info, changed: 0, canUndo: false };
  const before = edits.with(mark, base.count);
  const words = await wordsSum(
    base.count,
    (number) => before.textsOf(number) ?? opened.importedTexts(number),
  );
  const fingerprint = await editedFingerprint(base.fingerprint, before, before.removed);
  const told = { ...(await toldAs(opened, fingerprint)), ...words };
  await writeUndone(setFolder(opened.folder), changeOf(opened, told));
  const { pictures } = edits.undoable.at(-1) ?? { pictures: 0 };
  return { info: await infoOf(opened), changed: pictures, canUndo: mark.steps.length > 0 };
}

/** A change of a set as it was opened. */
export const changeOf = ({ base, edits }: StoredPictures, told: Told): Change => ({
  ...{ stored: base.count, before: edits, told },
});

/** What the set amounts to with these texts. */
async function toldWith(
  { base, info, earlier }: StoredPictures,
  textsOf: (number: number) => Uint8Array<ArrayBuffer>,
): Promise<Told> {
  return { fingerprint: info.fingerprint, ...(await wordsSum(base.count, textsOf)), earlier };
}

/** The texts of all pictures once a step counts, whose numbers ascend. */
function newTexts(
  step: Uint8Array<ArrayBuffer>,
  opened: StoredPictures,
): (number: number) => Uint8Array<ArrayBuffer> {
  const at = new Uint32Array(opened.base.count);
  const bytes = new Uint32Array(opened.base.count);
  eachOfStep(step, (number, from, length) => {
    at[number] = from;
    bytes[number] = length;
  });
  return (number) => {
    const from = at[number] ?? 0;
    return from === 0 ? opened.textsOf(number) : step.subarray(from, from + (bytes[number] ?? 0));
  };
}
