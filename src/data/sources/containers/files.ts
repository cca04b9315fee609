// Files as they are chosen or dropped, each a member under its path. Not here: archives among them.
import { cleanText } from '../../../plain-text.ts';
import type { Member } from '../member.ts';

/** A file under its path in the chosen folder; a dropped one has its path as its name. */
export const memberOfFile = (file: File): Member =>
  memberOfBlob(cleanText(file.webkitRelativePath || file.name), file);

/** The same under another path, or of what was unpacked from a file. */
export const memberOfBlob = (path: string, blob: Blob): Member => {
  const read = (): Promise<Blob> => Promise.resolve(blob);
  return { path, size: blob.size, blob: read, read };
};
