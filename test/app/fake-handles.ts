// Handles of the File System Access API as far as the page uses them: folders of files, whose permission may
// be asked for, refused and withdrawn. Not here: real ones (../e2e/stop-and-go-on.long.spec.ts).

/** What a handle answers. */
export interface FakeAccess {
  state: PermissionState;
  /** What the user answers when asked. */
  answer: PermissionState;
  /** How often the user was asked. */
  asked: number;
}

type Tree = { [name: string]: File | Tree };

/** A folder of these files; `access.state` changes what can be read from the next file on. */
export function fakeFolder(name: string, tree: Tree, access: FakeAccess): FileSystemDirectoryHandle {
  const handle = {
    ...permissions(access),
    kind: 'directory',
    name,
    // oxlint-disable-next-line require-await -- as the browser's, which waits for the disk
    async *values() {
      if (access.state !== 'granted') throw new DOMException('not allowed', 'NotAllowedError');
      for (const [child, of] of Object.entries(tree))
        yield of instanceof File ? fakeFile(child, of, access) : fakeFolder(child, of, access);
    },
  };
  return handle as Partial<FileSystemDirectoryHandle> as FileSystemDirectoryHandle;
}

function fakeFile(name: string, file: File, access: FakeAccess): FileSystemFileHandle {
  const getFile = () => {
    if (access.state !== 'granted') return Promise.reject(new DOMException('not allowed', 'NotAllowedError'));
    return file.name === 'locked'
      ? Promise.reject(new DOMException('locked', 'NotReadableError'))
      : Promise.resolve(file);
  };
  const handle = { ...permissions(access), kind: 'file', name, getFile };
  return handle as Partial<FileSystemFileHandle> as FileSystemFileHandle;
}

const permissions = (access: FakeAccess) => ({
  queryPermission: () => Promise.resolve(access.state),
  requestPermission: () => {
    access.asked++;
    access.state = access.answer;
    return Promise.resolve(access.state);
  },
});
