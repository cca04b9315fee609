// The prompts by which a run shows what it has learnt: half of them captions, half of them words of captions
// put together as no picture has them. The same at every start with the same captions and seed. Not here:
// drawing samples of them (trainer/samples).
import { randomWords, STREAMS, uniformBelow } from '../random.ts';
import { captionLines } from './step-captions.ts';
import { normalise } from './words.ts';

export interface ValidationPrompt {
  text: string;
  /** Whether a picture has it as its caption; else it is a combination that none has. */
  isCaption: boolean;
}

/** Captions drawn, of which the prompts are chosen. */
const DRAWN_CAPTIONS = 1024;
/** Pairs of them drawn, to be combined. */
const DRAWN_PAIRS = 4096;
/** Combinations kept, of which the prompts are chosen. */
const COMBINATIONS = 256;

/** A caption as its words. */
type Words = readonly string[];

/** How captions are compared: without regard to case and white space. */
const keyOf = (words: Words): string => normalise(words.join(' '));

/**
 * `count` prompts (even, from 2), captions first. `texts`: of each picture, a caption a line. Where captions
 * cannot be combined (they differ in one place only, or all combinations are captions), there are more
 * captions; where there are too few different ones, they come again; without any, all prompts are empty.
 */
export function validationPrompts(texts: readonly string[], seed: number, count: number): ValidationPrompt[] {
  const captions = drawnCaptions(texts, seed);
  const combinations = withoutCaptions(combined(captions, seed), texts);
  const choose = chooser();
  const news = Math.min(count / 2, combinations.length);
  const prompts = [
    ...choose(captions, count - news).map((words) => ({ text: words.join(' '), isCaption: true })),
    ...choose(combinations, news).map((words) => ({ text: words.join(' '), isCaption: false })),
  ];
  const none = { text: '', isCaption: false };
  return Array.from({ length: count }, (_, i) => prompts[i % prompts.length] ?? none);
}

/** Different captions out of all, in the order in which they were drawn. */
function drawnCaptions(texts: readonly string[], seed: number): Words[] {
  if (texts.length === 0) return [];
  const different = new Map<string, Words>();
  const pictures = uniformBelow(seed, 0, STREAMS.prompts, texts.length, DRAWN_CAPTIONS);
  for (const picture of pictures)
    for (const line of captionLines(texts[picture] as string)) {
      const words = line.split(/\s+/);
      if (!different.has(keyOf(words))) different.set(keyOf(words), words);
    }
  return [...different.values()];
}

/** Different combinations of two captions each, some of which may be captions. */
function combined(captions: readonly Words[], seed: number): Words[] {
  const found = new Map<string, Words>();
  const draws = randomWords(seed, 1, STREAMS.prompts, 3 * DRAWN_PAIRS);
  const drawn = (draw: number): Words =>
    captions[Math.floor(((draws[draw] as number) / 2 ** 32) * captions.length)] ?? [];
  for (let i = 0; i < draws.length && found.size < COMBINATIONS; i += 3) {
    const words = combination(drawn(i), drawn(i + 1), draws[i + 2] as number);
    if (words) found.set(keyOf(words), words);
  }
  return [...found.values()];
}

/**
 * Some words of `left` and some of `right`, which have as many; null where they differ in fewer than two
 * places, or in more than half of their words, so that the mixture would hardly be a sentence. Words side by
 * side in which both differ stay together ("an orange", "a red"). `bits`: of each place, which of both.
 */
function combination(left: Words, right: Words, bits: number): Words | null {
  if (left.length !== right.length) return null;
  const isSame = left.map((word, i) => normalise(word) === normalise(right[i] as string));
  const different = isSame.filter((same) => !same).length;
  // The number of the place that each word belongs to.
  let place = -1;
  const places = isSame.map((same, i) => (same ? -1 : i > 0 && !isSame[i - 1] ? place : ++place));
  if (place < 1 || different > left.length / 2) return null;
  // Of the first two places one comes from each; of the others, as the bits say.
  const isRight = (at: number): boolean => ((at > 1 ? bits >>> (at % 31) : at ^ bits) & 1) === 1;
  return left.map((word, i) => {
    const at = places[i] as number;
    return at >= 0 && isRight(at) ? (right[i] as string) : word;
  });
}

/** The combinations that are no caption of any picture. One pass: the captions of a set may be many. */
function withoutCaptions(combinations: readonly Words[], texts: readonly string[]): Words[] {
  const left = new Map(combinations.map((words) => [keyOf(words), words]));
  for (const text of texts) for (const line of captionLines(text)) left.delete(keyOf(line.split(/\s+/)));
  return [...left.values()];
}

/**
 * Chooses up to `most` texts, again and again the one whose words were chosen least often: of those that say
 * the same, the one drawn first. A word counts the less, the more of the texts have it. What was chosen
 * counts in later calls.
 */
function chooser(): (among: readonly Words[], most: number) => Words[] {
  const uses = new Map<string, number>();
  return (among, most) => {
    const waiting = new Map(among.map((words) => [words, new Set(words.map(normalise))]));
    const rarity = raritiesOf([...waiting.values()]);
    const meanUses = (words: ReadonlySet<string>): number => {
      let sum = 0;
      for (const word of words) sum += (uses.get(word) ?? 0) * (rarity.get(word) ?? 0);
      return sum / words.size;
    };
    const chosen: Words[] = [];
    while (chosen.length < most && waiting.size > 0) {
      const [words, distinct] = firstLeast(waiting, ([, distinct]) => meanUses(distinct));
      waiting.delete(words);
      chosen.push(words);
      for (const word of distinct) uses.set(word, (uses.get(word) ?? 0) + 1);
    }
    return chosen;
  };
}

/** Of each word the share of texts that lack it. */
function raritiesOf(texts: readonly ReadonlySet<string>[]): Map<string, number> {
  const having = new Map<string, number>();
  for (const words of texts) for (const word of words) having.set(word, (having.get(word) ?? 0) + 1);
  return new Map(Array.from(having, ([word, times]) => [word, 1 - times / texts.length]));
}

/** The first of those that measure least. Values: at least one. */
function firstLeast<T>(values: Iterable<T>, measure: (value: T) => number): T {
  const measured = Array.from(values, (value) => ({ value, size: measure(value) }));
  return measured.reduce((least, one) => (one.size < least.size ? one : least)).value;
}
