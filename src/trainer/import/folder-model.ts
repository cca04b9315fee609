// Reads a model of another program from the files around its weights: config.json, the scheduler's, averages
// and optimizer in files of their own. Not here: which models there are (models-among.ts), what becomes of
// one (adopt-model.ts).
import { encoderBeside } from './folder-encoder.ts';
import { inFolder, jsonOf, nearest, objectIn } from './folder-files.ts';
import type { ForeignModel } from './foreign-model.ts';
import { modelOfParts, NO_LOSSES, type Parts } from './model-of-parts.ts';
import { folderOf } from './model-file.ts';
import { areNames, plainNames, type RunClasses } from '../run-classes.ts';
import type { FoundModel, Sorted } from './models-among.ts';
import { wholeOf } from './torch-model.ts';
import { readsTexts, type Weights } from './weights.ts';

/**
 * The model among its files; `found` must be of another program. `name`: shown for it. Throws FaultError kind
 * `file` or `network`.
 */
export async function modelOfFound(found: FoundModel, sorted: Sorted, name: string): Promise<ForeignModel> {
  const folder = folderOf(found.path);
  const config = inFolder(sorted.files, folder, 'config.json');
  const scheduler = nearest(sorted.files, found.path, 'scheduler_config.json');
  const index = nearest(sorted.files, found.path, 'model_index.json');
  const own = ownParts(found, name);
  const encoder = own.encoder ?? (own.weights.some(readsTexts) ? await encoderBeside(found, sorted) : null);
  const beside = companions(found, sorted);
  const averages = found.averages.flatMap(({ content, path }) =>
    content.is === 'checkpoint' ? [] : content.parts.weights.map((weights) => ({ ...weights, key: path })),
  );
  const sizeBytes = [found, ...found.averages]
    .flatMap(({ files }) => files)
    .concat(beside.map(({ file }) => file))
    .reduce((sum, file) => sum + file.sizeBytes, 0);
  const counted = beside.map(({ parts }) => parts.globalStep).find((step) => step !== null) ?? null;
  return modelOfParts({
    ...own,
    sizeBytes,
    encoder,
    classes: own.weights.some(hasClasses) ? classesIn(await jsonOf(index)) : null,
    averages,
    lists: [...own.lists, ...beside.flatMap(({ parts }) => parts.lists)],
    optimizers: [...own.optimizers, ...beside.flatMap(({ parts }) => parts.optimizers)],
    globalStep: own.globalStep ?? found.step ?? counted,
    // What a .pt says of itself has precedence over the files beside it; a safetensors file says it last.
    unet:
      found.content.is === 'torch'
        ? (own.unet ?? (await jsonOf(config)))
        : ((await jsonOf(config)) ?? own.unet),
    scheduler:
      found.content.is === 'torch'
        ? (own.scheduler ?? (await jsonOf(scheduler)))
        : ((await jsonOf(scheduler)) ?? own.scheduler),
  });
}

const hasClasses = ({ shapes }: Weights): boolean => shapes.has('class_embedding.weight');

/** `id2label` of model_index.json, as DiTPipeline and our exports have it: numbers from 0 on. */
function classesIn(index: Record<string, unknown> | null): RunClasses | null {
  const names = new Map(Object.entries(index?.['id2label'] ?? {}));
  const byNumber = Array.from({ length: names.size }, (_, label): unknown => names.get(String(label)));
  return areNames(byNumber) ? plainNames(byNumber) : null;
}

/** What the file of the weights says itself. */
function ownParts({ content }: FoundModel, name: string): Parts {
  if (content.is === 'checkpoint') throw new Error('a checkpoint of ours is no foreign model');
  if (content.is === 'torch') return wholeOf(name, 0, content.parts);
  const { weights, metadata } = content.parts;
  const named = (key: string) => (metadata[key] === undefined ? null : objectIn(key, metadata[key]));
  return {
    format: 'diffusers',
    name,
    sizeBytes: 0,
    weights,
    encoder: null,
    averages: [],
    lists: [],
    optimizers: [],
    globalStep: null,
    epoch: null,
    losses: NO_LOSSES,
    unet: named('unet_config'),
    scheduler: named('scheduler_config'),
    facts: null,
    classes: null,
    leftOut: [],
  };
}

/** Optimizer and averages that accelerate's save_state puts beside the weights, or beside their folder. */
function companions({ path, files }: FoundModel, { beside }: Sorted): Sorted['beside'] {
  const folder = folderOf(path);
  const folders = [folder, ...(/(^|\/)unet\/$/.test(folder) ? [folderOf(folder.slice(0, -1))] : [])];
  return beside.filter(({ file }) => file.zip === files[0]?.zip && folders.includes(folderOf(file.path)));
}
