// Text that comes from a file or a program, made fit to be shown: one line, visible, of bounded length. A
// word of 30,000 letters takes a browser 19 s to lay out, and one of 300,000 ends the page. Not here:
// captions, prompts and names, which have rules of their own and keep these.

/** Control characters, and all that turns other text. Joiners stay: Persian and emoji need them. */
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const HIDDEN = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** The text as one line of visible characters, single spaces between words. Its length is not bounded. */
export const cleanText = (text: string): string => text.replace(HIDDEN, ' ').replace(/ +/g, ' ').trim();

/** The text cleaned, of at most `most` UTF-16 units and then a dot of omission where it is longer. */
export function plainText(text: string, most: number): string {
  // A text of megabytes is cut before it is looked at letter by letter.
  const line = cleanText(text.slice(0, 4 * most).toWellFormed());
  if (line.length <= most && text.length <= 4 * most) return line;
  return `${line
    .slice(0, most)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`;
}
