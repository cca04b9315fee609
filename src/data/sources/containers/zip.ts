// The entries of a zip archive as members, in place: 500,000 at most, read when they are asked for. An entry
// that is encrypted, overlaps or lies is left out by its name. Not here: the format (zip-reader.ts).
import type { FaultError } from '../../../fault.ts';
import { type ReadAhead, SMALL_BYTES } from '../../../formats/read-ahead.ts';
import { openZip, type ZipEntry } from '../../../formats/zip-reader.ts';
import type { Content } from '../../content.ts';
import type { Member } from '../member.ts';
import { type Opened, pathWithin } from './opened.ts';

const MOST_ENTRIES = 500_000;

/** Opens an archive. Throws FaultError kind `file` where none of its entries can be told. */
export async function membersOfZip(file: Blob, folder: string, reader: ReadAhead): Promise<Opened> {
  const unused: Opened['unused'] = [];
  const rules = {
    stored: false,
    mostEntries: MOST_ENTRIES,
    onRefused: (name: string, { fault }: FaultError) =>
      unused.push({
        name,
        why: `its entry in the zip cannot be used (${fault.got}; expected ${fault.expected})`,
      }),
  };
  const entries = await openZip(file, rules, reader);
  return { members: entries.map((entry) => new ZipMember(entry, folder)), isArchive: true, unused };
}

/** A class, since an object with functions of its own for each of 500,000 entries fills the memory. */
class ZipMember implements Member {
  readonly path: string;
  readonly #entry: ZipEntry;

  constructor(entry: ZipEntry, folder: string) {
    this.path = pathWithin(folder, entry.name);
    this.#entry = entry;
  }

  get size(): number {
    return this.#entry.sizeBytes;
  }

  get archive(): 'stored' | 'packed' {
    return this.#entry.isPacked ? 'packed' : 'stored';
  }

  blob(): Promise<Blob> {
    return this.#entry.blob();
  }

  read(): Promise<Content> {
    return this.size < SMALL_BYTES ? this.#entry.read() : this.blob();
  }
}
