// Which models are among the files that the user brings, the one that most people mean first. Files are told
// by their first bytes, weights by their tensors; only the parts of one model (shards, averages, the final
// one among checkpoints) by their names. Not here: reading a model (folder-model.ts), words (offer.ts).
import { isSystemFile } from '../../data/sources/junk.ts';
import { FaultError } from '../../fault.ts';
import type { FileKind } from '../../formats/file-kind.ts';
import type { SafetensorsHeader } from '../../formats/safetensors.ts';
import { readHeader } from '../../formats/safetensors-file.ts';
import { openZip, type ZipEntry } from '../../formats/zip-reader.ts';
import { FORMAT } from '../checkpoint-file.ts';
import { baseName, folderOf, fromEntry, fromFile, type ModelFile } from './model-file.ts';
import { partsOfSafetensors, type SafetensorsParts } from './safetensors-parts.ts';
import {
  partOfSeveral,
  unfinishedDownload,
  withoutNetwork,
  withoutModel,
  withoutUNet,
} from './import-faults.ts';
import { partsOfTorchFile, type TorchParts } from './torch-parts.ts';
import { isAverage, type Weights } from './weights.ts';

/** Files with tensors that are looked into; of more, the largest: a model is larger than a cached picture. */
const MOST_LOOKED_AT = 64;
/** In a larger drop a name of pictures and texts is believed: reading 10,000 beginnings takes seconds. */
const MANY_FILES = 512;
const NAMED_PICTURE = /\.(jpe?g|png|gif|webp|avif|heic|heif|bmp|tiff?)$/i;
const NAMED_TEXT = /\.(txt|caption|json|md|csv)$/i;
const NAMED_WEIGHTS = /\.(safetensors|bin|pth?|ckpt)$/i;

/** A model and what was read of its files. */
export interface FoundModel {
  /** Path of its weights; of the first of several shards. */
  path: string;
  /** All shards in order. */
  files: readonly ModelFile[];
  content:
    | { is: 'checkpoint'; header: SafetensorsHeader }
    | { is: 'safetensors'; parts: SafetensorsParts }
    | { is: 'torch'; parts: TorchParts };
  /** Steps, by the metadata of our own checkpoint or the name of a folder or file; null: none is told. */
  step: number | null;
  /** Averages of these weights in files of their own. */
  averages: FoundModel[];
}

/** What the files are. */
export interface Sorted {
  /** All files but those that systems put beside others, entries of zips in the place of the zips. */
  files: ModelFile[];
  /** First the one to offer. */
  models: FoundModel[];
  /** Text encoders in files of their own. */
  encoders: { file: ModelFile; weights: Weights }[];
  /** .pt files without weights: optimizers, schedulers, averages in a list. */
  beside: { file: ModelFile; parts: TorchParts }[];
  /** Pictures of any format. */
  pictures: ModelFile[];
  /** Git LFS left pointers where weights should be. */
  pointer: FaultError | null;
  /** Why other files are no models. */
  problems: FaultError[];
}

/**
 * Sorts what was chosen or dropped. Throws FaultError kind `file` where a file cannot be read, and an
 * AbortError before the next file where `signal` is aborted.
 */
export async function sortFiles(given: readonly File[], signal?: AbortSignal): Promise<Sorted> {
  let isMany = given.length > MANY_FILES;
  const byName = (path: string): FileKind['is'] | null =>
    !isMany ? null : NAMED_PICTURE.test(path) ? 'picture' : NAMED_TEXT.test(path) ? 'text' : null;
  const all = await Promise.all(
    given.map(fromFile).map(async (file) => (byName(file.path) ? [file] : unpacked(file))),
  );
  // A zip may have 500,000 entries.
  isMany ||= all.some(({ length }) => length > MANY_FILES);
  const files = given.length === 1 ? all.flat() : all.flat().filter(({ path }) => !isSystemFile(path));
  const sorted: Sorted = {
    files,
    models: [],
    encoders: [],
    beside: [],
    pictures: [],
    pointer: null,
    problems: [],
  };
  const withTensors: ModelFile[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    const named = byName(file.path);
    const kind: FileKind = named ? { is: named, what: named } : await file.kind();
    if (kind.is === 'picture') sorted.pictures.push(file);
    else if (kind.is === 'safetensors' || kind.is === 'zip' || kind.is === 'legacy-torch')
      withTensors.push(file);
    else if (NAMED_WEIGHTS.test(file.path) || files.length === 1) note(file, kind, sorted);
  }
  withTensors.sort((a, b) => b.sizeBytes - a.sizeBytes);
  for (const group of inShards(withTensors.slice(0, MOST_LOOKED_AT))) {
    try {
      await look(group, sorted);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      sorted.problems.push(error);
    }
  }
  sorted.models = inOrderOfChoice(sorted.models);
  return sorted;
}

/** Entries of a zip of pictures; those that cannot be used are told when the pictures are imported. */
const ZIP_RULES = { stored: false, mostEntries: 500_000, onRefused: () => {} };

/** The entries of a zip that is no .pt file; any other file as it is, a broken zip too: `look` tells why. */
async function unpacked(whole: ModelFile): Promise<ModelFile[]> {
  if ((await whole.kind()).is !== 'zip') return [whole];
  const entries = await openZip(await whole.open(), ZIP_RULES).catch(() => null);
  if (!entries || entries.length === 0 || isTorch(entries)) return [whole];
  return entries.map((entry) => fromEntry(whole.path, entry)).filter(({ path }) => !isSystemFile(path));
}

