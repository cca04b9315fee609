// Files that the user gives, read while the page says how many it has found; and folders that were given
// before a reload, read again once the browser allows it. Not here: drops and file inputs (ui/files), what
// the files are (trainer/).

/** Files that were chosen, dropped or pasted. */
export interface GivenFiles {
  files: File[];
  /** Of the set that they become: the folder's name where there is one. */
  title: string;
  /** Of the folders or files that were given, where the browser has them: a later visit may ask for them. */
  handles: readonly FileSystemHandle[];
}

/** What goes on while files are read. */
export interface Reading {
  /** Says how many there are so far. */
  found: (files: number) => void;
  signal: AbortSignal;
}

/** Reads what was given: folders may be large. Rejects soon after the signal is aborted. */
export type Giving = (reading: Reading) => Promise<GivenFiles>;

/** Files that are there already. */
export const given =
  (files: File[], title: string): Giving =>
  () =>
    Promise.resolve({ files, title, handles: [] });

/** The browser asks the user for each by itself. */
const MOST_HANDLES = 8;

/** Those to remember: all, or none where one is missing or they are too many to ask for. */
export const worthKeeping = (handles: readonly (FileSystemHandle | null)[]): readonly FileSystemHandle[] => {
  const there = handles.filter((handle) => handle !== null);
  return there.length === handles.length && there.length <= MOST_HANDLES ? there : [];
};

/**
 * Whether all of these may be read; asks the user, which only works soon after a press. False where the
 * browser cannot ask.
 */
export async function permitted(handles: readonly FileSystemHandle[]): Promise<boolean> {
  for (const handle of handles) if (!(await isPermitted(handle))) return false;
  return true;
}

async function isPermitted(handle: FileSystemHandle): Promise<boolean> {
  const reading = { mode: 'read' } as const;
  if ((await handle.queryPermission?.(reading)) === 'granted') return true;
  try {
    return (await handle.requestPermission?.(reading)) === 'granted';
  } catch {
    // The press was too long ago.
    return false;
  }
}

/**
 * All files of the handles, folders walked, each under its path from the outermost folder on, as drops and
 * inputs name them. A single file that cannot be read is an empty one. Rejects where a folder is gone or may
 * not be read, and with an AbortError where the signal is aborted.
 */
export async function filesOf(handles: readonly FileSystemHandle[], reading: Reading): Promise<File[]> {
  const counted = counting(reading);
  const files = await Promise.all(handles.map((handle) => walk(handle, handle.name, counted)));
  return files.flat();
}

/** What counts the files of one reading, each as it is found. */
export function counting({ found, signal }: Reading): Counting {
  let count = 0;
  return { signal, one: () => found(++count) };
}

export interface Counting {
  signal: AbortSignal;
  one: () => void;
}

/** Children of a folder that are asked for at once. */
const AT_ONCE = 32;

async function walk(handle: FileSystemHandle, path: string, counted: Counting): Promise<File[]> {
  counted.signal.throwIfAborted();
  if (handle.kind === 'file') {
    const file = await fileAt(handle as FileSystemFileHandle, path);
    counted.one();
    return [file];
  }
  const below: Promise<File[]>[] = [];
  for await (const child of (handle as FileSystemDirectoryHandle).values()) {
    counted.signal.throwIfAborted();
    const walked = walk(child, `${path}/${child.name}`, counted);
    // Told below, or by what fails before.
    walked.catch(() => undefined);
    below.push(walked);
    if (below.length >= AT_ONCE) await below[below.length - AT_ONCE];
  }
  return (await Promise.all(below)).flat();
}

async function fileAt(handle: FileSystemFileHandle, path: string): Promise<File> {
  try {
    return named(await handle.getFile(), path);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') throw error;
    return unreadFile(path);
  }
}

/** The file under a path of its own. */
export const named = (file: File, path: string): File =>
  path === file.name ? file : new File([file], path, { type: file.type, lastModified: file.lastModified });

/** In the place of a file that cannot be read: the import counts and names it. The same at every reading. */
export const unreadFile = (path: string): File => new File([], path, { lastModified: 0 });
