// Which of the chosen files are pictures to try, which are the captions of which, and in what order. Names only.
// Not here: what is in the files (decode.ts, captions.ts).
import type { SkippedFile } from './api.ts';
import { cleanText, isTextName, stemOf } from './captions.ts';

export interface Entry {
  path: string;
  file: File;
  caption: File | null;
}

/**
 * Everything that is not the caption of something else, by path and never by the picker's order. Paths keep equal names
 * in two folders apart; where a browser gives none, a caption that could be of either is `unpaired`.
 */
export function pairFiles(files: readonly File[]): { entries: Entry[]; unpaired: SkippedFile[] } {
  const all = files.map((file) => ({ path: cleanText(file.webkitRelativePath || file.name), file }));
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
