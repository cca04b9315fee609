// Files as a person chooses them, and all that a source gives, for the tests of sources.
import { recognise } from '../../../src/data/sources/recognise.ts';
import type { Chosen, Source, SourceEntry } from '../../../src/data/sources/source.ts';

/** A file as a folder picker gives it: with its name and its path from the chosen folder. */
export function chosenFile(path: string, content: BlobPart = path): File {
  const file = new File([content], path.slice(path.lastIndexOf('/') + 1));
  Object.defineProperty(file, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
  return file;
}

/** All entries from number `from` on. */
export async function entriesOf(source: Source, from = 0, chosen: Chosen = {}): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const entry of source.entries(from, chosen)) entries.push(entry);
  return entries;
}

/** The one source of these files. Throws where there are more or none. */
export async function sourceOf(files: readonly File[]): Promise<Source> {
  const [source, ...others] = await recognise(files);
  if (!source || others.length > 0) throw new Error('not one source');
  return source;
}
