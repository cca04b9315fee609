// Reads a .pt file of any layout as a model: a training checkpoint under whatever keys, our own export, or a
// bare state_dict. Not here: its parts (torch-parts.ts), which of them are taken (model-of-parts.ts).
// Exported for tests: modelOfTorchFile.
import { shownJson } from '../../fault.ts';
import { readFacts } from '../checkpoint-file.ts';
import type { ForeignModel } from './foreign-model.ts';
import { withoutNetwork } from './import-faults.ts';
import { modelOfParts, type Parts } from './model-of-parts.ts';
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
  return {
    ...parts,
    format: 'torch',
    name,
    sizeBytes,
    averages: [],
    unet: null,
    scheduler: metadata && objectIn(metadata, 'scheduler_config'),
    // An export always names its network.
    facts: metadata && objectIn(metadata, 'unet_config') && readFacts(metadata),
  };
}

function objectIn(metadata: Record<string, string>, key: string): Record<string, unknown> {
  const text = metadata[key] ?? '';
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: refused below, like JSON that is no object.
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw damagedExport(`perennial_config[${JSON.stringify(key)}]`, shownJson(text));
}
