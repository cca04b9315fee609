// Names of runs: the default from data set and day, the name of a fork, and the bounds of what a user or a
// file may bring. Pure functions of text. Not here: where a name is kept (checkpoint/run-note.ts), which
// names are taken (trainer/run-names.ts).

/** Longest name of a run, in characters as a reader counts them. */
export const LONGEST_NAME = 60;

/**
 * Characters that a name may not have: controls, lone surrogates, line ends, and invisible characters that
 * turn the direction of the text around them or hide. The two joiners stay: emoji and some scripts need them.
 */
const NEVER_IN_A_NAME = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
/** More marks on one letter than any script has: they would run over the lines above and below. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

const characters = (text: string): string[] =>
  Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
const cut = (text: string, most: number): string => characters(text).slice(0, most).join('').trimEnd();

/** One line of at most LONGEST_NAME visible characters; empty where nothing visible is left. */
export function cleanName(text: string): string {
  // A long file is cut before it is looked at letter by letter.
  const line = text
    .slice(0, 16 * LONGEST_NAME)
    .replace(/[\s\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(NEVER_IN_A_NAME, '')
    .replace(PILED_MARKS, '$1')
    .trim();
  return cut(/[^\s\u200c\u200d\p{M}]/u.test(line) ? line : '', LONGEST_NAME);
}

/**
 * "Planets, 30 Nov". `started`: ISO 8601, told in the reader's time zone; left out where it is no time.
 */
export function defaultName(dataset: string, started: string): string {
  const day = new Date(started);
  const title = cleanName(dataset) || 'Run';
  if (Number.isNaN(day.getTime())) return title;
  return withEnd(title, `, ${day.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}`);
}

/** "Planets, 30 Nov, from unet_epoch_1": a run that began with a checkpoint of the run called `parent`. */
export function forkName(parent: string, from: string): string {
  // Of a fork of a fork the last step of the way is told.
  const first = parent.replace(/, from [^,]+$/, '');
  return withEnd(first, `, from ${cut(cleanName(from), LONGEST_NAME / 2)}`);
}

/** `name`, or "name (2)", "name (3)", ... where it is taken. */
export function uniqueName(name: string, taken: readonly string[]): string {
  for (let n = 2, free = name; ; n++) {
    if (!taken.includes(free)) return free;
    free = withEnd(name, ` (${n})`);
  }
}

/** The beginning gives way: what tells two names apart stands at their end. */
const withEnd = (name: string, end: string): string => cut(name, LONGEST_NAME - characters(end).length) + end;
