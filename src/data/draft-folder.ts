// Folders of sets that are being written, in the browser's private file system: made, turned into sets,
// removed. Runs in a worker. Not here: what is written into them (picture-draft.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { PictureDraft } from './picture-draft.ts';
import {
  idOf,
  missing,
  picturesFolder,
  readSet,
  removeFolder,
  scan,
  type StoredSet,
} from './picture-store.ts';
import type { ImportNote } from './store/import-note.ts';
import { setFolder } from './store/set-file.ts';

/**
 * A new draft. Folders that hold neither a set nor a stopped import are removed. Throws FaultError where
 * pages have no files.
 */
export async function beginDraft(note: ImportNote): Promise<PictureDraft> {
  const pictures = await picturesFolder(true);
  if (!pictures) throw new FaultError(noFileSystem);
  for (const { name, set, stopped } of await scan(pictures)) {
    // A folder that another tab is writing cannot be removed, and stays.
    if (!set && !stopped) await removeFolder(pictures, name).catch(() => undefined);
  }
  const folder = await pictures.getDirectoryHandle(`import-${crypto.randomUUID()}`, { create: true });
  return PictureDraft.begin(setFolder(folder), note);
}

/** The draft of an import that was stopped. Throws FaultError where it is not there any more. */
export async function reopenDraft(name: string): Promise<PictureDraft> {
  const pictures = await picturesFolder(true);
  const found = pictures && (await scan(pictures)).find((one) => one.name === name && one.stopped);
  const draft = found && (await PictureDraft.reopen(setFolder(found.folder)));
  if (!draft) throw new FaultError(missing(name, 'of this import'));
  return draft;
}

/** What a draft has become. `keptCaptions`: the set that was there, whose captions are not the draft's. */
export interface Completed {
  info: DatasetInfo;
  keptCaptions: boolean;
}

/**
 * Makes the draft a set, and removes an older set of the same pixels, and the set that this one takes the
 * place of: runs of both, and of what they were before, find this one. A new set of the same pixels as one
 * whose captions were changed by hand is removed itself: that work is in none of the user's files.
 */
export async function completeDraft(
  draft: PictureDraft,
  title: string,
  replaced: StoredSet | null,
): Promise<Completed> {
  const pictures = await picturesFolder(true);
  if (!pictures) throw new FaultError(noFileSystem);
  const { name } = draft.folder;
  const before = (await scan(pictures)).filter((one) => one.name !== name);
  await draft.seal(title, (fingerprint) => {
    const same = before.flatMap(({ set }) => (set?.info.fingerprint === fingerprint ? [set] : []));
    const gone = replaced ? [replaced, ...same] : same;
    const ids = new Set(gone.flatMap(({ earlier, info }) => [...earlier, info.id]));
    ids.delete(idOf(fingerprint));
    return [...ids];
  });
  const set = await readSet(await pictures.getDirectoryHandle(name));
  if (!set) throw new Error('a set of pictures that was just written cannot be read');
  const edited = before.find((one) => one.set?.edited && one.set.info.id === set.info.id)?.set;
  if (edited && !replaced) {
    await removeFolder(pictures, name);
    return { info: edited.info, keptCaptions: edited.info.words !== set.info.words };
  }
  for (const other of before)
    if (other.set && [set.info.id, replaced?.info.id].includes(other.set.info.id))
      await removeFolder(pictures, other.name);
  return { info: set.info, keptCaptions: false };
}

/** Removes the folder of a draft. */
export async function discardDraft(draft: PictureDraft): Promise<void> {
  draft.stop();
  const pictures = await picturesFolder(false);
  if (pictures) await removeFolder(pictures, draft.folder.name);
}

const noFileSystem: Fault = {
  kind: 'storage',
  title: 'This browser keeps no files for this page',
  what: 'Pictures cannot be stored here.',
  expected: 'a private file system',
  got: 'none, as in some private windows',
  todo: ['Open the page in an ordinary window.', 'Or use another browser.'],
};
