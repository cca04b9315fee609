// Files that were there when the user chose them and can no longer be read: told from damaged ones by what
// the browser throws. Pure. Not here: what becomes of an import that meets one (data/lost-files.ts).
import { FaultError } from '../fault.ts';

/**
 * `missing`: moved, deleted, or on a disk that was taken out. `unreadable`: changed since it was chosen, or
 * locked by another program. `forbidden`: the permission was withdrawn.
 */
export type Loss = 'missing' | 'unreadable' | 'forbidden';

/** By the names of DOMExceptions in the File API and the File System API. */
const LOSSES: ReadonlyMap<string, Loss> = new Map([
  ['NotFoundError', 'missing'],
  ['NotReadableError', 'unreadable'],
  ['NotAllowedError', 'forbidden'],
  ['SecurityError', 'forbidden'],
]);

/** How a file was lost, by the error of reading it or that error's cause; null: something else is wrong. */
export function lossIn(error: unknown): Loss | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    const loss = LOSSES.get(one.name);
    if (loss !== undefined) return loss;
  }
  return null;
}

const GOT: Readonly<Record<Loss, string>> = {
  missing: 'no such file: it was moved or deleted, or its disk was taken out',
  unreadable: 'a file that was changed since, or that another program holds',
  forbidden: 'no permission to read it any more',
};

const TODO: Readonly<Record<Loss, string>> = {
  missing: 'Put the files back where they were, or connect the disk, then press Go on.',
  unreadable: 'Close other programs that use the files, then press Go on.',
  forbidden: 'Press Go on, and allow this page to read them.',
};

/** The fault of an import that cannot go on because of it. `path`: the first file that is lost. */
export const filesLost = (path: string, loss: Loss, cause?: unknown): FaultError =>
  new FaultError(
    {
      kind: 'data',
      title: 'The files of the import can no longer be read',
      what: `The import stopped at ${path}. The pictures before it are kept.`,
      expected: `${path}, as when you chose it`,
      got: GOT[loss],
      todo: [
        TODO[loss],
        'Or choose the same files where they are now: the import goes on behind what is stored.',
        'Where some are deleted for good, press Use what is there, then add the other files to that set.',
      ],
    },
    cause ?? new DOMException(GOT[loss], nameOf(loss)),
  );

const nameOf = (loss: Loss): string => [...LOSSES].find(([, one]) => one === loss)?.[0] ?? '';
