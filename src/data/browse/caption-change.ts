// What becomes of a picture's captions by an edit: each line is a caption and is changed alone; the result is
// clean as an import cleans it. Pure. Not here: storing it (../edit-captions.ts).
import { placesOfWords, readableWords } from '../../text/caption-words.ts';
import type { CaptionEdit } from '../browse-api.ts';
import { captionLines } from '../captions.ts';

/** What an edit makes of captions, one a line. Captions that it does not concern stay as they are. */
export function captionChange(edit: CaptionEdit): (caption: string) => string {
  if (edit.kind === 'set') return () => captionLines(edit.caption);
  const line = lineChange(edit);
  return (caption) => {
    const lines = caption.split('\n');
    const changed = lines.map(line);
    return changed.every((one, i) => one === lines[i]) ? caption : captionLines(changed.join('\n'));
  };
}

function lineChange(edit: Exclude<CaptionEdit, { kind: 'set' }>): (line: string) => string {
  switch (edit.kind) {
    case 'prefix':
      return (line) => joined(edit.text, line);
    case 'suffix':
      return (line) => joined(line, edit.text);
    case 'add-word':
      return (line) => withWord(line, edit.word);
    case 'remove-word':
      return (line) => replaced(line, edit.word, '');
    case 'replace-word':
      return (line) => replaced(line, edit.word, edit.by);
    default:
      return edit satisfies never;
  }
}

/** Two parts of a caption, a space between them; none before what closes a part: commas and full stops. */
const joined = (left: string, right: string): string =>
  `${left}${/^[,.;:!?)\]]/.test(right) ? '' : ' '}${right}`.trim();

/** The word behind the caption, in a list with commas behind one; where the caption has it already, once. */
function withWord(line: string, word: string): string {
  if (places(line, readableWords(word)).length > 0) return line;
  return joined(line, line.includes(',') ? `, ${word.trim()}` : word.trim());
}

/** `word` wherever the caption has it, in letters of either case, becomes `by`. It may be several words. */
function replaced(line: string, word: string, by: string): string {
  const found = places(line, readableWords(word));
  return found.reduceRight((text, { at, end }) => {
    const [left, right] = [text.slice(0, at), text.slice(end)];
    return by.trim() === '' ? closed(left, right) : `${left}${by.trim()}${right}`;
  }, line);
}

/** The parts around a word that was taken out, without a comma that now parts nothing. */
function closed(left: string, right: string): string {
  const [before, after] = [left.trimEnd(), right.trimStart()];
  if (after === '') return before.replace(/,$/, '');
  if (after.startsWith(',') && (before === '' || before.endsWith(',')))
    return joined(before, after.slice(1).trim());
  return joined(before, after);
}

/** Where these words stand one behind the other, from the left. */
function places(line: string, words: readonly string[]): { at: number; end: number }[] {
  if (words.length === 0) return [];
  const there = placesOfWords(line);
  const found: { at: number; end: number }[] = [];
  for (let i = 0; i + words.length <= there.length;) {
    const isThere = words.every((word, k) => there[i + k]?.word === word);
    if (isThere) found.push({ at: there[i]?.at ?? 0, end: there[i + words.length - 1]?.end ?? 0 });
    i += isThere ? words.length : 1;
  }
  return found;
}
