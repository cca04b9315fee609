// Files as they are chosen or dropped, each a member under its path. Not here: archives among them.
import { cleanText } from '../../captions.ts';
import type { Member } from '../member.ts';

/** A file under its path in the chosen folder; a dropped one has its path as its name. */
export const memberOfFile = (file: File): Member => ({
  path: cleanText(file.webkitRelativePath || file.name),
  size: file.size,
  blob: () => Promise.resolve(file),
});
