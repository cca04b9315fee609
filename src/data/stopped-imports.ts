// Imports that were stopped, killed or met a full disk: what there is of them, used as a set or removed.
// Not here: going on with one, which is importing the same files again (own-pictures.ts).
import { type Fault, FaultError } from '../fault.ts';
import { hexDigest } from '../formats/hex-digest.ts';
import type { DatasetInfo, StoppedImport } from './api.ts';
import { completeDraft, reopenDraft } from './draft-folder.ts';
import { missing, openStored, picturesFolder, removeFolder, scanSets } from './picture-store.ts';
import type { ImportNote } from './store/import-note.ts';
import { memberOfFile } from './sources/containers/files.ts';

/** SHA-256 over paths, sizes and dates of files, in any order: what tells that they are the same ones. */
export async function filesFingerprint(files: readonly File[]): Promise<string> {
  const lines = files.map((file) => `${memberOfFile(file).path}\0${file.size}\0${file.lastModified}`);
  return hexDigest(new TextEncoder().encode(lines.sort().join('\n')));
}

/** All of them, by title. */
export async function listStopped(): Promise<StoppedImport[]> {
  const found = (await scanSets()).flatMap(({ name, stopped }) =>
    stopped
      ? [
          {
            folder: name,
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
    JSON.stringify([fingerprint, size, chosen, addTo?.id ?? null]);
  const found = (await scanSets()).find(({ stopped }) => stopped && what(stopped.note) === what(note));
  return found?.name ?? null;
}

/**
 * What the stopped import in this folder makes of the files. Throws FaultError kind `data` where there is
 * none, or these are not its files.
 */
export async function stoppedNote(folder: string, fingerprint: string): Promise<ImportNote> {
  const note = (await scanSets()).find(({ name }) => name === folder)?.stopped?.note;
  if (!note) throw new FaultError(missing(folder, 'of the stopped import'));
  if (note.fingerprint !== fingerprint) throw new FaultError(otherFiles(note));
  return note;
}

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

/** Makes a set of what a stopped import has stored. Throws FaultError where there is none to make. */
export async function useStopped(folder: string): Promise<DatasetInfo> {
  const draft = await reopenDraft(folder);
  try {
    const { addTo, title } = draft.note;
    const before = addTo && (await openStored(addTo.id));
    if (draft.count === 0) throw new FaultError(missing(folder, `of ${title}`));
    return await completeDraft(draft, title, before);
  } catch (error) {
    draft.stop();
    throw error;
  }
}

/** Removes what a stopped import has stored. */
export async function removeStopped(folder: string): Promise<void> {
  const pictures = await picturesFolder(false);
  if (pictures) await removeFolder(pictures, folder);
}
