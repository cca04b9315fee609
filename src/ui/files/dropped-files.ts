// What was dropped on the page or picked in a dialog, as a flat list of files and a title for them.
// Not here: whether a picture is usable (data/).
import { beginsWith, LEGACY_TORCH, type Magic, PICTURES, SAFETENSORS, ZIP } from '../../formats/magic.ts';

export interface Dropped {
  files: File[];
  /** The folder's name where there is one. */
  title: string;
  /** One file on its own, no folder. */
  single: boolean;
}

/** Every file under the dropped things, folders walked. Reads the list at once: it is empty after the event. */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files = await Promise.all(
    dropped.map(({ entry, file }) => (entry ? filesOf(entry) : Promise.resolve(file ? [file] : []))),
  );
  const folder = dropped.find(({ entry }) => entry?.isDirectory)?.entry;
  return {
    files: files.flat(),
    title: folder?.name ?? 'Dropped pictures',
    single: !folder && dropped.length === 1,
  };
}

/**
 * Named by their paths within what was dropped, so that `a/1.txt` is never taken for the caption of `b/1.jpg`. A file that
 * cannot be read becomes an empty one of its name, so that the import counts and lists it.
 */
async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const path = entry.fullPath.replace(/^\//, '');
    const named = (file: File): File =>
      new File([file], path, { type: file.type, lastModified: file.lastModified });
    const read = (resolve: (file: File) => void): void =>
      (entry as FileSystemFileEntry).file(
        (file) => resolve(path === file.name ? file : named(file)),
        () => resolve(new File([], path)),
      );
    return [await new Promise<File>(read)];
  }
  const children = await childrenOf((entry as FileSystemDirectoryEntry).createReader());
  return (await Promise.all(children.map(filesOf))).flat();
}

/** A reader answers at most 100 entries at a time, and none at the end. */
async function childrenOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** Files of `<input type=file>`; of a folder where `webkitRelativePath` says so. */
export function pickedFiles(list: FileList): Dropped {
  const files = [...list];
  const folder = files[0]?.webkitRelativePath.split('/')[0];
  return { files, title: folder || 'Chosen pictures', single: !folder && files.length === 1 };
}

/** Of a model's folder; a folder of pictures need not be looked through. */
const MOST_MODEL_FILES = 64;

/**
 * Whether it is to be imported as a model, told by its content and never by its name: one file that is no picture, or several
 * of which one holds weights. Zip files, which many documents are, stand among pictures, too.
 */
export async function isModel({ files, single }: Dropped): Promise<boolean> {
  const [first] = files;
  if (single && first) return !(await beginsWith(first, ...PICTURES));
  if (files.length > MOST_MODEL_FILES) return false;
  const some = async (...magics: Magic[]): Promise<boolean> =>
    (await Promise.all(files.map((file) => beginsWith(file, ...magics)))).includes(true);
  if (await some(SAFETENSORS)) return true;
  return (await some(ZIP, LEGACY_TORCH)) && !(await some(...PICTURES));
}
