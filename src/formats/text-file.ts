// The text of a file that somebody's spreadsheet or script wrote: UTF-8, UTF-16 by its mark, else Windows'
// Latin letters. Not here: what the text says, how long it may be (data/sources/list-size.ts).
import { readBytes } from './file-bytes.ts';

/** The whole text, without a byte order mark. Throws FaultError kind `file` where it cannot be read. */
export async function readText(file: Blob): Promise<string> {
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
