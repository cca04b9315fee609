// The files of a tar archive as members, in place. Of one that is cut off what is whole is taken. Not here:
// the format (tar-reader.ts).
import { type ReadAhead, SMALL_BYTES } from '../../../formats/read-ahead.ts';
import { listTar, type TarEntry } from '../../../formats/tar-reader.ts';
import type { Content } from '../../content.ts';
import type { Member } from '../member.ts';
import { type Opened, pathWithin } from './opened.ts';

/** How an archive is opened. */
interface Opening {
  /** Its name. */
  name: string;
  /** Before the paths in it. */
  folder: string;
  reader: ReadAhead;
  signal: AbortSignal | undefined;
}

/** Opens an archive. Rejects where its file is gone, and with an AbortError where `signal` is aborted. */
export async function membersOfTar(file: Blob, { name, folder, ...how }: Opening): Promise<Opened> {
  const { entries, others, cut } = await listTar(file, how);
  const sound = entries.filter((entry) => !leadsOut(entry.name));
  const unused = [
    ...others.map((other) => ({ name: other, why: 'it is a link or the like, with no bytes in the tar' })),
    ...entries
      .filter((entry) => leadsOut(entry.name))
      .map((entry) => ({ name: entry.name, why: 'its name leads out of the tar' })),
  ];
  if (cut !== null) unused.push({ name, why: `${cut}; what lies before was taken` });
  const members = sound.map((entry) => new TarMember(file, how.reader, entry, folder));
  return { members, isArchive: true, unused };
}

const leadsOut = (name: string): boolean => name.split('/').includes('..');

class TarMember implements Member {
  readonly path: string;
  readonly #file: Blob;
  readonly #reader: ReadAhead;
  readonly #entry: TarEntry;

  constructor(file: Blob, reader: ReadAhead, entry: TarEntry, folder: string) {
    this.path = pathWithin(folder, entry.name.replace(/^(\.?\/)+/, ''));
    this.#file = file;
    this.#reader = reader;
    this.#entry = entry;
  }

  get size(): number {
    return this.#entry.sizeBytes;
  }

  get archive(): 'stored' {
    return 'stored';
  }

  blob(): Promise<Blob> {
    const { begin, sizeBytes } = this.#entry;
    return Promise.resolve(this.#file.slice(begin, begin + sizeBytes));
  }

  read(): Promise<Content> {
    const { begin, sizeBytes } = this.#entry;
    return sizeBytes < SMALL_BYTES ? this.#reader.bytes(this.#file, begin, begin + sizeBytes) : this.blob();
  }
}
