// Captions of pictures: each line of `name.txt` is a caption of `name.jpg`. Short plain text, without
// characters that hide or reorder other text. Not here: which file belongs to which picture (sources/).

import { type Loss, lossIn } from '../formats/lost-file.ts';
import { cleanText } from '../plain-text.ts';
import { bytesIn, type Content } from './content.ts';

const CAPTION_BYTES = 4096;
/** What is said of a caption that is not taken because of its length. */
const TOO_LONG = 'a caption may have 4 KiB; its picture has none now';

/** What is said of one that cannot be read. */
export const UNREAD = 'it cannot be read; its picture has no caption now';

/** A path without its extension: a picture and its caption in one folder have the same stem. */
export const stemOf = (path: string): string => path.replace(/\.[^./]*$/, '');

/** Whether the file's name says that it may be a caption. */
export const isTextName = (path: string): boolean => /\.txt$/i.test(path);

const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

/** The captions in a text, one on each line, each of them visible text; empty ones are left out. */
export const captionLines = (text: string): string =>
  text
    .split(LINE_END)
    .map(cleanText)
    .filter((line) => line !== '')
    .join('\n');

/**
 * The captions in a file of at most 4 KiB, one on each line, or why its picture gets none. Lines are
 * alternatives, as in OneTrainer and in the wildcards of kohya's sd-scripts. `loss`: of a file that is lost.
 * Never rejects.
 */
export async function readCaption(file: {
  size: number;
  read(): Promise<Content>;
}): Promise<{ ok: true; text: string } | { ok: false; why: string; loss: Loss | null }> {
  if (file.size > CAPTION_BYTES) return { ok: false, why: TOO_LONG, loss: null };
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await bytesIn(await file.read());
  } catch (error) {
    return { ok: false, why: UNREAD, loss: lossIn(error) };
  }
  try {
    return { ok: true, text: captionLines(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { ok: false, why: 'it is not UTF-8 text; its picture has no caption now', loss: null };
  }
}

/** Most characters of a set's title. */
const TITLE_LENGTH = 120;

/** A set's title as it is stored and shown: one line of at most 120 characters; may be empty. */
export const cleanTitle = (text: string): string => cleanText(text).slice(0, TITLE_LENGTH).trim();

/**
 * The captions that a table or a list has for one picture, one a line, each of them one line of visible text;
 * equal ones once. `why`: of captions over 4 KiB, which are left out, else null.
 */
export function captionOfTexts(texts: readonly string[]): { text: string; why: string | null } {
  const short = texts.filter((text) => !isTooLong(text));
  const lines = new Set(short.map(cleanText).filter((line) => line !== ''));
  return { text: [...lines].join('\n'), why: short.length < texts.length ? TOO_LONG : null };
}

/** A character has three bytes at the most for each of its code units. */
const isTooLong = (text: string): boolean =>
  text.length * 3 > CAPTION_BYTES && new TextEncoder().encode(text).length > CAPTION_BYTES;
