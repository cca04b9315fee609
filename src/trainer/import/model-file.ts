// The files of a model by path, from a folder or from the entries of a zip. Not here: what is in them.
import type { ZipEntry } from '../../formats/zip-reader.ts';

/** One file of a model; `open` reads its bytes. */
export interface ModelFile {
  /** Folders and name, with "/" between them. */
  path: string;
  sizeBytes: number;
  open(): Promise<Blob>;
}

/** A file that the user chose or dropped, with the path inside its folder. */
export const fromFile = (file: File): ModelFile => ({
  path: file.webkitRelativePath || file.name,
  sizeBytes: file.size,
  open: () => Promise.resolve(file),
});

/** An entry of a zip file. */
export const fromEntry = (entry: ZipEntry): ModelFile => ({
  path: entry.name,
  sizeBytes: entry.sizeBytes,
  open: () => entry.blob(),
});

/** Name of the file without its folders. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** The folders of a path with the final "/"; empty where there are none. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
