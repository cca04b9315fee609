// The arrays among the members: each .npy, and each in a .npz, by its header; which of them are the labels of
// which. Not here: what is a picture (arrays.ts).
import { readBytes } from '../../../formats/file-bytes.ts';
import { npyHeader, type NpyHeader, npyNumbers } from '../../../formats/npy.ts';
import { openZip } from '../../../formats/zip-reader.ts';
import { cleanText } from '../../../plain-text.ts';
import { stemOf } from '../../captions.ts';
import type { Member } from '../member.ts';
import { readable } from './blocks.ts';
import { baseName } from './names.ts';

/** An array that is numbers. */
export interface ArrayFile {
  /** Of its file; of an array in a .npz that of the archive and the array's name. */
  path: string;
  /** Path of the folder or archive around it. */
  folder: string;
  /** Its name without .npy. */
  part: string;
  header: NpyHeader;
  /** Whether it is one whole number for each of something. */
  isLabels: boolean;
  open: () => Promise<Blob>;
}

/** Enough for the header of every array of numbers. */
const HEAD_BYTES = 20 * 1024;

/** Whether the name says that arrays are in it. */
export const isArrayName = (path: string): boolean => /\.np[yz]$/i.test(path);

/**
 * Tells what trainers keep of a picture, by its name in any folder: `a.npz`, `a_sdxl.npz`,
 * `a_0512x0768_sd.npz` of `a.jpg`. `pictures`: paths.
 */
export function latentCaches(pictures: readonly string[]): (path: string) => boolean {
  const stems = new Set(pictures.map((path) => stemOf(baseName(path))));
  return (path) => {
    if (!/\.npz$/i.test(path)) return false;
    const words = stemOf(baseName(path)).split('_');
    return words.some((_, i) => stems.has(words.slice(0, i + 1).join('_')));
  };
}

/** Its arrays of numbers; of others, and of a damaged file, a sentence in `warnings` says why not. */
export async function arraysIn(member: Member, warnings: string[]): Promise<ArrayFile[]> {
  const name = baseName(member.path);
  if (/\.npy$/i.test(member.path)) {
    const header = await readable(name, warnings, async () => {
      const file = await member.blob();
      return npyHeader(await readBytes(file, 0, Math.min(HEAD_BYTES, file.size)), file.size);
    });
    const folder = member.path.slice(0, member.path.length - name.length);
    return header ? [arrayOf(member.path, folder, header, () => member.blob())] : [];
  }
  const entries = await readable(name, warnings, async () => openZip(await member.blob(), { stored: false }));
  const files: ArrayFile[] = [];
  for (const entry of entries ?? []) {
    if (!/\.npy$/i.test(entry.name)) continue;
    const inside = cleanText(entry.name);
    const path = `${member.path}/${inside}`;
    const header = await readable(`${name}/${inside}`, warnings, async () =>
      npyHeader(await entry.head(HEAD_BYTES), entry.sizeBytes),
    );
    if (header) files.push(arrayOf(path, member.path, header, () => entry.blob()));
  }
  return files;
}

function arrayOf(path: string, folder: string, header: NpyHeader, open: () => Promise<Blob>): ArrayFile {
  const [, columns = 1, ...more] = header.shape;
  const isLabels =
    /^[iub]/.test(header.code) && columns === 1 && more.length === 0 && header.shape.length > 0;
  return { path, folder, part: stemOf(baseName(path)), header, isLabels, open };
}

/** Names of arrays of labels, by those of their pictures: x_train and y_train, arr_0 and arr_1. */
const LABELS: readonly [RegExp, string][] = [
  [/(^|[-_.])x([-_.]|$)/i, '$1y$2'],
  [/images?/i, 'labels'],
  [/images?/i, 'label'],
  [/data/i, 'labels'],
  [/data/i, 'label'],
  [/^arr_0$/, 'arr_1'],
  [/$/, '_labels'],
];

/** Labels of an array of `count` pictures as names of classes; null where none are there. */
export async function labelsFor(
  { part, folder }: ArrayFile,
  count: number,
  files: readonly ArrayFile[],
): Promise<readonly string[] | null> {
  const fitting = files.filter(
    (file) => file.folder === folder && file.isLabels && file.header.shape[0] === count,
  );
  const names = LABELS.flatMap(([pattern, name]) =>
    pattern.test(part) ? [part.replace(pattern, name)] : [],
  );
  const named = names.flatMap((name) => fitting.filter((file) => file.part === name))[0];
  const generic = fitting.filter((file) => /^(?:labels?|y|targets?|classes)$/i.test(file.part))[0];
  const found = named ?? generic;
  if (!found) return null;
  const { header } = found;
  const file = await found.open();
  const bytes = await readBytes(file, header.begin, header.begin + count * header.itemBytes);
  return Array.from(npyNumbers(header, bytes), String);
}
