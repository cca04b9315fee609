// The sentence that captions made by a rule share: its fixed words, and in its places the alternatives that
// exclude each other. Found from the captions alone. Not here: the page's switches made of it, words by
// frequency (caption-words.ts).
import { normalise } from './words.ts';

/** Fixed words, or alternatives of a place, the most frequent first; an empty one leaves the place out. */
export type CaptionTemplate = readonly (string | readonly string[])[];

type Words = readonly string[];

/** Captions looked at, and words of one. */
const MOST_CAPTIONS = 4096;
const MOST_WORDS = 64;
/** More alternatives are free text. */
const MOST_ALTERNATIVES = 24;
const MOST_PLACES = 8;
/** The share of captions that must have the sentence's words. */
const SHARE = 0.9;

/**
 * The template of these captions (a line each), in lower case. Null where they have none: fewer than 90 %
 * have words in common order, a place has more than 24 alternatives, or these are seldom said twice. "a red
 * circle on a dark background" and others like it give ["a red", ...], ["circle", ...], "on a", ["dark",
 * "light"], "background": a word that its neighbour decides, as articles are, is one alternative with it.
 */
export function captionTemplate(lines: readonly string[]): CaptionTemplate | null {
  const captions = lines.slice(0, MOST_CAPTIONS).map((line) => normalise(line).trim().split(' '));
  if (captions.length < 2 || captions.some(({ length }) => length > MOST_WORDS)) return null;
  const having = captionsWith(captions);
  const common = [...having].filter(([, times]) => times >= SHARE * captions.length).map(([word]) => word);
  const alike = captions.filter((words) => common.every((word) => words.includes(word)));
  if (alike.length < SHARE * captions.length) return null;
  const anchors = alike.reduce((left: Words, right) => commonWords(left, right, having), alike[0] ?? []);
  const cut = alike.map((words) => cutAt(words, anchors));
  const parts = [...anchors, null].flatMap((anchor, i): Words[] => [
    ...placesOf(cut.map((segments) => segments[i] ?? [])).map(alternativesOf),
    ...(anchor === null ? [] : [[anchor]]),
  ]);
  const places = parts.filter(({ length }) => length > 1);
  const most = Math.min(MOST_ALTERNATIVES, alike.length / 2);
  if (places.length === 0 || places.length > MOST_PLACES) return null;
  return places.some(({ length }) => length > most) ? null : joined(parts);
}

/** Of each word the number of captions that have it. */
function captionsWith(captions: readonly Words[]): Map<string, number> {
  const having = new Map<string, number>();
  for (const words of captions)
    for (const word of new Set(words)) having.set(word, (having.get(word) ?? 0) + 1);
  return having;
}

/**
 * The heaviest sequence of words that both have in this order. `weights`: the more captions have a word, the
 * likelier it belongs to the sentence and not to an alternative.
 */
function commonWords(left: Words, right: Words, weights: ReadonlyMap<string, number>): Words {
  // Of each pair of places the weight of what is common from there on.
  const width = right.length + 1;
  const sums = new Float64Array((left.length + 1) * width);
  const at = (i: number, j: number): number => sums[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      sums[i * width + j] =
        left[i] === right[j]
          ? at(i + 1, j + 1) + (weights.get(left[i] as string) ?? 0)
          : Math.max(at(i + 1, j), at(i, j + 1));
  const found: string[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j]) {
      found.push(left[i] as string);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

/** The words before, between and behind the anchors. */
function cutAt(words: Words, anchors: Words): Words[] {
  let from = 0;
  const segments = anchors.map((anchor) => {
    const to = words.indexOf(anchor, from);
    const segment = words.slice(from, to);
    from = to + 1;
    return segment;
  });
  return [...segments, words.slice(from)];
}

/**
 * What captions say between two anchors, place by place: word by word where all say as many, else as one
 * place. A word that its neighbour decides is in one place with it.
 */
function placesOf(segments: readonly Words[]): string[][] {
  const length = segments[0]?.length ?? 0;
  if (segments.some((words) => words.length !== length)) return [segments.map((words) => words.join(' '))];
  const places: string[][] = [];
  for (let i = 0; i < length; i++) {
    const column = segments.map((words) => words[i] as string);
    const before = places.at(-1);
    if (before && (decides(before, column) || decides(column, before)))
      places[places.length - 1] = before.map((words, k) => `${words} ${column[k] as string}`);
    else places.push(column);
  }
  return places;
}

/** Whether each of these texts comes with only one of the others. */
function decides(texts: readonly string[], others: readonly string[]): boolean {
  const paired = new Map<string, string>();
  return texts.every((text, i) => {
    const other = others[i] as string;
    if (!paired.has(text)) paired.set(text, other);
    return paired.get(text) === other;
  });
}

/** Different texts, the most frequent first, then by code units. */
function alternativesOf(texts: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([text]) => text);
}

/** Places with one alternative are fixed words; those side by side are one text. */
function joined(parts: readonly (readonly string[])[]): CaptionTemplate {
  const template: (string | readonly string[])[] = [];
  for (const part of parts) {
    const [only = ''] = part;
    const last = template.at(-1);
    if (part.length > 1) template.push(part);
    else if (only !== '' && typeof last === 'string') template[template.length - 1] = `${last} ${only}`;
    else if (only !== '') template.push(only);
  }
  return template;
}
