// Changes a set of the user's that is stored: another title, a picture less. A set that lost a picture is
// another set, with another id; a run of the old one finds it by the old id, and run-pictures.ts asks. Runs
// in a worker (sync access handles). Not here: adding pictures (own-pictures.ts).
import { FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { cleanTitle } from './captions.ts';
import { PictureDraft, writeFile } from './picture-draft.ts';
import { missing, openStored, removeStored, scanSets, type StoredPictures, TITLE } from './picture-store.ts';

/** Gives a set another title, cut to 120 characters; an empty one changes nothing. */
export async function renameStored(id: string, title: string): Promise<void> {
  const name = cleanTitle(title);
  if (name === '') return;
  for (const { folder, set } of await scanSets())
    if (set?.info.id === id) await writeFile(folder, TITLE, new TextEncoder().encode(name));
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
  const draft = await PictureDraft.begin(opened.info.storedSize);
  try {
    await copyPictures(opened, draft, (one) => one !== index);
    return await draft.complete(opened.info.title, opened);
  } catch (error) {
    await draft.discard().catch(() => undefined);
    throw error;
  }
}

/** Copies the pictures of a set that `keeps` names, with their words, into a draft. */
export async function copyPictures(
  { info, pixels, captions, names }: StoredPictures,
  draft: PictureDraft,
  keeps: (index: number) => boolean = () => true,
): Promise<void> {
  const bytes = info.storedSize ** 2 * 3;
  for (let index = 0; index < info.count; index++) {
    if (!keeps(index)) continue;
    const picture = await pixels.slice(index * bytes, (index + 1) * bytes).arrayBuffer();
    await draft.push(new Uint8Array(picture), { caption: captions[index] ?? '', name: names[index] ?? '' });
  }
}
