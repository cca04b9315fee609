// The parts of what the user brings: the files of a folder, or the entries of a zip file, by path. Not here: what they mean.
import type { ZipEntry } from '../../formats/zip-reader.ts';

/** One file, wherever it lies; its bytes are read when they are asked for. */
export interface Part {
  /** Folders first, "/" between them. */
  path: string;
  sizeBytes: number;
  open(): Promise<Blob>;
}

export const partOfFile = (file: File): Part => ({
  path: file.webkitRelativePath || file.name,
  sizeBytes: file.size,
  open: () => Promise.resolve(file),
});

export const partOfEntry = (entry: ZipEntry): Part => ({
  path: entry.name,
  sizeBytes: entry.sizeBytes,
  open: () => entry.blob(),
});

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
