// The `tokenizer/` folder of a pipeline: five files that CLIPTokenizer, CLIPTokenizerFast, AutoTokenizer and
// tokenizers.Tokenizer open (transformers 4.57 and 5.24). Not here: reading such files (read-tokenizer.ts),
// writing them to a disk.
import { MODEL, NORMALIZER, splitBy, WORD_PATTERN } from './clip-rules.ts';
import type { Vocabulary } from './vocabulary.ts';
import { BEGIN, END } from './words.ts';

/** Names of the files. */
export type TokenizerFile =
  'tokenizer.json' | 'tokenizer_config.json' | 'special_tokens_map.json' | 'vocab.json' | 'merges.txt';

const specialNames = ({ pad }: Vocabulary) => ({
  ...{ bos_token: BEGIN, eos_token: END, unk_token: END },
  pad_token: pad ?? END,
});

/**
 * The text of each file, which is to be written as UTF-8. `length`: ids of a prompt, begin and end counted
 * (the encoder's max_position_embeddings): without it, padding to the longest prompt would never end.
 */
export function tokenizerFolder(vocabulary: Vocabulary, length: number): Record<TokenizerFile, string> {
  const { merges } = vocabulary;
  return {
    'tokenizer.json': tokenizerJson(vocabulary),
    'tokenizer_config.json': JSON.stringify(
      {
        tokenizer_class: 'CLIPTokenizer',
        model_max_length: length,
        ...specialNames(vocabulary),
        add_prefix_space: false,
        do_lower_case: true,
        errors: 'replace',
        added_tokens_decoder: Object.fromEntries(
          specialsOf(vocabulary).map(({ id, ...token }) => [String(id), token]),
        ),
      },
      null,
      2,
    ),
    'special_tokens_map.json': JSON.stringify(specialNames(vocabulary), null, 2),
    'vocab.json': JSON.stringify(idsOf(vocabulary)),
    'merges.txt': ['#version: 0.2', ...merges.map((pair) => pair.join(' ')), ''].join('\n'),
  };
}

/** tokenizer.json alone: all of a vocabulary in one text, for a checkpoint. */
export function tokenizerJson(vocabulary: Vocabulary): string {
  const specials = specialsOf(vocabulary);
  const [begin, end] = specials.map(({ content, id }) => [content, id]);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: paddingOf(vocabulary),
    added_tokens: specials,
    normalizer: NORMALIZER,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [splitBy(WORD_PATTERN), { ...byteLevel, add_prefix_space: false }],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: end,
      cls: begin,
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: byteLevel,
    model: {
      ...MODEL,
      dropout: null,
      unk_token: END,
      continuing_subword_prefix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: idsOf(vocabulary),
      // Pairs since tokenizers 0.20; texts are read by all versions.
      merges: vocabulary.merges.map((pair) => pair.join(' ')),
    },
  });
}

/** A special token as added_tokens has it. `normalized`: whether it is looked for in the normalised text. */
const special = (id: number, content: string, normalized: boolean) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized,
  special: true,
});

const specialsOf = ({ names, pad }: Vocabulary) => [
  special(names.indexOf(BEGIN), BEGIN, true),
  special(names.indexOf(END), END, false),
  ...(pad === undefined ? [] : [special(names.indexOf(pad), pad, false)]),
];

/** Null where the end fills up prompts, as CLIPTokenizer has it where nothing is said. */
const paddingOf = ({ names, pad }: Vocabulary) =>
  pad === undefined
    ? null
    : {
        ...{ strategy: 'BatchLongest', direction: 'Right', pad_to_multiple_of: null },
        ...{ pad_id: names.indexOf(pad), pad_type_id: 0, pad_token: pad },
      };

const idsOf = ({ names }: Vocabulary): Record<string, number> =>
  Object.fromEntries(names.map((name, id) => [name, id]));
