// What source.json says of an import: what is imported, into what. It is written before the first picture,
// so that an import that was stopped is known for what it is. Not here: how far it came (progress-mark.ts).
import type { Chosen } from '../sources/source.ts';
import { readUpTo, type SetFolder } from './set-file.ts';

export const SOURCE = 'source.json';

export interface ImportNote {
  version: 2;
  /** Title of the set that is made. */
  title: string;
  /** Edge of the stored pictures, in pixels. */
  size: number;
  /** SHA-256 over names, sizes and dates of the files; empty: not an import. */
  fingerprint: string;
  /** What the source was recognised as. */
  kind: string;
  /** Entries of the source of which this is chosen; null: not known. */
  total: number | null;
  chosen: Chosen;
  /**
   * Id of the set that is added to, its pictures, which come first, and the fingerprint of their captions,
   * where it has one. Null: a new set.
   */
  addTo: { id: string; count: number; words?: string } | null;
}

/** The note in the text of source.json; null where it is torn, or of another version. */
export function parseNote(text: string): ImportNote | null {
  try {
    const note = JSON.parse(text) as Partial<ImportNote> | null;
    const isWhole =
      note?.version === 2 &&
      typeof note.title === 'string' &&
      Number.isSafeInteger(note.size) &&
      typeof note.fingerprint === 'string';
    return isWhole ? (note as ImportNote) : null;
  } catch {
    return null;
  }
}

/** The note in a folder; null where there is none. */
export async function readNote(folder: SetFolder): Promise<ImportNote | null> {
  const file = await folder.open(SOURCE);
  try {
    return parseNote(new TextDecoder().decode(readUpTo(file, 0, file.getSize())));
  } finally {
    file.close();
  }
}
