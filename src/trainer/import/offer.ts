// Tells by content what the files for an import are, and shows it before any tensor is read. Not here: which
// models are among them (models-among.ts), the readers (beside this file), the run that the import becomes
// (trainer.ts).
import type { RunConfig, Settings } from '../../settings/settings.ts';
import { modelOfRun, PRESETS } from '../../settings/presets.ts';
import { listDatasets } from '../../data/sets.ts';
import { holdPictures } from '../../data/sources/recognise.ts';
import { fromDiffusersScheduler } from '../../diffusion/diffusers-scheduler.ts';
import type { SafetensorsHeader } from '../../formats/safetensors.ts';
import { readTensors } from '../../formats/safetensors-file.ts';
import { checkTensors } from '../../formats/safetensors-values.ts';
import type { Model } from '../../model/model.ts';
import type { UNetConfig } from '../../model/unet-config.ts';
import type { ImportAnswers, ImportPreview } from '../api.ts';
import {
  checkDigest,
  type CheckpointContent,
  contentOf,
  type ReadFacts,
  readFacts,
} from '../checkpoint-file.ts';
import { spaceOfNetwork } from '../picture-network.ts';
import { adopted, contentOfModel, fieldsToAsk, keptProgress } from './adopt-model.ts';
import { modelOfFound } from './folder-model.ts';
import { startsEncoder } from './foreign-encoder.ts';
import type { ForeignModel } from './foreign-model.ts';
import { nothingFound, picturesInstead, withoutModel } from './import-faults.ts';
import { allTensors, namesBesideSamples, samplesIn, sheetOf } from './samples-in-file.ts';
import { baseName, folderOf } from './model-file.ts';
import { plainPreview } from './plain-preview.ts';
import { type FoundModel, sortFiles, type Sorted } from './models-among.ts';

/** An import that was looked at; its tensors are read by `load`. */
export interface Offer {
  preview: ImportPreview;
  /** Throws FaultError kind `file`, `network`, `not-finite` or `data`. */
  load: (answers: ImportAnswers, chosen: Partial<Settings>) => Promise<CheckpointContent>;
}

/** The preview but for what the files around the model say. */
type OfOneModel = { preview: Omit<ImportPreview, 'models' | 'chosen' | 'first' | 'pictures'> } & Pick<
  Offer,
  'load'
>;

/** Files for an import. `which`: the model, where there are several, as `preview.models` lists them. */
export interface Offered {
  files: readonly File[];
  which: number;
  signal?: AbortSignal;
}

/** The import that these files are; null: they are pictures. Throws FaultError kind `file` or `network`. */
export async function offerOrPictures({ files, which, signal }: Offered): Promise<Offer | null> {
  const sorted = await sortFiles(files, signal);
  const found = sorted.models[which] ?? sorted.models[0];
  if (!found) return asPictures(files, sorted, signal);
  const name = nameOf(files, found, sorted);
  const { content } = found;
  const { preview, load } =
    content.is === 'checkpoint'
      ? await offerOfCheckpoint(name, await opened(found), content.header)
      : await offerOfModel(await modelOfFound(found, sorted, name));
  const models = sorted.models.map((model) => labelOf(model, sorted.models));
  const chosen = sorted.models.indexOf(found);
  const { length } = sorted.pictures;
  const around = { models, chosen, first: whyFirst(sorted.models), pictures: length };
  return { preview: plainPreview({ ...preview, ...around }), load };
}

/** The same; throws where they are pictures, too. */
export async function offerOf(offered: Offered): Promise<Offer> {
  const offer = await offerOrPictures(offered);
  if (!offer) throw picturesInstead(offered.files.length);
  return offer;
}

/** Null where the files without a model are pictures; else throws why they are of no use. */
async function asPictures(
  files: readonly File[],
  { files: inside, pictures, pointer, problems }: Sorted,
  signal?: AbortSignal,
): Promise<null> {
  if (pointer) throw pointer;
  if (pictures.length > 0 || (await holdPictures(files, signal).catch(() => false))) return null;
  const [file] = files;
  if (file && files.length === 1 && inside.every(({ zip }) => zip !== null))
    throw withoutModel(baseName(file.name), 'a zip archive without a model in it');
  const [problem] = problems;
  if (problem) throw problem;
  throw nothingFound(
    folderName(files),
    files.map(({ name }) => baseName(name)),
  );
}

/** Name of the folder that the files were dropped or chosen with; null where there is none. */
function folderName([file]: readonly File[]): string | null {
  const path = file?.webkitRelativePath || file?.name || '';
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : null;
}

/** The name that is shown for a model: its folder's or zip's, or its own. */
function nameOf(files: readonly File[], { path, files: [own] }: FoundModel, { models }: Sorted): string {
  const whole = own?.zip ?? folderName(files);
  if (whole === null) return baseName(path);
  return models.length > 1 ? `${whole}, ${labelOf({ path }, models)}` : whole;
}

/** Why the first of several models is offered first, for a sentence; null where their names do not tell. */
function whyFirst([first, ...others]: readonly FoundModel[]): ImportPreview['first'] {
  if (!first || others.length === 0) return null;
  const steps = others.map(({ step }) => step);
  if (steps.some((step) => step === null)) return null;
  if (first.step === null) return 'final';
  return steps.every((step) => (step ?? 0) < (first.step ?? 0)) ? 'newest' : null;
}

