// Every file that a person brought as members: archives are opened, told by their first bytes; all others are
// members themselves. Not here: what the members are (layouts/).
import { HEAD_BYTES } from '../../../formats/file-kind.ts';
import { gunzipped, gunzippedHead, isGzip } from '../../../formats/gzip.ts';
import { begins, ZIP } from '../../../formats/magic.ts';
import { ReadAhead } from '../../../formats/read-ahead.ts';
import { isTar } from '../../../formats/tar-reader.ts';
import { FaultError } from '../../../fault.ts';
import { cleanText } from '../../../plain-text.ts';
import { isSystemFile } from '../junk.ts';
import { isPictureName } from '../layouts/names.ts';
import { memberOfBlob, memberOfFile } from './files.ts';
import type { Opened } from './opened.ts';
import { membersOfTar } from './tar.ts';
import { membersOfZip } from './zip.ts';

/** In a larger drop a name of pictures and texts is believed: reading 10,000 beginnings takes seconds. */
const MANY_FILES = 512;
const ARCHIVE_NAME = /\.(zip|tar|tgz|tar\.gz)$/i;

/** A zip by its bytes, but one thing: arrays, or what another trainer keeps beside a picture (layouts/). */
const isArrays = (path: string): boolean => /\.npz$/i.test(path);

/**
 * The members of all files. A container that cannot be opened is `unused`, and the rest goes on; throws its
 * FaultError where it is all there is, and an AbortError soon after `signal` is aborted. A gzipped archive is
 * unpacked once, into a Blob that its members are slices of.
 */
export async function open(files: readonly File[], signal?: AbortSignal): Promise<Opened> {
  const opened: Opened = { members: [], isArchive: false, unused: [] };
  const reader = new ReadAhead();
  for (const file of files) {
    signal?.throwIfAborted();
    const member = memberOfFile(file);
    const isPlain = isArrays(member.path) || isSystemFile(member.path);
    if (isPlain || (files.length > MANY_FILES && isPlainName(member.path))) {
      opened.members.push(member);
      continue;
    }
    try {
      const folder = files.length === 1 ? '' : member.path.replace(ARCHIVE_NAME, '');
      const inside = await inContainer(file, { name: file.name, folder, reader, signal });
      opened.isArchive ||= inside?.isArchive ?? false;
      for (const one of inside?.members ?? [member]) opened.members.push(one);
      for (const one of inside?.unused ?? []) opened.unused.push(one);
    } catch (error) {
      if (!(error instanceof FaultError) || files.length === 1) throw error;
      const { title, got } = error.fault;
      opened.unused.push({ name: member.path, why: `${title}: ${got}` });
    }
  }
  return opened;
}

const isPlainName = (path: string): boolean => isPictureName(path) || /\.(txt|caption)$/i.test(path);

/** What lies in an archive; null: the file is none. */
async function inContainer(file: File, how: Parameters<typeof membersOfTar>[1]): Promise<Opened | null> {
  const head = await headOf(file);
  if (begins(head, ZIP)) return nestedLeftOut(await membersOfZip(file, how.folder, how.reader));
  if (isTar(head)) return nestedLeftOut(await membersOfTar(file, how));
  if (!isGzip(head)) return null;
  const { blob, cut } = await gunzipped(file, { signal: how.signal });
  const unused = cut === null ? [] : [{ name: file.name, why: `${cut}; what lies before was taken` }];
  if (isTar(await headOf(blob))) {
    const inside = nestedLeftOut(await membersOfTar(blob, how));
    return { ...inside, unused: inside.unused.length > 0 ? inside.unused : unused };
  }
  const path = cleanText((file.webkitRelativePath || file.name).replace(/\.gz$/i, ''));
  return {
    members: [memberOfBlob(path, blob)],
    isArchive: false,
    unused,
  };
}

/**
 * Whether a file is a gzipped tar archive: to say what is in it, all of it would be unpacked. Never rejects.
 */
export async function isGzippedTar(file: Blob): Promise<boolean> {
  return isGzip(await headOf(file)) && isTar(await gunzippedHead(file, HEAD_BYTES));
}

/** The first bytes; none where the file cannot be read, which its reader then tells. */
const headOf = async (file: Blob): Promise<Uint8Array> =>
  new Uint8Array(
    await file
      .slice(0, HEAD_BYTES)
      .arrayBuffer()
      .catch(() => new ArrayBuffer(0)),
  );

/** Archives in archives are not opened, and said. */
function nestedLeftOut({ members, isArchive, unused }: Opened): Opened {
  const isNested = (path: string): boolean => ARCHIVE_NAME.test(path);
  const why = 'it is an archive inside an archive: unpack the outer one first';
  return {
    members: members.filter(({ path }) => !isNested(path)),
    isArchive,
    unused: [
      ...unused,
      ...members.filter(({ path }) => isNested(path)).map(({ path }) => ({ name: path, why })),
    ],
  };
}