const isTorch = (entries: readonly ZipEntry[]): boolean =>
  entries.some(({ name }) => /(^|\/)data\.pkl$/.test(name));

/** Notes why a file that should be a model is none. */
function note(file: ModelFile, kind: FileKind, sorted: Sorted): void {
  if (kind.what.startsWith('a Git LFS pointer'))
    sorted.pointer ??= unfinishedDownload(baseName(file.path), kind.what);
  else sorted.problems.push(withoutModel(baseName(file.path), kind.what));
}

const SHARD = /^(.*[-_.])0*(\d{1,5})-of-0*(\d{1,5})(\.\w+)$/;

/** The files by model: shards of one model together, in order; every other file alone. */
function inShards(files: readonly ModelFile[]): ModelFile[][] {
  const groups = new Map<string, ModelFile[]>();
  for (const file of files) {
    const [, stem, , count, end] = SHARD.exec(file.path) ?? [];
    const key = stem === undefined ? `/${file.zip}/${file.path}` : `${file.zip}/${stem}${count}${end}`;
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return [...groups.values()].map((group) => group.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
}

/** Throws FaultError kind `file` where shards of the model are missing. */
function checkShards(group: readonly ModelFile[]): void {
  const shards = group.map(({ path }) => SHARD.exec(baseName(path)));
  const count = Number(shards[0]?.[3] ?? 1);
  const here = new Set(shards.map((shard) => Number(shard?.[2] ?? 1)));
  if (here.size < count) throw partOfSeveral(baseName(group[0]?.path ?? ''), here, count);
}

/** Looks into a file or into all shards of one model. Throws FaultError where it is no model. */
async function look(group: readonly ModelFile[], sorted: Sorted): Promise<void> {
  const [first] = group;
  if (!first) return;
  checkShards(group);
  const add = (content: FoundModel['content'], step: number | null): void =>
    void sorted.models.push({ path: first.path, files: group, content, step, averages: [] });
  const blobs = await Promise.all(group.map((file) => file.open()));
  if ((await first.kind()).is === 'safetensors') {
    const header = await readHeader(blobs[0] ?? new Blob());
    if (header.metadata['format'] === FORMAT)
      return add({ is: 'checkpoint', header }, Number(header.metadata['global_step'] ?? NaN));
    const parts = await partsOfSafetensors(blobs);
    if (parts.weights.length === 0) {
      noteEncoder(first, parts, sorted);
      throw withoutNetwork(
        baseName(first.path),
        `tensors called ${parts.names.slice(0, 4).join(', ')}`.slice(0, 200),
      );
    }
    return add({ is: 'safetensors', parts }, stepIn(first.path));
  }
  const parts = await partsOfTorchFile(blobs);
  if (parts.weights.length > 0) return add({ is: 'torch', parts }, parts.globalStep ?? stepIn(first.path));
  noteEncoder(first, parts, sorted);
  sorted.beside.push({ file: first, parts });
  throw withoutNetwork(baseName(first.path), parts.what);
}

/**
 * A file without a UNet may be the text encoder of one beside it: noted, and thrown as a fault if it is
 * alone.
 */
function noteEncoder(file: ModelFile, { encoders }: { encoders: readonly Weights[] }, sorted: Sorted): void {
  const [weights] = encoders;
  if (!weights) return;
  sorted.encoders.push({ file, weights });
  throw withoutUNet(baseName(file.path));
}

/** The steps that a folder's or a file's name states: checkpoint-500, step=1000, iter_20. */
function stepIn(path: string): number | null {
  const found = [
    ...path.matchAll(/(?:^|[^a-z])(?:checkpoint|ckpt|steps?|iter|iteration)[-_=]?(\d{1,8})(?=\D|$)/gi),
  ];
  return found.length > 0 ? Number(found.at(-1)?.[1]) : null;
}

/** The same path without the word for an average: unet_ema/ becomes unet/, model_ema.pt model.pt. */
const withoutAverage = (path: string): string =>
  path.replace(/(ema|averaged|swa)[-_.](?=\w)|[-_.](ema|averaged|swa)(?=[./])/i, '');

/** Models in the order in which they are offered, averages joined to the weights that they average. */
function inOrderOfChoice(models: readonly FoundModel[]): FoundModel[] {
  const alone = models.filter((model) => {
    const path = isAverage(model.path) ? withoutAverage(model.path) : model.path;
    const raw = path === model.path ? undefined : models.find((other) => other.path === path);
    raw?.averages.push(model);
    return !raw;
  });
  return alone.sort((a, b) => {
    const [left, right] = [placesOf(a), placesOf(b)];
    const at = left.findIndex((place, i) => place !== right[i]);
    return at < 0 ? (a.path < b.path ? -1 : 1) : (left[at] ?? 0) - (right[at] ?? 0);
  });
}

/** What decides which model comes first: lower numbers first, later ones where earlier ones are equal. */
function placesOf({ content, path, step }: FoundModel): number[] {
  const isOwn = content.is === 'checkpoint';
  const isFinal = isOwn || stepIn(path) === null;
  const name = baseName(path);
  return [
    isOwn ? 0 : 1,
    isFinal ? 0 : 1,
    /(^|[-_.])(final|last|latest)[-_.]/i.test(name) ? 0 : 1,
    isFinal ? folderOf(path).split('/').length : 0,
    -(step ?? 0),
    /^diffusion_pytorch_model\.(safetensors|bin)$/.test(name) ? 0 : 1,
    content.is === 'safetensors' ? 0 : 1,
  ];
}
