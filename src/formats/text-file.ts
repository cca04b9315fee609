// The text of a file that somebody's spreadsheet or script wrote: UTF-8, UTF-16 by its mark, else Windows'
// Latin letters. Not here: what the text says.
import { FaultError } from '../fault.ts';
import { readBytes } from './file-bytes.ts';

/** Longer texts do not fit into one string of every browser, and their rows not into memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * The whole text, without a byte order mark. Throws FaultError kind `file` where it has over 256 MiB or
 * cannot be read.
 */
export async function readText(file: Blob): Promise<string> {
  if (file.size > MOST_BYTES)
    throw new FaultError({
      kind: 'file',
      title: 'This list is too long',
      what: 'Nothing of it was used.',
      expected: 'at most 256 MiB of text',
      got: `${Math.round(file.size / 2 ** 20)} MiB`,
      todo: ['Split it into several files.'],
    });
  const bytes = await readBytes(file, 0, file.size);
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : null;
  if (wide) return new TextDecoder(wide).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
