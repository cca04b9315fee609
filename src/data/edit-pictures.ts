// Changes a set of the user's that is stored: another title, a picture less. A set that lost a picture is
// another set, with another id; a run of the old one finds it by the old id, and run-pictures.ts asks. Runs
// in a worker (sync access handles). Not here: adding pictures (own-pictures.ts).
import { FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { cleanTitle } from './captions.ts';
import { beginDraft, completeDraft, discardDraft } from './draft-folder.ts';
import type { PictureDraft } from './picture-draft.ts';
import { missing, openStored, removeStored, scanSets, type StoredPictures, TITLE } from './picture-store.ts';
import { setFolder, writeFile } from './store/set-file.ts';
import { traitsOf } from './store/traits.ts';

/** Gives a set another title, cut to 120 characters; an empty one changes nothing. */
export async function renameStored(id: string, title: string): Promise<void> {
  const name = cleanTitle(title);
  if (name === '') return;
  for (const { folder, set } of await scanSets())
    if (set?.info.id === id) await writeFile(setFolder(folder), TITLE, new TextEncoder().encode(name));
}

/**
 * Leaves picture `index` out of a set. Returns the set that takes its place, null where no picture is left.
 * Throws FaultError kind `data` where there is no such set, `storage` where the storage is full.
 */
export async function removePicture(id: string, index: number): Promise<DatasetInfo | null> {
  const opened = await openStored(id);
  if (!opened) throw new FaultError(missing(id));
  if (opened.info.count <= 1) {
    await removeStored(opened.info.id);
    return null;
  }
  const { title, storedSize: size } = opened.info;
  const draft = await beginDraft({ ...NO_IMPORT, title, size });
  try {
    await copyPictures(opened, draft, (one) => one !== index);
    return await completeDraft(draft, title, opened);
  } catch (error) {
    await discardDraft(draft).catch(() => undefined);
    throw error;
  }
}

/** Of a copy: nobody goes on with it. */
const NO_IMPORT = { version: 2, fingerprint: '', kind: '', total: null, chosen: {}, addTo: null } as const;

/**
 * Copies the pictures of a set that `keeps` names, with their texts, into a draft. Ends before the last one
 * where `signal` is aborted.
 */
export async function copyPictures(
  opened: StoredPictures,
  draft: PictureDraft,
  keeps: (index: number) => boolean = () => true,
  signal?: AbortSignal,
): Promise<void> {
  const { info, pixels } = opened;
  const bytes = info.storedSize ** 2 * 3;
  for (let index = draft.count; index < info.count; index++) {
    if (signal?.aborted) return;
    if (!keeps(index)) continue;
    const picture = new Uint8Array(await pixels.slice(index * bytes, (index + 1) * bytes).arrayBuffer());
    await draft.push({
      pixels: picture,
      traits: await traitsOf(picture, info.storedSize),
      ...opened.notes(index),
    });
    draft.settle(draft.settled);
  }
}
