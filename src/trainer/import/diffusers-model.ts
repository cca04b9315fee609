// Reads a diffusers model from its folder or zip, or from its weights alone. Not here: PyTorch's pickled
// files (torch-model.ts), what becomes of the model (adopt-model.ts).
import { type Fault, FaultError } from '../../fault.ts';
import { readHeader, readTensors } from '../../formats/safetensors-file.ts';
import { fromDiffusersUNet } from '../../model/diffusers-unet.ts';
import { currentName } from '../../model/state-dict.ts';
import type { UNetConfig } from '../../model/unet-config.ts';
import type { ForeignModel } from './foreign-model.ts';
import { baseName, folderOf, type ModelFile } from './model-file.ts';
import { modelOfTorchFile } from './torch-model.ts';

const MOST_JSON_BYTES = 1024 * 1024;
const WEIGHTS = 'diffusion_pytorch_model';

/**
 * Looks at the files of one model. `folder`: name of the folder or zip; null: the model has the name of its
 * weights file. Throws FaultError kind `file` or `network`.
 */
export async function modelOfFiles(
  folder: string | null,
  files: readonly ModelFile[],
): Promise<ForeignModel> {
  const weights = weightsAmong(folder ?? 'The choice', files);
  const name = folder ?? baseName(weights.path);
  const config = files.find(({ path }) => path === `${folderOf(weights.path)}config.json`);
  const scheduler = files.find(({ path }) => baseName(path) === 'scheduler_config.json');
  const beside = {
    unet: config ? await jsonOf(config) : null,
    scheduler: scheduler ? await jsonOf(scheduler) : null,
  };
  const whole = { name, sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  const file = await weights.open();
  if (!weights.path.endsWith('.safetensors')) {
    const told = await modelOfTorchFile(baseName(weights.path), file);
    // What a .pt says of itself has precedence over the files beside it.
    const network = told.network ?? networkIn(beside.unet);
    return { ...told, ...whole, network, scheduler: told.scheduler ?? beside.scheduler };
  }
  const { unet, scheduler: inFile, ...told } = await readWeights(file);
  const network = networkIn(beside.unet ?? unet);
  return { ...told, ...whole, network, scheduler: beside.scheduler ?? inFile };
}

const networkIn = (json: Record<string, unknown> | null): UNetConfig | null =>
  json && fromDiffusersUNet(json);

/** The UNet's weights: the file of diffusers' own name, in the folder unet/ where there is one. */
function weightsAmong(name: string, files: readonly ModelFile[]): ModelFile {
  const all = files.filter(({ path }) => /\.(safetensors|bin|pt|pth)$/.test(path));
  const inUnet = all.filter(({ path }) => /(^|\/)unet\/[^/]+$/.test(path));
  const among = inUnet.length > 0 ? inUnet : all;
  const [only] = among;
  const found =
    among.find(({ path }) => baseName(path) === `${WEIGHTS}.safetensors`) ??
    among.find(({ path }) => baseName(path) === `${WEIGHTS}.bin`) ??
    (among.length === 1 ? only : undefined);
  if (found) return found;
  const seen = among.length > 0 ? among : files;
  throw notFound(
    name,
    seen.map(({ path }) => baseName(path)),
  );
}

function notFound(name: string, seen: readonly string[]): FaultError {
  const fault: Fault = {
    kind: 'file',
    title: `No model was found in ${name.slice(0, 80)}`,
    what: 'Nothing was imported or changed.',
    expected: `${WEIGHTS}.safetensors, with its config.json beside it`,
    got: seen.length > 0 ? seen.slice(0, 8).join(', ').slice(0, 300) : 'no file',
    todo: [
      'Choose the folder or zip of a diffusers UNet, a .pt file, or a checkpoint that Perennial exported.',
    ],
  };
  return new FaultError(fault);
}

async function jsonOf(file: ModelFile): Promise<Record<string, unknown>> {
  const name = baseName(file.path);
  if (file.sizeBytes > MOST_JSON_BYTES)
    throw unreadable(name, 'at most 1 MiB of JSON', `${file.sizeBytes} bytes`);
  return objectIn(name, await (await file.open()).text());
}

function objectIn(name: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw unreadable(name, 'a JSON object', JSON.stringify(text.slice(0, 64)));
}

function unreadable(name: string, expected: string, got: string): FaultError {
  return new FaultError({
    kind: 'file',
    title: `${name} cannot be read`,
    what: 'Nothing was imported or changed.',
    expected,
    got,
    todo: ['Choose the file as the model was saved with it.'],
  });
}

/**
 * Looks at a safetensors file of a state_dict. Its metadata names network and noise where Perennial wrote it.
 */
async function readWeights(
  file: Blob,
): Promise<Omit<ForeignModel, 'name' | 'sizeBytes' | 'network'> & { unet: Record<string, unknown> | null }> {
  const { entries, metadata } = await readHeader(file);
  const named = (key: string): Record<string, unknown> | null =>
    metadata[key] === undefined ? null : objectIn(key, metadata[key]);
  return {
    format: 'diffusers',
    dtype: entries[0]?.dtype ?? 'F32',
    shapes: new Map(entries.map(({ name, shape }) => [currentName(name), shape])),
    unet: named('unet_config'),
    scheduler: named('scheduler_config'),
    facts: null,
    progress: null,
    hasEma: false,
    optimizer: null,
    optimizerLeftOut: null,
    leftOut: [],
    load: async () => {
      const { tensors } = await readTensors(file);
      const weights = new Map(tensors.map(({ name, data }) => [currentName(name), data]));
      const none = new Float32Array(0);
      const losses = { batch: none, quartiles: null, epochs: none };
      return { weights, ema: null, moments: null, losses };
    },
  };
}
