// What a container gives. Types, and the path of what lies in one. Not here: the containers (files beside).
import type { SkippedFile } from '../../api.ts';
import { cleanText } from '../../../plain-text.ts';
import type { Member } from '../member.ts';

export interface Opened {
  members: Member[];
  /** Whether some of them lie in an archive. */
  isArchive: boolean;
  /** What lies in the container and cannot be used, by its name. */
  unused: SkippedFile[];
}

/** The path of what lies in an archive; `folder` stands for the archive itself where it is one of several. */
export const pathWithin = (folder: string, name: string): string =>
  cleanText(folder === '' ? name : `${folder}/${name}`);
