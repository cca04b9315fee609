// Texts inside a PNG: iTXt is written, iTXt and tEXt are read (PNG specification, third edition, 11.3.3). Not
// here: what the texts say (app/recipe.ts), compressed texts, which nothing here needs.
import { crc32 } from './crc32.ts';
import { viewOf } from './file-bytes.ts';
import { isPng } from './image-png.ts';
import { textAt } from './image-format.ts';

export interface PngText {
  /** 1 to 79 characters of Latin-1. */
  keyword: string;
  text: string;
}

/** Signature and header: every PNG's first bytes, behind which texts are inserted. */
const HEADER_BYTES = 33;
/** Length, type and checksum of a chunk. */
const FRAME_BYTES = 12;
/** Longer texts are passed over. */
const LONGEST_TEXT = 2 ** 19;
const KEYWORD = /^[\x20-\x7e\xa1-\xff]{1,79}$/;

/**
 * The same picture with these texts, as uncompressed iTXt chunks right behind its header. Throws a RangeError
 * where the bytes are no whole PNG header or a keyword is not 1 to 79 printable Latin-1 characters.
 */
export function withPngTexts(png: Uint8Array, texts: readonly PngText[]): Uint8Array<ArrayBuffer> {
  if (!isPng(png) || png.length < HEADER_BYTES) throw new RangeError('texts can only be put into a PNG');
  const chunks = texts.map(textChunk);
  const added = chunks.reduce((sum, { length }) => sum + length, 0);
  const whole = new Uint8Array(png.length + added);
  whole.set(png.subarray(0, HEADER_BYTES));
  let at = HEADER_BYTES;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  whole.set(png.subarray(HEADER_BYTES), at);
  return whole;
}

/** An iTXt chunk: keyword, 0, not compressed (0, 0), no language (0), no translated keyword (0), UTF-8. */
function textChunk({ keyword, text }: PngText): Uint8Array {
  if (!KEYWORD.test(keyword)) throw new RangeError(`${JSON.stringify(keyword)} is no keyword of a PNG`);
  const name = Uint8Array.from(keyword, (letter) => letter.charCodeAt(0));
  const content = new TextEncoder().encode(text);
  const length = name.length + 5 + content.length;
  const chunk = new Uint8Array(FRAME_BYTES + length);
  const view = viewOf(chunk);
  view.setUint32(0, length);
  chunk.set(new TextEncoder().encode('iTXt'), 4);
  chunk.set(name, 8);
  chunk.set(content, 8 + name.length + 5);
  view.setUint32(8 + length, crc32(chunk.subarray(4, 8 + length)));
  return chunk;
}

/**
 * The texts that stand before a PNG's pixels, in their order. `bytes`: the file from its start, whole or cut
 * off. Never throws: none of a file that is no PNG; what is damaged, compressed, or longer than 512 KiB is
 * left out, and what follows the first chunk that does not fit into the bytes.
 */
export function readPngTexts(bytes: Uint8Array): PngText[] {
  if (!isPng(bytes)) return [];
  const view = viewOf(bytes);
  const found: PngText[] = [];
  for (let at = 8; at + FRAME_BYTES <= bytes.length;) {
    const length = view.getUint32(at);
    const type = textAt(bytes, at + 4, 4);
    const end = at + 8 + length;
    if (type === 'IDAT' || type === 'IEND' || end + 4 > bytes.length) break;
    const isText = (type === 'iTXt' || type === 'tEXt') && length <= LONGEST_TEXT;
    if (isText && crc32(bytes.subarray(at + 4, end)) === view.getUint32(end)) {
      const text = textIn(type, bytes.subarray(at + 8, end));
      if (text) found.push(text);
    }
    at = end + 4;
  }
  return found;
}

function textIn(type: 'iTXt' | 'tEXt', chunk: Uint8Array): PngText | null {
  const end = chunk.indexOf(0);
  if (end < 1 || end > 79) return null;
  const keyword = latin1(chunk.subarray(0, end));
  if (type === 'tEXt') return { keyword, text: latin1(chunk.subarray(end + 1)) };
  // Compression flag, compression method, language, 0, translated keyword, 0.
  const languageEnd = chunk.indexOf(0, end + 3);
  const translatedEnd = languageEnd < 0 ? -1 : chunk.indexOf(0, languageEnd + 1);
  if (chunk[end + 1] !== 0 || translatedEnd < 0) return null;
  return { keyword, text: new TextDecoder().decode(chunk.subarray(translatedEnd + 1)) };
}

/** ISO 8859-1: not TextDecoder's latin1, which is Windows-1252. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
