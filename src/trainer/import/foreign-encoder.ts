// The text encoder and the words of a foreign model as a run has them: those that came with it, or new ones
// where its UNet reads texts and nothing came. Not here: reading them (folder-encoder.ts), the rest of the
// run (adopt-model.ts).
import type { PictureSet } from '../../data/api.ts';
import { sizeOf } from '../../engine/layout.ts';
import { type Model, modelOf } from '../../model/model.ts';
import { contextChannelsOf } from '../../model/structure.ts';
import type { TextEncoderConfig } from '../../model/text-encoder-config.ts';
import { TEXT_ENCODER } from '../../model/text-encoder-parameters.ts';
import type { UNetConfig } from '../../model/unet-config.ts';
import { textEncoderOf, textEncoderOfWidth } from '../../settings/presets.ts';
import type { RunConfig } from '../../settings/settings.ts';
import { tokenizerOf } from '../../text/tokenizer.ts';
import { newWords, type RunWords, wordsWith } from '../run-words.ts';
import type { ForeignModel, Tensors } from './foreign-model.ts';

type HasEncoder = Pick<ForeignModel, 'encoder' | 'facts'>;

/** The encoder of the run that the model becomes; null: its UNet reads no texts. */
export function encoderOfForeign({ encoder, facts }: HasEncoder, unet: UNetConfig): TextEncoderConfig | null {
  if (facts) return textEncoderOf(facts.config);
  const channels = contextChannelsOf(unet);
  if (channels === null) return null;
  return encoder ? encoder.config : textEncoderOfWidth(channels);
}

/** Whether the run begins with an encoder of its own: untrained, trained from now on with the UNet. */
export const startsEncoder = ({ encoder, facts }: HasEncoder, { textEncoder }: Model): boolean =>
  textEncoder !== null && encoder === null && !facts;

/**
 * The part of the model whose tensors must be in the files: all of it, or the UNet where the encoder is new.
 */
export const partInFiles = (foreign: HasEncoder, model: Model): Model =>
  startsEncoder(foreign, model) ? modelOf(model.config) : model;

/** Words with the tokenizer that came, or with one made from the captions of `set`; null: no words. */
export function wordsOfForeign(
  { encoder }: HasEncoder,
  config: RunConfig,
  set: Pick<PictureSet, 'count' | 'caption'>,
): RunWords | null {
  if (!encoder || !textEncoderOf(config)) return newWords(config, set, null);
  return wordsWith(tokenizerOf(encoder.vocabulary), config, set, null);
}

/** The tensors, and a new encoder's first weights from the run's seed. */
export function withNewEncoder(tensors: Tensors, model: Model, seed: number): Tensors {
  const first = model.initialWeights(seed);
  return new Map([
    ...tensors,
    ...model.parameters.flatMap(({ name }, i) =>
      name.startsWith(TEXT_ENCODER) ? [[name, first[i] as Float32Array<ArrayBuffer>] as const] : [],
    ),
  ]);
}

/** Moments of the UNet alone, and zeros for the encoder, which was not trained with it. */
export function withEncoderMoments(tensors: Tensors, { parameters }: Model): Tensors {
  const missing = parameters.filter(({ name }) => name.startsWith(TEXT_ENCODER) && !tensors.has(name));
  const zeros = missing.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))] as const);
  return new Map([...tensors, ...zeros]);
}
