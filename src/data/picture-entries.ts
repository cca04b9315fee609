// Which of the user's files to try as pictures, in which order, and which caption or class belongs to which:
// by their names alone. Not here: the content of the files (decode.ts, captions.ts).
import type { SkippedFile } from './api.ts';
import { cleanText, isTextName, stemOf } from './captions.ts';

/** A file to try as a picture, with its caption. */
export interface Entry {
  path: string;
  file: File;
  caption: File | null;
  /** The name of its class, which is its caption where no file has one; empty where there are no classes. */
  className: string;
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
  const classOf = classesOf(rest.map(({ path }) => path));
  const entries = rest
    .map(({ path, file }) => {
      const stem = stemOf(path);
      if (doubled.has(stem)) return { path, file, caption: null, className: '' };
      return { path, file, caption: captions.get(stem) ?? null, className: classOf(path) };
    })
    .sort((a, b) => compare(a.path, b.path) || a.file.size - b.file.size);
  const why = 'several captions have this name; its pictures have none now';
  return { entries, unpaired: [...doubled].sort(compare).map((stem) => ({ name: `${stem}.txt`, why })) };
}

/** Files that may be pictures; others beside them, as a README, say nothing of classes. */
const PICTURE_NAME = /\.(?:jpe?g|png|webp|avif|gif)$/i;
/** Folders of a data set's parts, which are no classes. */
const PART = /^(?:train|test|val|valid|eval)(?:ing|idation)?$/i;

const foldersOf = (path: string): string[] => path.split('/').slice(0, -1);

/**
 * The class of each picture: its folder's name, where all pictures lie equally deep and in folders of more
 * than one name (the rule of Hugging Face's imagefolder). Empty where they do not.
 */
function classesOf(paths: readonly string[]): (path: string) => string {
  const folders = paths.filter((path) => PICTURE_NAME.test(path)).map(foldersOf);
  const depths = new Set(folders.map(({ length }) => length));
  const names = new Set(folders.map((parents) => classNameOf(parents)));
  if (depths.size !== 1 || names.size < 2 || [...names].some((name) => name === '' || PART.test(name)))
    return () => '';
  return (path) => (PICTURE_NAME.test(path) ? classNameOf(foldersOf(path)) : '');
}

/** Words of the innermost folder: of `10_golden_retriever`, as kohya's trainers count repeats, the words. */
const classNameOf = (folders: readonly string[]): string =>
  (folders.at(-1) ?? '')
    .replace(/^\d+_(?=\D)/, '')
    .replaceAll('_', ' ')
    .replace(/ +/g, ' ')
    .trim();

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
