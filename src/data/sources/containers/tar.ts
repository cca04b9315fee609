// The files of a tar archive as members, in place. Of one that is cut off what is whole is taken. Not here:
// the format (tar-reader.ts).
import { listTar, type TarEntry } from '../../../formats/tar-reader.ts';
import type { Member } from '../member.ts';
import { type Opened, pathWithin } from './opened.ts';

/** Opens an archive of this name. Rejects where its file is gone. */
export async function membersOfTar(file: Blob, name: string, folder: string): Promise<Opened> {
  const { entries, others, cut } = await listTar(file);
  const sound = entries.filter((entry) => !leadsOut(entry.name));
  const unused = [
    ...others.map((other) => ({ name: other, why: 'it is a link or the like, with no bytes in the tar' })),
    ...entries
      .filter((entry) => leadsOut(entry.name))
      .map((entry) => ({ name: entry.name, why: 'its name leads out of the tar' })),
  ];
  if (cut !== null) unused.push({ name, why: `${cut}; what lies before was taken` });
  return { members: sound.map((entry) => new TarMember(file, entry, folder)), isArchive: true, unused };
}

const leadsOut = (name: string): boolean => name.split('/').includes('..');

class TarMember implements Member {
  readonly path: string;
  readonly #file: Blob;
  readonly #entry: TarEntry;

  constructor(file: Blob, entry: TarEntry, folder: string) {
    this.path = pathWithin(folder, entry.name.replace(/^(\.?\/)+/, ''));
    this.#file = file;
    this.#entry = entry;
  }

  get size(): number {
    return this.#entry.sizeBytes;
  }

  blob(): Promise<Blob> {
    const { begin, sizeBytes } = this.#entry;
    return Promise.resolve(this.#file.slice(begin, begin + sizeBytes));
  }
}
