// Vocabularies of CLIP's kind out of files: tokenizer.json, or vocab.json with merges.txt. A file of another
// kind is refused by the field that differs: it would be read, silently, as a different tokenizer. Not here:
// finding the files.
import { BEGIN, END } from './words.ts';
import { MODEL, NORMALIZER, splitBy, WORD_PATTERN, WORD_PATTERN_WITH_SPECIALS } from './clip-rules.ts';
import { notClip, soundVocabulary } from './sound-vocabulary.ts';
import type { Merge, Vocabulary } from './vocabulary.ts';

/** Most characters of a file; CLIP's own tokenizer.json has 2.2 million. */
const MOST_CHARACTERS = 2 ** 23;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The vocabulary of a tokenizer.json. Throws FaultError kind `file` naming the field where the file's
 * normalizer, pre_tokenizer, post_processor, model or added_tokens are not those of CLIPTokenizer, or its
 * vocabulary is not sound (see `soundVocabulary`). Truncation and the decoder decide no id. `pad`: the token
 * that fills up prompts, as files beside say it; null: the file's own, or the end's where it names none.
 */
export function readTokenizerJson(text: string, pad: string | null = null): Vocabulary {
  const file = parsed('tokenizer.json', text);
  if (!agrees(file['normalizer'], NORMALIZER))
    throw notClip('normalizer', 'NFC, one space for white space, lower case', file['normalizer']);
  if (!isPreTokenizer(file['pre_tokenizer']))
    throw notClip('pre_tokenizer', 'CLIP’s pattern of words, then ByteLevel', file['pre_tokenizer']);
  const model = fieldsOf('model', file['model']);
  // Files of early versions of tokenizers leave the type out.
  if (!agrees({ type: MODEL.type, ...model }, MODEL))
    throw notClip('model', JSON.stringify(MODEL), {
      type: model['type'],
      end_of_word_suffix: model['end_of_word_suffix'],
    });
  for (const field of ['dropout', 'continuing_subword_prefix', 'ignore_merges'])
    if (model[field]) throw notClip(`model.${field}`, 'none', model[field]);
  const filling = pad ?? padIn(file['padding']);
  const special = specialTokens(file['added_tokens'], filling);
  checkPostProcessor(file['post_processor'], special);
  const vocab = fieldsOf('model.vocab', model['vocab']);
  return soundVocabulary(Object.entries({ ...vocab, ...special }), mergesIn(model['merges']), filling);
}

function padIn(padding: unknown): string | null {
  if (padding === undefined || padding === null) return null;
  const token = fieldsOf('padding', padding)['pad_token'] ?? null;
  if (token === null || isToken(token)) return token;
  throw notClip('padding.pad_token', 'a token', token);
}

const isToken = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * The vocabulary of a vocab.json and a merges.txt, as CLIPTokenizer of transformers 4 writes them. Throws
 * FaultError kind `file` naming the field. `pad`: the token that fills up prompts; null: the end's.
 */
export function readVocabAndMerges(
  vocabJson: string,
  mergesTxt: string,
  pad: string | null = null,
): Vocabulary {
  if (mergesTxt.length > MOST_CHARACTERS)
    throw notClip('merges.txt', `at most ${MOST_CHARACTERS} characters`, mergesTxt.length);
  const lines = mergesTxt.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  return soundVocabulary(Object.entries(parsed('vocab.json', vocabJson)), lines.map(mergeOf), pad);
}

function parsed(name: string, text: string): Fields {
  if (text.length > MOST_CHARACTERS)
    throw notClip(name, `at most ${MOST_CHARACTERS} characters`, text.length);
  try {
    return fieldsOf(name, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw notClip(name, 'JSON', text.slice(0, 64));
    throw error;
  }
}

function fieldsOf(field: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw notClip(field, 'an object', value);
}

/** Whether `got` says all that `expected` says; it may say more in its objects, not in its lists. */
function agrees(got: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return got === expected;
  if (typeof got !== 'object' || got === null || Array.isArray(got) !== Array.isArray(expected)) return false;
  if (Array.isArray(got) && got.length !== (expected as unknown[]).length) return false;
  return Object.entries(expected).every(([name, value]) => agrees((got as Fields)[name], value));
}

const isPreTokenizer = (got: unknown): boolean =>
  [WORD_PATTERN, WORD_PATTERN_WITH_SPECIALS].some((pattern) =>
    agrees(got, {
      type: 'Sequence',
      pretokenizers: [splitBy(pattern), { type: 'ByteLevel', add_prefix_space: false }],
    }),
  );

/** Ids of the special tokens. Another added token would be cut out of texts before all words. */
function specialTokens(added: unknown, pad: string | null): Record<string, unknown> {
  const tokens = Array.isArray(added) ? added.map((one) => fieldsOf('added_tokens', one)) : [];
  for (const { content } of tokens)
    if (content !== BEGIN && content !== END && content !== pad)
      throw notClip('added_tokens', `${BEGIN} and ${END} only`, content);
  return Object.fromEntries(tokens.map(({ content, id }) => [content as string, id]));
}

/** A prompt is begin, words, end; CLIPTokenizer makes it so where the file does not say. */
function checkPostProcessor(got: unknown, { [BEGIN]: begin, [END]: end }: Record<string, unknown>): void {
  if (got === undefined || got === null) return;
  const roberta = { type: 'RobertaProcessing', sep: [END, end], cls: [BEGIN, begin] };
  const template = {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: BEGIN } }, { Sequence: { id: 'A' } }, { SpecialToken: { id: END } }],
  };
  if (!agrees(got, roberta) && !agrees(got, template))
    throw notClip('post_processor', `${BEGIN}, words, ${END}`, got);
}

function mergesIn(merges: unknown): Merge[] {
  if (!Array.isArray(merges)) throw notClip('model.merges', 'a list', merges);
  return merges.map(mergeOf);
}

/** A merge as a pair, or as one text with a space between. */
function mergeOf(merge: unknown): Merge {
  const [left, right, more] =
    typeof merge === 'string' ? merge.split(' ', 3) : Array.isArray(merge) ? (merge as unknown[]) : [];
  if (typeof left !== 'string' || typeof right !== 'string' || more !== undefined)
    throw notClip('merges', 'pairs of two tokens', merge);
  return [left, right];
}