/** A model's folder where that tells it from the others, else its path; without folders that all share. */
function labelOf({ path }: Pick<FoundModel, 'path'>, models: readonly FoundModel[]): string {
  const folders = models.map((model) => folderOf(model.path));
  const own = folderOf(path);
  const isAlone = folders.filter((folder) => folder === own).length === 1;
  const first = folders[0] ?? '';
  const shared = [...first.matchAll(/\//g)]
    .map(({ index }) => first.slice(0, index + 1))
    .findLast((folder) => folders.every((one) => one.startsWith(folder)));
  const label = (isAlone ? own : path).slice(shared?.length ?? 0).replace(/\/$/, '');
  return label === '' ? baseName(path) : label;
}

async function opened({ files: [file] }: FoundModel): Promise<Blob> {
  if (!file) throw new Error('a checkpoint without a file');
  return file.open();
}

async function offerOfCheckpoint(name: string, file: Blob, header: SafetensorsHeader): Promise<OfOneModel> {
  const { metadata, entries } = header;
  const facts = readFacts(metadata);
  const { samples, leftOut } = await samplesIn(file, header, facts);
  const { parameterCount, config, textEncoder } = modelOfRun(facts.config);
  return {
    preview: {
      format: 'checkpoint',
      title: facts.name,
      fileName: name,
      sizeBytes: file.size,
      dtype: entries[0]?.dtype ?? 'F32',
      parameters: parameterCount,
      network: networkTitle(facts.config, config),
      globalStep: facts.globalStep,
      epoch: facts.epoch,
      batchLosses: facts.globalStep,
      kept: ['Everything: weights, EMA weights, optimizer state, settings and all losses.'],
      missing: leftOut ? [leftOut] : [],
      ...(await whereFrom(facts)),
      words: textEncoder !== null,
      asked: [],
      samples: samples && sheetOf(samples),
    },
    load: async () => {
      const { tensors } = await readTensors(file, namesBesideSamples(header));
      const content = contentOf(facts, tensors);
      checkTensors(tensors);
      await checkDigest(metadata, await allTensors(file, header, tensors));
      return { ...content, samples };
    },
  };
}

async function offerOfModel(foreign: ForeignModel): Promise<OfOneModel> {
  const asked = fieldsToAsk(foreign);
  // The answers change no shape, so the defaults are enough to check everything else before the user is
  // asked.
  const defaults = Object.fromEntries(asked.map(({ name, value }) => [name, value]));
  const { model, own } = adopted(foreign, defaults);
  if (!foreign.facts) fromDiffusersScheduler(foreign.scheduler ?? defaults);
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
      ...keptAndMissing(foreign, model),
      ...(foreign.facts ? await whereFrom(foreign.facts) : { dataset: null, origin: null }),
      words: model.textEncoder !== null,
      asked,
      samples: null,
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

function keptAndMissing(foreign: ForeignModel, model: Model): Pick<ImportPreview, 'kept' | 'missing'> {
  const progress = keptProgress(foreign);
  const hasEncoder = model.textEncoder !== null && !startsEncoder(foreign, model);
  const kept = [
    hasEncoder ? 'Weights of the network and of its text encoder, and its tokenizer.' : 'Weights.',
  ];
  const missing = [...foreign.leftOut, ...missingOf(foreign, model)];
  if (foreign.hasEma && progress) kept.push('EMA weights.');
  else if (foreign.hasEma)
    missing.push('EMA weights are shown in the samples; the first step replaces them by the weights.');
  else missing.push('No EMA weights: they start equal to the weights.');
  if (foreign.optimizer) kept.push('Optimizer state (AdamW).');
  else missing.push(foreign.optimizerLeftOut ?? 'No optimizer state: Adam starts fresh.');
  if (progress) kept.push(progress.batchLosses > 0 ? 'Step, epoch and losses.' : 'Step and epoch.');
  else if (foreign.progress)
    missing.push('Step and losses are left out: without optimizer state training starts anew.');
  else missing.push('No step and no losses: training begins at step 0.');
  return { kept, missing };
}

/** Sentences: what the network reads and draws, and does not come with it. */
function missingOf(foreign: ForeignModel, model: Model): string[] {
  const missing = [];
  if (startsEncoder(foreign, model))
    missing.push(
      'No text encoder: the network reads texts, and gets a new encoder, which knows nothing yet and learns with it from the captions of the pictures.',
    );
  if (model.config.classEmbedding && !foreign.classes)
    missing.push(
      'No names of classes: the network draws by their numbers, which the classes of the pictures get in the order of their names.',
    );
  if (spaceOfNetwork(model.config).is === 'latents')
    missing.push(
      'No autoencoder: it draws latents of 4 channels, which are shown as rough previews. It cannot be trained here until there are pictures as latents.',
    );
  return missing;
}

function networkTitle(
  { preset, imageSize, network }: Pick<RunConfig, 'preset' | 'imageSize' | 'network'>,
  { blockOutChannels }: UNetConfig,
): string {
  const name = network ? `Channels ${blockOutChannels.join(', ')}` : PRESETS[preset].title;
  return `${name}, ${imageSize} × ${imageSize}`;
}
