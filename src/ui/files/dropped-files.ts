// Files dropped on the page or picked in a dialog, as a flat list and a title. Not here: what they are
// (trainer/import/), whether a picture is usable (data/), folders read again (app/given-files.ts).
import {
  type Counting,
  counting,
  filesOf,
  given,
  type Giving,
  named,
  unreadFile,
  worthKeeping,
} from '../../app/given-files.ts';

/** The parts of FileSystemEntry that are read here; `isFile` tells a file from a folder. */
type Entry = Pick<FileSystemEntry, 'isFile' | 'isDirectory' | 'name' | 'fullPath'>;

/** The parts of DataTransfer that are read here. */
interface Transfer {
  readonly items: Iterable<{
    readonly kind: string;
    webkitGetAsEntry(): Entry | null;
    getAsFile(): File | null;
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }>;
}

/** All dropped files, folders walked. The list of items is read at once: it is empty after the event. */
export function droppedFiles(transfer: Transfer): Giving {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const dropped = items.map((item) => ({
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
    // The browser gives none of some folders, as that of all downloads.
    handle: (item.getAsFileSystemHandle?.() ?? Promise.resolve(null)).catch(() => null),
  }));
  return async (reading) => {
    const counted = counting(reading);
    const found = dropped.map(({ entry, file }) => {
      if (entry) return walk(entry, counted);
      return Promise.resolve(file ? [file] : []);
    });
    const files = (await Promise.all(found)).flat();
    const folder = dropped.find(({ entry }) => entry?.isDirectory)?.entry;
    const title = folder?.name ?? archiveTitle(files) ?? 'Dropped pictures';
    const handles = worthKeeping(await Promise.all(dropped.map(({ handle }) => handle)));
    return { files, title, handles };
  };
}

/** The name of the only file, where it is an archive's. */
const archiveTitle = (files: readonly File[]): string | null =>
  (files.length === 1 && /^(.+?)\.(?:zip|tar|tgz|tar\.gz|parquet)$/i.exec(files[0]?.name ?? '')?.[1]) || null;

/**
 * Files are named by their paths within the drop, so that `a/1.txt` is never taken for the caption of
 * `b/1.jpg`. A file that cannot be read becomes an empty file of that name: the import then counts and lists
 * it.
 */
async function walk(entry: Entry, counted: Counting): Promise<File[]> {
  counted.signal.throwIfAborted();
  if (entry.isFile) {
    const path = entry.fullPath.replace(/^\//, '');
    const read = (resolve: (file: File) => void): void =>
      (entry as FileSystemFileEntry).file(
        (file) => resolve(named(file, path)),
        () => resolve(unreadFile(path)),
      );
    const file = await new Promise<File>(read);
    counted.one();
    return [file];
  }
  const children = await childrenOf((entry as FileSystemDirectoryEntry).createReader());
  return (await Promise.all(children.map((child) => walk(child, counted)))).flat();
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
export function pickedFiles(list: FileList): Giving {
  const files = [...list];
  const folder = files[0]?.webkitRelativePath.split('/')[0];
  return given(files, folder || (archiveTitle(files) ?? 'Chosen pictures'));
}

/** The files of a folder that the user picked in the browser's dialog. */
export const pickedFolder =
  (folder: FileSystemDirectoryHandle): Giving =>
  async (reading) => ({ files: await filesOf([folder], reading), title: folder.name, handles: [folder] });
