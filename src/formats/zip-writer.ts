// Writes a zip archive of stored entries, which torch.load and diffusers open;
// trained numbers do not compress. A thin layer over client-zip: nothing is held
// twice, entries may be made one by one. Not here: reading (zip-reader.ts).
import { makeZip } from 'client-zip';
import { withZip64Count } from './zip-many-entries.ts';

export interface ZipInput {
  /** With "/" between folders. */
  name: string;
  content: Uint8Array<ArrayBuffer> | Blob | string;
}

type ZipInputs = Iterable<ZipInput> | AsyncIterable<ZipInput>;

/**
 * One date for all entries, so that the same content gives the same archive. The earliest that zip can write.
 */
const DATE = new Date(1980, 0, 1);

/** The archive as it is made: an entry is asked for once the entry before is written. */
function zipStream(entries: ZipInputs): ReadableStream<Uint8Array> {
  let count = 0;
  async function* dated() {
    for await (const { name, content } of entries) {
      count += 1;
      yield { name, input: content, lastModified: DATE };
    }
  }
  return makeZip(dated()).pipeThrough(withZip64Count(() => count));
}

/** The whole archive of these entries, in their order; the browser may keep it on disk. */
export async function zipBlob(entries: ZipInputs): Promise<Blob> {
  const headers = { 'Content-Type': 'application/zip' };
  return new Response(zipStream(entries), { headers }).blob();
}
