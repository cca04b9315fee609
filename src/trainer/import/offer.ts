// Tells by content what the files for an import are, and shows it before any tensor is read. Not here: the
// reader of each format (beside this file), the run that the import becomes (trainer.ts).
import type { RunConfig, Settings } from '../../settings/settings.ts';
import { modelOfRun, PRESETS } from '../../settings/presets.ts';
import { listDatasets } from '../../data/sets.ts';
import { type Fault, FaultError } from '../../fault.ts';
import { beginsWith, LEGACY_TORCH, ZIP } from '../../formats/magic.ts';
import type { SafetensorsHeader } from '../../formats/safetensors.ts';
import { readHeader, readTensors } from '../../formats/safetensors-file.ts';
import { checkTensors } from '../../formats/safetensors-values.ts';
import { openZip } from '../../formats/zip-reader.ts';
import type { UNetConfig } from '../../model/unet-config.ts';
import type { ImportAnswers, ImportPreview } from '../api.ts';
import {
  checkDigest,
  type CheckpointContent,
  contentOf,
  FORMAT,
  type ReadFacts,
  readFacts,
} from '../checkpoint-file.ts';
import { adopted, contentOfModel, fieldsToAsk, keptProgress } from './adopt-model.ts';
import { modelOfFiles } from './diffusers-model.ts';
import type { ForeignModel } from './foreign-model.ts';
import { fromEntry, fromFile } from './model-file.ts';
import { modelOfTorchFile } from './torch-model.ts';

/** An import that was looked at; its tensors are read by `load`. */
export interface Offer {
  preview: ImportPreview;
  /** Throws FaultError kind `file`, `network`, `not-finite` or `data`. */
  load(answers: ImportAnswers, chosen: Partial<Settings>): Promise<CheckpointContent>;
}

/** The import that these files are. Throws FaultError kind `file` or `network`. */
export async function offerOf(files: readonly File[]): Promise<Offer> {
  const [file] = files;
  if (!file) throw nothing();
  if (files.length > 1) {
    const own = await ownCheckpointAmong(files);
    return own ?? offerOfModel(await modelOfFiles(folderName(files), files.map(fromFile)));
  }
  if (await beginsWith(file, ZIP)) return offerOfModel(await modelOfZip(file));
  if (await beginsWith(file, LEGACY_TORCH)) return offerOfModel(await modelOfTorchFile(file.name, file));
  const header = await readHeader(file);
  if (header.metadata['format'] === FORMAT) return offerOfCheckpoint(file, header);
  return offerOfModel(await modelOfFiles(file.name, [{ ...fromFile(file), path: 'model.safetensors' }]));
}

/** The first checkpoint of ours among the files: it needs none of the others. Null where there is none. */
async function ownCheckpointAmong(files: readonly File[]): Promise<Offer | null> {
  for (const file of files) {
    const header = await readHeader(file).catch(() => null);
    if (header?.metadata['format'] === FORMAT) return offerOfCheckpoint(file, header);
  }
  return null;
}

async function modelOfZip(file: File): Promise<ForeignModel> {
  const entries = await openZip(file, { stored: false });
  if (entries.some(({ name }) => /(^|\/)data\.pkl$/.test(name))) return modelOfTorchFile(file.name, file);
  return modelOfFiles(file.name, entries.map(fromEntry));
}

/** Name of the folder that the files were dropped or chosen with; null where there is none. */
function folderName([file]: readonly File[]): string | null {
  const path = file?.webkitRelativePath || file?.name || '';
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : null;
}

async function offerOfCheckpoint(file: File, { metadata, entries }: SafetensorsHeader): Promise<Offer> {
  const facts = readFacts(metadata);
  const { parameterCount, config } = modelOfRun(facts.config);
  return {
    preview: {
      format: 'checkpoint',
      title: facts.name,
      fileName: file.name,
      sizeBytes: file.size,
      dtype: entries[0]?.dtype ?? 'F32',
      parameters: parameterCount,
      network: networkTitle(facts.config, config),
      globalStep: facts.globalStep,
      epoch: facts.epoch,
      batchLosses: facts.globalStep,
      kept: ['Everything: weights, EMA weights, optimizer state, settings and all losses.'],
      missing: [],
      ...(await whereFrom(facts)),
      asked: [],
    },
    load: async () => {
      const { tensors } = await readTensors(file);
      const content = contentOf(facts, tensors);
      checkTensors(tensors);
      await checkDigest(metadata, tensors);
      return content;
    },
  };
}

async function offerOfModel(foreign: ForeignModel): Promise<Offer> {
  const asked = fieldsToAsk(foreign);
  // The answers change no shape, so the defaults are enough to check everything else before the user is
  // asked.
  const defaults = Object.fromEntries(asked.map(({ name, value }) => [name, value]));
  const { model, own } = adopted(foreign, defaults);
  const progress = keptProgress(foreign);
  return {
    preview: {
      format: foreign.format,
      title: foreign.facts?.name ?? foreign.name,
      fileName: foreign.name,
      sizeBytes: foreign.sizeBytes,
      dtype: foreign.dtype,
      parameters: model.parameterCount,
      network: networkTitle(own, model.config),
      globalStep: progress?.globalStep ?? 0,
      epoch: progress?.epoch ?? 0,
      batchLosses: progress?.batchLosses ?? 0,
      ...keptAndMissing(foreign),
      ...(foreign.facts ? await whereFrom(foreign.facts) : { dataset: null, origin: null }),
      asked,
    },
    load: (answers, chosen) => contentOfModel(foreign, answers, chosen),
  };
}

/** Pictures and run that a checkpoint of ours comes from. */
async function whereFrom({
  dataset,
  runId,
  created,
  appVersion,
}: ReadFacts): Promise<Pick<ImportPreview, 'dataset' | 'origin'>> {
  const { name, title, count, fingerprint } = dataset;
  const here = (await listDatasets()).find(({ id }) => id === name)?.fingerprint === fingerprint;
  return { dataset: { title, count, here }, origin: { runId, created, appVersion } };
}

function keptAndMissing(model: ForeignModel): Pick<ImportPreview, 'kept' | 'missing'> {
  const kept = ['Weights.'];
  const missing = [...model.leftOut];
  if (model.hasEma && keptProgress(model)) kept.push('EMA weights.');
  else if (model.hasEma)
    missing.push('EMA weights are shown in the samples; the first step replaces them by the weights.');
  else missing.push('No EMA weights: they start equal to the weights.');
  if (model.optimizer) kept.push('Optimizer state (AdamW).');
  else missing.push(model.optimizerLeftOut ?? 'No optimizer state: Adam starts fresh.');
  if (keptProgress(model)) kept.push('Step, epoch and losses.');
  else if (model.progress)
    missing.push('Step and losses are left out: without optimizer state training starts anew.');
  else missing.push('No step and no losses: training begins at step 0.');
  return { kept, missing };
}

function networkTitle(
  { preset, imageSize, network }: Pick<RunConfig, 'preset' | 'imageSize' | 'network'>,
  { blockOutChannels }: UNetConfig,
): string {
  const name = network ? `Channels ${blockOutChannels.join(', ')}` : PRESETS[preset].title;
  return `${name}, ${imageSize} × ${imageSize}`;
}

function nothing(): FaultError {
  const fault: Fault = {
    kind: 'file',
    title: 'There is nothing to import',
    what: 'Nothing was changed.',
    expected: 'a checkpoint, a .pt file, or a diffusers folder',
    got: 'no file',
    todo: ['Choose a file.'],
  };
  return new FaultError(fault);
}
