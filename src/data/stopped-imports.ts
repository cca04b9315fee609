// Imports that were stopped, killed or met a full disk: what there is of them, used as a set or removed.
// Not here: going on with one, which is importing the same files again (own-pictures.ts).
import { type Fault, FaultError } from '../fault.ts';
import { hexDigest } from '../formats/hex-digest.ts';
import type { DatasetInfo, StoppedImport } from './api.ts';
import { completeDraft, discardDraft, reopenDraft } from './draft-folder.ts';
import { copyPictures } from './copy-pictures.ts';
import type { PictureDraft } from './picture-draft.ts';
import { openStored, type StoredPictures } from './open-stored.ts';
import { missing, picturesFolder, removeFolder, scanSets } from './picture-store.ts';
import type { ImportNote } from './store/import-note.ts';
import { memberOfFile } from './sources/containers/files.ts';
import { isSystemFile } from './sources/junk.ts';

/**
 * SHA-256 over paths, sizes and dates of files, in any order: what tells that they are the same ones. Files
 * that systems put beside them change when a folder is looked at, and do not count.
 */
export async function filesFingerprint(files: readonly File[]): Promise<string> {
  const lines = files
    .map((file) => ({ file, path: memberOfFile(file).path }))
    .filter(({ path }) => !isSystemFile(path))
    .map(({ file, path }) => `${path}\0${file.size}\0${file.lastModified}`);
  return hexDigest(new TextEncoder().encode(lines.sort().join('\n')));
}

/** All of them, by title. */
export async function listStopped(): Promise<StoppedImport[]> {
  const found = (await scanSets()).flatMap(({ name, stopped }) =>
    stopped
      ? [
          {
            folder: name,
            fingerprint: stopped.note.fingerprint,
            title: stopped.note.title,
            total: stopped.note.total,
            done: stopped.mark.done,
            stored: stopped.mark.records,
          },
        ]
      : [],
  );
  return found.sort((a, b) => a.title.localeCompare(b.title) || (a.folder < b.folder ? -1 : 1));
}

/** The folder of a stopped import of the same files into the same set; null where there is none. */
export async function sameImport(note: ImportNote): Promise<string | null> {
  const what = ({ fingerprint, size, chosen, addTo }: ImportNote): string =>
    JSON.stringify([fingerprint, size, chosen, addTo?.id ?? null, addTo?.words ?? null]);
  const found = (await scanSets()).find(({ stopped }) => stopped && what(stopped.note) === what(note));
  return found?.name ?? null;
}

/**
 * What the stopped import in this folder makes of the files. Throws FaultError kind `data` where there is
 * none, these are not its files, or the set that it adds to has changed.
 */
export async function stoppedNote(folder: string, fingerprint: string): Promise<ImportNote> {
  const note = (await scanSets()).find(({ name }) => name === folder)?.stopped?.note;
  if (!note) throw new FaultError(missing(folder, 'of the stopped import'));
  if (note.fingerprint !== fingerprint) throw new FaultError(otherFiles(note));
  const set = note.addTo && (await openStored(note.addTo.id));
  // What is stored begins with the set as it was: it cannot go on into another.
  if (set && !isAsNoted(set, note)) throw new FaultError(changedSince(note, set.info));
  return note;
}

/** Whether a set is still the one that the import was adding to, with the same captions. */
const isAsNoted = ({ info }: StoredPictures, { addTo }: ImportNote): boolean =>
  info.id === addTo?.id && info.words === addTo.words;

const changedSince = ({ title, addTo }: ImportNote, { count }: DatasetInfo): Fault => ({
  kind: 'data',
  title: `The set ${title} has changed since the import was stopped`,
  what: 'What is stored of the import begins with the set as it was before. Nothing was changed.',
  expected: `the set with ${addTo?.count ?? 0} pictures, to which the import was adding, and their captions`,
  got: `a set with ${count} pictures${count === addTo?.count ? ' and other captions' : ''}`,
  todo: [
    'Remove the stopped import, then add the same files to the set.',
    'Or use what is there: it becomes a set beside this one.',
  ],
});

const otherFiles = ({ title, total, kind }: ImportNote): Fault => ({
  kind: 'data',
  title: 'These are other files than those of the stopped import',
  what: 'It goes on where the same files are given again: they are told by their names, sizes and dates. Nothing was changed.',
  expected: `the files of ${title}${total === null ? '' : `, ${total} entries`} (${kind})`,
  got: 'files of other names, sizes or dates',
  todo: [
    'Choose the same files, or the same folder, as for that import.',
    'Or use what is there, and import these files as another set.',
  ],
});

/**
 * Makes a set of what a stopped import has stored. Of one that was adding to a set it takes that set's place,
 * with all its pictures; where that set has changed meanwhile it is a set beside it. Throws FaultError where
 * there is none to make, or the storage is full.
 */
export async function useStopped(folder: string): Promise<DatasetInfo> {
  const draft = await reopenDraft(folder);
  try {
    const { addTo, title } = draft.note;
    if (draft.count === 0) throw new FaultError(missing(folder, `of ${title}`));
    const set = addTo && (await openStored(addTo.id));
    if (!set || !isAsNoted(set, draft.note)) return (await completeDraft(draft, title, null)).info;
    return await addedTo(set, draft);
  } catch (error) {
    draft.stop();
    throw error;
  }
}

/** The set with what the draft has behind it: the import may have ended while the set was being copied. */
async function addedTo(set: StoredPictures, draft: PictureDraft): Promise<DatasetInfo> {
  await copyPictures(set, draft);
  if (draft.count > set.info.count) return (await completeDraft(draft, set.info.title, set)).info;
  await discardDraft(draft);
  return set.info;
}

/** Removes what a stopped import has stored. */
export async function removeStopped(folder: string): Promise<void> {
  const pictures = await picturesFolder(false);
  if (pictures) await removeFolder(pictures, folder);
}
