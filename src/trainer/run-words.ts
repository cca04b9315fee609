// The words of a run: the tokenizer made from its captions, and the prompts of its samples. Both are made
// once, when the run starts, and kept in its checkpoints: another tokenizer would give the same words other
// ids. Not here: tokenizers and prompts themselves (text/), the captions of a step (training-step.ts).
import type { PictureSet } from '../data/api.ts';
import { FaultError } from '../fault.ts';
import { jsonIn } from '../formats/bounded-json.ts';
import { cleanPrompt } from '../settings/clean-prompt.ts';
import { SAMPLE_COUNT } from '../settings/sample-counts.ts';
import { textEncoderOf } from '../settings/presets.ts';
import type { RunConfig } from '../settings/settings.ts';
import { wordsByFrequency } from '../text/caption-words.ts';
import { readTokenizerJson } from '../text/read-tokenizer.ts';
import { type Tokenizer, tokenizerOf } from '../text/tokenizer.ts';
import { tokenizerJson } from '../text/tokenizer-folder.ts';
import { trainVocabulary } from '../text/train-vocabulary.ts';
import { validationPrompts } from '../text/validation-prompts.ts';
import { WordCounter } from '../text/word-counter.ts';
import { wordsOf } from '../text/words.ts';
import type { KnownWord } from './api.ts';

export interface RunWords {
  readonly tokenizer: Tokenizer;
  /** Of the run's 16 samples, in order. */
  readonly prompts: readonly string[];
}

/** Most words that are told of captions: more would be no help to choose from. */
const WORDS_TOLD = 200;

/** The words of captions or prompts that are told to the page, the most frequent first. */
export const vocabularyOf = (texts: readonly string[]): KnownWord[] =>
  wordsByFrequency(texts).slice(0, WORDS_TOLD);

/** The caption of each picture of the set, empty where it has none. */
export const captionsOf = ({ count, caption }: Pick<PictureSet, 'count' | 'caption'>): string[] =>
  Array.from({ length: count }, (_, index) => caption(index));

/**
 * The words of a new run; null where its model knows none. `asked`: the prompts that the user wrote; null:
 * they are drawn from the captions.
 */
export function newWords(
  config: RunConfig,
  set: Pick<PictureSet, 'count' | 'caption'>,
  asked: readonly string[] | null,
): RunWords | null {
  const encoder = textEncoderOf(config);
  if (!encoder) return null;
  const counter = new WordCounter();
  for (const caption of captionsOf(set)) counter.add(wordsOf(caption));
  const tokenizer = tokenizerOf(trainVocabulary(counter.mostFrequent(), encoder.vocabSize));
  return wordsWith(tokenizer, config, set, asked);
}

/** The words of a run whose tokenizer is given. `asked`: as for `newWords`. */
export function wordsWith(
  tokenizer: Tokenizer,
  { seed }: Pick<RunConfig, 'seed'>,
  set: Pick<PictureSet, 'count' | 'caption'>,
  asked: readonly string[] | null,
): RunWords {
  if (asked && asked.length >= SAMPLE_COUNT)
    return { tokenizer, prompts: asked.slice(0, SAMPLE_COUNT).map(cleanPrompt) };
  const drawn = validationPrompts(captionsOf(set), seed, SAMPLE_COUNT);
  return { tokenizer, prompts: drawn.map(({ text }, i) => cleanPrompt(asked?.[i] ?? text)) };
}

/** The metadata by which a checkpoint keeps a run's words: `tokenizer` (a tokenizer.json) and `prompts`. */
export const wordsAsText = ({ tokenizer, prompts }: RunWords): Record<'tokenizer' | 'prompts', string> => ({
  tokenizer: tokenizerJson(tokenizer.vocabulary),
  prompts: JSON.stringify(prompts),
});

/**
 * The words in a checkpoint's metadata; null where its model knows none. Throws FaultError kind `file` where
 * the tokenizer or the prompts are missing or not valid, or the tokenizer has more entries than the encoder.
 */
export function readWords(
  config: Pick<RunConfig, 'preset' | 'network' | 'textEncoder'>,
  metadata: Readonly<Record<string, string>>,
): RunWords | null {
  const encoder = textEncoderOf(config);
  if (!encoder) return null;
  const tokenizer = tokenizerOf(readTokenizerJson(metadata['tokenizer'] ?? ''));
  const entries = tokenizer.vocabulary.names.length;
  if (entries > encoder.vocabSize)
    throw disagreeing(
      `a tokenizer of at most ${encoder.vocabSize} entries, as its text encoder has`,
      entries,
    );
  return { tokenizer, prompts: promptsIn(metadata['prompts']) };
}

function promptsIn(text: string | undefined): string[] {
  const given = jsonIn(text);
  if (Array.isArray(given) && given.length === SAMPLE_COUNT && given.every((one) => typeof one === 'string'))
    return given.map(cleanPrompt);
  throw disagreeing(`prompts: a list of ${SAMPLE_COUNT} texts`, text?.slice(0, 64) ?? 'nothing');
}

function disagreeing(expected: string, got: unknown): FaultError {
  return new FaultError({
    kind: 'file',
    title: 'The words of this checkpoint cannot be read',
    what: 'Nothing was imported, and nothing on this computer was changed.',
    expected,
    got: String(got),
    todo: ['Choose a checkpoint that Perennial saved, whole and unchanged.'],
  });
}
