// Writes a zip archive of stored entries: what torch.load and diffusers open, for numbers do not compress. A thin layer over
// client-zip: nothing is held twice, entries may be made one by one. Not here: reading (zip-reader.ts).
import { makeZip } from 'client-zip';

export interface ZipInput {
  /** With "/" between folders. */
  name: string;
  content: Uint8Array<ArrayBuffer> | Blob | string;
}

/** One date for all: the same content gives the same archive. Zip knows none before 1980. */
const DATE = new Date(1980, 0, 1);

/** The archive as it is made. Fewer than 65,535 entries: client-zip has no ZIP64 count. */
export function zipStream(
  entries: Iterable<ZipInput> | AsyncIterable<ZipInput>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return makeZip(dated(entries)) as ReadableStream<Uint8Array<ArrayBuffer>>;
}

async function* dated(entries: Iterable<ZipInput> | AsyncIterable<ZipInput>) {
  for await (const { name, content } of entries) yield { name, input: content, lastModified: DATE };
}

/** The whole archive; the browser may keep it on disk. */
export async function zipBlob(entries: Iterable<ZipInput> | AsyncIterable<ZipInput>): Promise<Blob> {
  const headers = { 'Content-Type': 'application/zip' };
  return new Response(zipStream(entries), { headers }).blob();
}
