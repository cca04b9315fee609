// Files beside a model's weights, found by name and nearness, and read as text or JSON. Not here: what they
// say (folder-model.ts, folder-encoder.ts).
import { FaultError } from '../../fault.ts';
import { jsonIn, MOST_JSON } from '../../formats/bounded-json.ts';
import { baseName, folderOf, type ModelFile } from './model-file.ts';

/** CLIP's own tokenizer.json has 2.2 MB. */
const MOST_TEXT_BYTES = 32 * 1024 * 1024;

/** The file of this name in this folder (with its final "/"). */
export const inFolder = (files: readonly ModelFile[], folder: string, name: string): ModelFile | undefined =>
  files.find(({ path }) => path === folder + name);

/** Folders that two paths share, from the outermost on. */
export function foldersInCommon(one: string, other: string): number {
  const [left, right] = [folderOf(one).split('/'), folderOf(other).split('/')];
  const differs = left.findIndex((part, i) => part !== right[i]);
  return differs < 0 ? left.length : differs;
}

/** The file of this name whose folders have the most in common with those of `path`. */
export const nearest = (files: readonly ModelFile[], path: string, name: string): ModelFile | undefined =>
  files
    .filter((file) => baseName(file.path) === name)
    .toSorted(
      (a, b) =>
        foldersInCommon(path, b.path) - foldersInCommon(path, a.path) || a.path.length - b.path.length,
    )[0];

/** The JSON object in a file; null without a file. Throws FaultError kind `file`. */
export async function jsonOf(file: ModelFile | undefined): Promise<Record<string, unknown> | null> {
  if (!file) return null;
  const name = baseName(file.path);
  if (file.sizeBytes > MOST_JSON) throw unreadable(name, 'at most 4 MiB of JSON', `${file.sizeBytes} bytes`);
  return objectIn(name, await (await file.open()).text());
}

/** The text of a file. Throws FaultError kind `file` where it has more than 32 MiB. */
export async function textOf(file: ModelFile): Promise<string> {
  if (file.sizeBytes > MOST_TEXT_BYTES)
    throw unreadable(baseName(file.path), 'at most 32 MiB of text', `${file.sizeBytes} bytes`);
  return (await file.open()).text();
}

/** The JSON object that a text is. Throws FaultError kind `file` that names the file or key `name`. */
export function objectIn(name: string, text: string): Record<string, unknown> {
  const value = jsonIn(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw unreadable(name, 'a JSON object', JSON.stringify(text.slice(0, 64)));
}

function unreadable(name: string, expected: string, got: string): FaultError {
  return new FaultError({
    kind: 'file',
    title: `${name} cannot be read`,
    what: 'Nothing was imported or changed.',
    expected,
    got,
    todo: ['Choose the file as the model was saved with it.'],
  });
}
