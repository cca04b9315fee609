// Reads a .pt file of any layout as a model: a training checkpoint under whatever keys, our own export, or a
// bare state_dict. Not here: its parts (torch-parts.ts), which of them are taken (model-of-parts.ts).
// Exported for tests: modelOfTorchFile.
import { shownJson } from '../../fault.ts';
import { jsonIn } from '../../formats/bounded-json.ts';
import { textEncoderOf } from '../../settings/presets.ts';
import { type ReadFacts, readFacts } from '../checkpoint-file.ts';
import type { ForeignModel } from './foreign-model.ts';
import { withoutNetwork } from './import-faults.ts';
import { type EncoderParts, modelOfParts, type Parts } from './model-of-parts.ts';
import { damagedExport, partsOfTorchFile, type TorchParts } from './torch-parts.ts';

/**
 * Looks at a .pt file. Throws FaultError kind `file` naming the key, opcode or offset; `network` where it
 * holds no UNet, and as `readFacts` does.
 */
export async function modelOfTorchFile(name: string, file: Blob): Promise<ForeignModel> {
  const parts = await partsOfTorchFile([file]);
  return modelOfParts(wholeOf(name, file.size, parts));
}

/** The parts of a model that is one .pt file. Throws as `modelOfTorchFile`. */
export function wholeOf(name: string, sizeBytes: number, parts: TorchParts): Parts {
  if (parts.weights.length === 0) throw withoutNetwork(name, parts.what);
  const { metadata } = parts;
  // An export always names its network.
  const facts = metadata && objectIn(metadata, 'unet_config') && readFacts(metadata);
  const encoder = facts && encoderOf(parts, facts);
  const leftOut = encoder ? parts.leftOut : [...parts.leftOut, ...encoderLeftOut(parts)];
  return {
    ...parts,
    format: 'torch',
    name,
    sizeBytes,
    averages: [],
    encoder,
    unet: null,
    scheduler: metadata && objectIn(metadata, 'scheduler_config'),
    facts,
    classes: facts && facts.classes,
    leftOut,
  };
}

/** The text encoder in an export of ours; null: its model knows no words, or the encoder was taken out. */
function encoderOf({ encoders }: TorchParts, { config, words }: ReadFacts): EncoderParts | null {
  const encoder = textEncoderOf(config);
  if (!encoder || !words || encoders.length === 0) return null;
  return { config: encoder, vocabulary: words.tokenizer.vocabulary, weights: encoders };
}

/** Heads, vocabulary and words of an encoder do not show in its weights. */
const encoderLeftOut = ({ encoders }: TorchParts): string[] =>
  encoders.length === 0
    ? []
    : [`The text encoder in the file (${encoders[0]?.key}) is left out: no tokenizer comes with it.`];

function objectIn(metadata: Record<string, string>, key: string): Record<string, unknown> {
  const value = jsonIn(metadata[key]);
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw damagedExport(`perennial_config[${JSON.stringify(key)}]`, shownJson(metadata[key]));
}
