// The text encoder that comes with a UNet, and its tokenizer, from the folders beside: text_encoder/ and
// tokenizer/, told by what is in them. Not here: the UNet (folder-model.ts), the encoder of a UNet that comes
// without one (adopt-model.ts).
import { FaultError } from '../../fault.ts';
import { fromClipConfig } from '../../model/clip-config.ts';
import type { TextEncoderConfig } from '../../model/text-encoder-config.ts';
import { readTokenizerJson, readVocabAndMerges } from '../../text/read-tokenizer.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import { foldersInCommon, inFolder, jsonOf, nearest, textOf } from './folder-files.ts';
import { baseName, folderOf, type ModelFile } from './model-file.ts';
import type { EncoderParts } from './model-of-parts.ts';
import type { FoundModel, Sorted } from './models-among.ts';

/**
 * The encoder whose folders have the most in common with the model's; null where there is none. Throws
 * FaultError kind `network` or `file` where it or its tokenizer cannot be used.
 */
export async function encoderBeside(
  { path, files: [own] }: FoundModel,
  { files, encoders }: Sorted,
): Promise<EncoderParts | null> {
  const near = (file: ModelFile): number => foldersInCommon(path, file.path);
  const found = encoders
    .filter(({ file }) => file.zip === own?.zip)
    .toSorted((a, b) => near(b.file) - near(a.file) || (a.file.path < b.file.path ? -1 : 1))[0];
  if (!found) return null;
  const config = await jsonOf(inFolder(files, folderOf(found.file.path), 'config.json'));
  if (!config) throw incomplete('config.json', `nothing of that name beside ${baseName(found.file.path)}`);
  const encoder = fromClipConfig(config);
  const vocabulary = await tokenizerNear(files, found.file.path);
  checkEntries(vocabulary, encoder);
  return { config: encoder, vocabulary, weights: [found.weights] };
}

/** Throws FaultError kind `file` where the tokenizer gives ids for which the encoder has no row. */
function checkEntries({ names }: Vocabulary, { vocabSize }: TextEncoderConfig): void {
  if (names.length <= vocabSize) return;
  throw new FaultError({
    kind: 'file',
    title: `The tokenizer has ${names.length} entries, the text encoder ${vocabSize}`,
    what: 'Words would get ids that the encoder does not know. Nothing was imported or changed.',
    expected: `a tokenizer of at most ${vocabSize} entries, as the encoder's vocab_size`,
    got: `${names.length} entries`,
    todo: ['Choose the tokenizer folder that was saved with this text encoder.'],
  });
}

async function tokenizerNear(files: readonly ModelFile[], path: string): Promise<Vocabulary> {
  const whole = nearest(files, path, 'tokenizer.json');
  const vocab = nearest(files, path, 'vocab.json');
  const folder = folderOf((whole ?? vocab)?.path ?? '');
  const merges = inFolder(files, folder, 'merges.txt');
  const pad = await padNear(files, folder);
  if (whole) return readTokenizerJson(await textOf(whole), pad);
  if (vocab && merges) return readVocabAndMerges(await textOf(vocab), await textOf(merges), pad);
  throw incomplete('tokenizer.json, or vocab.json and merges.txt', 'a text encoder without its tokenizer');
}

/**
 * The token that fills up prompts, which Stable Diffusion 2's encoder learnt as "!"; null: no file names one.
 * special_tokens_map.json holds where both files do, as in transformers.
 */
async function padNear(files: readonly ModelFile[], folder: string): Promise<string | null> {
  for (const name of ['special_tokens_map.json', 'tokenizer_config.json']) {
    const pad = (await jsonOf(inFolder(files, folder, name)))?.['pad_token'];
    const token = typeof pad === 'object' && pad !== null ? (pad as { content?: unknown }).content : pad;
    if (typeof token === 'string' && token !== '') return token;
  }
  return null;
}

const incomplete = (expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'The text encoder comes without a part that it needs',
    what: 'Without it no text can be given to the model. Nothing was imported or changed.',
    expected,
    got,
    todo: [
      'Choose the whole folder of the model, with unet, text_encoder and tokenizer.',
      'Or choose unet alone: it then learns with a new text encoder.',
    ],
  });
