// Texts beside pictures: `name.txt` is the caption of `name.jpg`. Text only, short, and without characters that hide or
// turn other text. Not here: what captions are used for.

const CAPTION_BYTES = 4096;

/** Control characters and all that changes the direction of text around it. Joiners stay: Persian and emoji need them. */
// oxlint-disable-next-line no-control-regex -- these are what is stripped
const HIDDEN = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** One line of visible text. */
export const cleanText = (text: string): string => text.replace(HIDDEN, ' ').replace(/ +/g, ' ').trim();

/** Files by path without extension, so that a picture finds its caption in the same folder. */
export const stemOf = (path: string): string => path.replace(/\.[^./]*$/, '');

export const isTextName = (path: string): boolean => /\.txt$/i.test(path);

/** The caption in a file, or why it is left out (the picture is kept without one). Never rejects. */
export async function readCaption(
  file: Blob,
): Promise<{ ok: true; text: string } | { ok: false; why: string }> {
  if (file.size > CAPTION_BYTES)
    return { ok: false, why: 'a caption may have 4 KiB; its picture has none now' };
  const bytes = await file.arrayBuffer().catch(() => null);
  if (!bytes) return { ok: false, why: 'it cannot be read; its picture has no caption now' };
  try {
    return { ok: true, text: cleanText(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { ok: false, why: 'it is not UTF-8 text; its picture has no caption now' };
  }
}
