// The files of a model by path, from a folder or from the entries of a zip, and their kinds by their first
// bytes. Not here: what is in them.
import { type FileKind, HEAD_BYTES, kindOfBytes } from '../../formats/file-kind.ts';
import { readBytes } from '../../formats/file-bytes.ts';
import type { ZipEntry } from '../../formats/zip-reader.ts';

/** One file of a model; `open` reads its bytes. */
export interface ModelFile {
  /** Folders and name, with "/" between them. */
  path: string;
  /** Name of the zip that it lies in; null: it lies in none. */
  zip: string | null;
  sizeBytes: number;
  /** By its first bytes. Throws FaultError kind `file` where it cannot be read. */
  kind(): Promise<FileKind>;
  open(): Promise<Blob>;
}

/** A file that the user chose or dropped, with the path inside its folder. */
export const fromFile = (file: File): ModelFile => ({
  path: file.webkitRelativePath || file.name,
  zip: null,
  sizeBytes: file.size,
  kind: once(async () => kindOfBytes(await readBytes(file, 0, Math.min(HEAD_BYTES, file.size)))),
  open: () => Promise.resolve(file),
});

/** An entry of the zip file of this name. It is unpacked once, when it is first opened. */
export const fromEntry = (zip: string, entry: ZipEntry): ModelFile => ({
  path: entry.name,
  zip,
  sizeBytes: entry.sizeBytes,
  kind: once(async () => kindOfBytes(await entry.head(HEAD_BYTES))),
  open: once(() => entry.blob()),
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

/** Name of the file without its folders. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** The folders of a path with the final "/"; empty where there are none. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
