// Changes a set of the user's that is stored: another title, pictures removed or restored. Nothing is copied:
// which pictures are removed is written beside them (store/edit-log.ts). A set that lost a picture is another
// set, with another id; a run of the old one finds it by the old id, and trainer/run-pictures.ts asks. Runs
// in a worker (sync access handles). Not here: adding pictures (own-pictures.ts), captions
// (edit-captions.ts), other squares of pictures (edit-squares.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { cleanTitle } from './captions.ts';
import { editedFingerprint, numberBytes } from './edited-fingerprint.ts';
import { openStored, type StoredPictures } from './open-stored.ts';
import { idOf, missing, readSet, scanSets, TITLE } from './picture-store.ts';
import { type Told, writeRemoved } from './store/edit-log.ts';
import { setFolder, writeFile } from './store/set-file.ts';

/** Gives a set another title, cut to 120 characters; an empty one changes nothing. */
export async function renameStored(id: string, title: string): Promise<void> {
  const name = cleanTitle(title);
  if (name === '') return;
  for (const { folder, set } of await scanSets())
    if (set?.info.id === id) await writeFile(setFolder(folder), TITLE, new TextEncoder().encode(name));
}

/**
 * Removes pictures by their numbers. Returns the set as it is then; null where none would be left: nothing is
 * changed. Throws FaultError kind `data` where there is no such set, `storage` where the storage is full.
 */
export async function removeNumbers(id: string, numbers: Uint32Array): Promise<DatasetInfo | null> {
  const opened = await openToEdit(id);
  const isRemoved = removedIn(opened);
  for (const number of numbers) isRemoved[number] = 1;
  const removed = setNumbers(isRemoved);
  return removed.length === opened.base.count ? null : withRemoved(opened, removed);
}

/** Restores removed pictures by their numbers. Throws as `removeNumbers`. */
export async function restoreNumbers(id: string, numbers: Uint32Array): Promise<DatasetInfo> {
  const opened = await openToEdit(id);
  const isRemoved = removedIn(opened);
  for (const number of numbers) isRemoved[number] = 0;
  return withRemoved(opened, setNumbers(isRemoved));
}

/** Opens a set of the user's. Throws FaultError kind `data` where there is none of this id. */
export async function openToEdit(id: string): Promise<StoredPictures> {
  const opened = await openStored(id);
  if (!opened) throw new FaultError(missing(id));
  return opened;
}

/** What is said of a set once it was changed. */
export async function infoOf({ folder, info }: StoredPictures): Promise<DatasetInfo> {
  const set = await readSet(folder);
  if (!set) throw new FaultError(missing(info.id, info.title));
  return set.info;
}

/** By number, 1 where a picture is removed. */
function removedIn({ base, edits }: StoredPictures): Uint8Array {
  const isRemoved = new Uint8Array(base.count);
  for (const number of edits?.removed ?? []) isRemoved[number] = 1;
  return isRemoved;
}

function setNumbers(flags: Uint8Array): Uint32Array<ArrayBuffer> {
  const numbers = new Uint32Array(flags.reduce((sum, flag) => sum + flag, 0));
  let at = 0;
  flags.forEach((flag, number) => {
    if (flag === 1) numbers[at++] = number;
  });
  return numbers;
}

async function withRemoved(opened: StoredPictures, removed: Uint32Array<ArrayBuffer>): Promise<DatasetInfo> {
  const { base, edits, folder, info } = opened;
  if (removed.length === (edits?.removed.length ?? 0) && removed.every((one, i) => one === edits?.removed[i]))
    return info;
  const told = await toldAs(opened, await editedFingerprint(base.fingerprint, edits, removed));
  await writeRemoved(setFolder(folder), { stored: base.count, before: edits, told }, numberBytes(removed));
  return infoOf(opened);
}

/**
 * What a set amounts to once it has this fingerprint, with the same captions: its ids so far lead to it.
 * Throws FaultError kind `data` where another set has the id that it would get.
 */
export async function toldAs({ folder, info, earlier }: StoredPictures, fingerprint: string): Promise<Told> {
  const id = idOf(fingerprint);
  const other = (await scanSets()).find(({ name, set }) => name !== folder.name && set?.info.id === id);
  if (other?.set) throw new FaultError(isThere(other.set.info));
  const { words, captions } = info;
  return {
    ...{ fingerprint, captions, ...(words === undefined ? {} : { words }) },
    earlier: [...new Set([...earlier, info.id])].filter((one) => one !== id),
  };
}

const isThere = ({ title, count }: DatasetInfo): Fault => ({
  kind: 'data',
  title: `These ${count} pictures are a set of their own already`,
  what: 'They were imported again since, and two sets of the same pictures have one name. Nothing was changed.',
  expected: 'no other set of the same pictures',
  got: `the set ${title}`,
  todo: ['Use that set.', 'Or delete it, then restore these pictures.'],
});
