// Files dropped on the page or picked in a dialog, as a flat list and a title. Not here: what they are
// (trainer/import/), whether a picture is usable (data/).

export interface Dropped {
  files: File[];
  /** The folder's name where there is one. */
  title: string;
}

/** The parts of FileSystemEntry that are read here; `isFile` tells a file from a folder. */
type Entry = Pick<FileSystemEntry, 'isFile' | 'isDirectory' | 'name' | 'fullPath'>;

/** The parts of DataTransfer that are read here. */
interface Transfer {
  readonly items: Iterable<{
    readonly kind: string;
    webkitGetAsEntry(): Entry | null;
    getAsFile(): File | null;
  }>;
}

/**
 * All dropped files, folders walked. The list of items is read before the first await: it is empty after the
 * event.
 */
export async function droppedFiles(transfer: Transfer): Promise<Dropped> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files = await Promise.all(
    dropped.map(({ entry, file }) => (entry ? filesOf(entry) : Promise.resolve(file ? [file] : []))),
  );
  const folder = dropped.find(({ entry }) => entry?.isDirectory)?.entry;
  const all = files.flat();
  return { files: all, title: folder?.name ?? archiveTitle(all) ?? 'Dropped pictures' };
}

/** The name of the only file, where it is an archive's. */
const archiveTitle = (files: readonly File[]): string | null =>
  (files.length === 1 && /^(.+?)\.(?:zip|tar|tgz|tar\.gz|parquet)$/i.exec(files[0]?.name ?? '')?.[1]) || null;

/**
 * Files are named by their paths within the drop, so that `a/1.txt` is never taken for the caption of
 * `b/1.jpg`. A file that cannot be read becomes an empty file of that name: the import then counts and lists
 * it.
 */
async function filesOf(entry: Entry): Promise<File[]> {
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

/** A directory reader gives at most 100 entries at a time, and an empty list at the end. */
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

/** The files of an `<input type=file>`; from a folder where `webkitRelativePath` names one. */
export function pickedFiles(list: FileList): Dropped {
  const files = [...list];
  const folder = files[0]?.webkitRelativePath.split('/')[0];
  return { files, title: folder || (archiveTitle(files) ?? 'Chosen pictures') };
}
