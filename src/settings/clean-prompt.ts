// A prompt as it is kept, asked for and shown, whatever was typed, pasted or read from a file. Not here: its
// tokens (text/), where prompts are kept (trainer/run-words.ts).

/** Most characters of a prompt that is kept: a text encoder reads a few words of it. */
const PROMPT_LENGTH = 1000;

/** Controls, and invisible characters that turn the direction of the text around them. */
const NEVER_IN_A_PROMPT = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** One line of at most 1,000 characters, in whole code points; unpaired surrogates become U+FFFD. */
export function cleanPrompt(text: string): string {
  // A text of megabytes is cut before it is looked at letter by letter.
  const start = text
    .trimStart()
    .slice(0, 16 * PROMPT_LENGTH)
    .toWellFormed();
  // Spaces last: what stood between two of them may have gone.
  const line = start.replace(/\s/gu, ' ').replace(NEVER_IN_A_PROMPT, '').replace(/ +/g, ' ').trim();
  return Array.from(line).slice(0, PROMPT_LENGTH).join('').trimEnd();
}

/** The prompts of a text with one on each line, cleaned, without empty lines; `most` at most. */
export const promptsInLines = (text: string, most: number): string[] =>
  text
    .slice(0, 16 * PROMPT_LENGTH * most)
    .split(/\r\n|[\n\r\u2028\u2029]/u)
    .map(cleanPrompt)
    .filter((line) => line !== '')
    .slice(0, most);
