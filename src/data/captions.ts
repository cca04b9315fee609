// Captions of pictures: each line of `name.txt` is a caption of `name.jpg`. Short plain text, without
// characters that hide or reorder other text. Not here: which file belongs to which picture (sources/).

const CAPTION_BYTES = 4096;

/** Control characters, and all that turns other text. Joiners stay: Persian and emoji need them. */
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const HIDDEN = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** The text as one line of visible characters, single spaces between words. */
export const cleanText = (text: string): string => text.replace(HIDDEN, ' ').replace(/ +/g, ' ').trim();

/** A path without its extension: a picture and its caption in one folder have the same stem. */
export const stemOf = (path: string): string => path.replace(/\.[^./]*$/, '');

/** Whether the file's name says that it may be a caption. */
export const isTextName = (path: string): boolean => /\.txt$/i.test(path);

const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

/**
 * The captions in a file of at most 4 KiB, one on each line, or why its picture gets none. Lines are
 * alternatives, as in OneTrainer and in the wildcards of kohya's sd-scripts. Never rejects.
 */
export async function readCaption(file: {
  size: number;
  blob(): Promise<Blob>;
}): Promise<{ ok: true; text: string } | { ok: false; why: string }> {
  if (file.size > CAPTION_BYTES)
    return { ok: false, why: 'a caption may have 4 KiB; its picture has none now' };
  const bytes = await file
    .blob()
    .then((blob) => blob.arrayBuffer())
    .catch(() => null);
  if (!bytes) return { ok: false, why: 'it cannot be read; its picture has no caption now' };
  try {
    const lines = new TextDecoder('utf-8', { fatal: true }).decode(bytes).split(LINE_END).map(cleanText);
    return { ok: true, text: lines.filter((line) => line !== '').join('\n') };
  } catch {
    return { ok: false, why: 'it is not UTF-8 text; its picture has no caption now' };
  }
}

/** Most characters of a set's title. */
const TITLE_LENGTH = 120;

/** A set's title as it is stored and shown: one line of at most 120 characters; may be empty. */
export const cleanTitle = (text: string): string => cleanText(text).slice(0, TITLE_LENGTH).trim();
