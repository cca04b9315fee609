// Which of the user's files to try as pictures, in which order, and which caption belongs to which: by their
// names alone. Not here: the content of the files (decode.ts, captions.ts).
import type { SkippedFile } from './api.ts';
import { cleanText, isTextName, stemOf } from './captions.ts';

/** A file to try as a picture, with its caption. */
export interface Entry {
  path: string;
  file: File;
  caption: File | null;
}

/**
 * Whether a path is of a file that systems put beside people's files: names starting with a dot (`._x` of
 * macOS, .DS_Store), __MACOSX, Thumbs.db, desktop.ini.
 */
export const isSystemFile = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i.test(part));

/**
 * All files but captions and those of systems, sorted by path: the order in which the user's files arrive
 * must not matter. Paths tell equal names in two folders apart. Where a browser gives no paths, a caption
 * that could belong to several pictures is `unpaired`.
 */
export function pairFiles(files: readonly File[]): { entries: Entry[]; unpaired: SkippedFile[] } {
  const all = files
    .map((file) => ({ path: cleanText(file.webkitRelativePath || file.name), file }))
    .filter(({ path }) => !isSystemFile(path));
  const pictures = new Set(all.filter(({ path }) => !isTextName(path)).map(({ path }) => stemOf(path)));
  const captions = new Map<string, File>();
  const doubled = new Set<string>();
  const rest: typeof all = [];
  for (const one of all) {
    const stem = stemOf(one.path);
    if (!isTextName(one.path) || !pictures.has(stem)) rest.push(one);
    else if (captions.has(stem)) doubled.add(stem);
    else captions.set(stem, one.file);
  }
  const entries = rest
    .map(({ path, file }) => {
      const stem = stemOf(path);
      return { path, file, caption: doubled.has(stem) ? null : (captions.get(stem) ?? null) };
    })
    .sort((a, b) => compare(a.path, b.path) || a.file.size - b.file.size);
  const why = 'several captions have this name; its pictures have none now';
  return { entries, unpaired: [...doubled].sort(compare).map((stem) => ({ name: `${stem}.txt`, why })) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
