// Makes a checkpoint of ours from a model of another program: network, settings, and what is known of its
// run. Not here: reading the model (folder-model.ts, torch-model.ts), the run it becomes (trainer.ts).
import {
  PRESET_NAMES,
  type PresetName,
  type RunConfig,
  SETTINGS,
  type Settings,
} from '../../settings/settings.ts';
import { FROM_THE_START, positionOf } from '../../settings/calendar.ts';
import { ownNetworks, presetConfig } from '../../settings/presets.ts';
import { openPictures } from '../../data/sets.ts';
import { fromDiffusersScheduler, fromDiffusersSpacing } from '../../diffusion/diffusers-scheduler.ts';
import type { StateGroup } from '../../engine/executor.ts';
import { type Fault, FaultError } from '../../fault.ts';
import { plainText } from '../../plain-text.ts';
import { checkTensors } from '../../formats/safetensors-values.ts';
import { classFields } from '../../model/diffusers-unet-fields.ts';
import { fromDiffusersUNet } from '../../model/diffusers-unet.ts';
import { fieldsFromShapes, type ShapeFields } from '../../model/fields-from-shapes.ts';
import { type Model, modelOf } from '../../model/model.ts';
import { checkStateDict } from '../../model/state-dict.ts';
import type { AskedField, ImportAnswers } from '../api.ts';
import { type CheckpointContent, type FileFacts, tensorName } from '../checkpoint-file.ts';
import type { Execution } from '../metadata-fields.ts';
import { History } from '../history.ts';
import { newClasses } from '../run-classes.ts';
import { placeAt, stampOf } from '../run.ts';
import { checkPictures, spaceOfNetwork } from '../picture-network.ts';
import { schedulerFields, unetFields } from './asked-fields.ts';
import {
  encoderOfForeign,
  partInFiles,
  startsEncoder,
  withEncoderMoments,
  withNewEncoder,
  wordsOfForeign,
} from './foreign-encoder.ts';
import type { ForeignModel, Losses, Tensors } from './foreign-model.ts';

/** The preset whose settings a network of no preset gets. */
const FALLBACK_PRESET: PresetName = 'small';
const FALLBACK_WITH_WORDS: PresetName = 'text';
/** Trained by another program: the bits of its steps cannot be expected here. */
const TRAINED_ELSEWHERE: Execution = {
  executor: 'PyTorch',
  backend: '',
  kernels: '',
  adapter: '',
  browser: '',
};

/** Latents are no pixels: what varies pictures would spoil them. */
const AS_THEY_ARE = { randomFlip: false, randomCrop: 'off', colorJitter: 'off' } as const;

/** The fields that the model's files leave open, for the user to fill in. */
export function fieldsToAsk(foreign: ForeignModel): AskedField[] {
  return [
    ...(foreign.network ? [] : unetFields(fieldsFromShapes(foreign.shapes))),
    ...(foreign.scheduler ? [] : schedulerFields()),
  ];
}

/** A foreign model as one of ours. */
export interface Adopted {
  model: Model;
  /** The settings that name the network. */
  own: Pick<RunConfig, 'preset' | 'imageSize' | 'network' | 'textEncoder'>;
}

/**
 * The model's network, checked against names and shapes of its weights. `answers`: the fields of
 * `fieldsToAsk`. Throws FaultError kind `network`.
 */
export function adopted(foreign: ForeignModel, answers: ImportAnswers): Adopted {
  const network =
    foreign.network ?? fromDiffusersUNet({ ...asConfigJson(fieldsFromShapes(foreign.shapes)), ...answers });
  const encoder = encoderOfForeign(foreign, network);
  checkPictures(network, encoder);
  const model = modelOf(network, encoder);
  checkStateDict(foreign.shapes, partInFiles(foreign, model));
  return { model, own: settingsNaming(model) };
}

/** The preset of exactly these networks; else one whose settings fit, with the networks as the run's own. */
function settingsNaming({ config: network, textEncoder }: Model): Adopted['own'] {
  const [imageSize] = network.sampleSize;
  const named = (preset: PresetName) => ({
    preset,
    imageSize,
    ...ownNetworks({ preset, imageSize }, network, textEncoder),
  });
  const fallback = textEncoder ? FALLBACK_WITH_WORDS : FALLBACK_PRESET;
  return PRESET_NAMES.map(named).find((own) => own.network === null) ?? named(fallback);
}

/** config.json with these fields; every other field has the default of the network's class. */
function asConfigJson(fields: ShapeFields): Record<string, unknown> {
  const { classEmbedding: classes } = fields;
  const shared = {
    in_channels: fields.inChannels,
    out_channels: fields.outChannels,
    block_out_channels: fields.blockOutChannels,
    layers_per_block: fields.layersPerBlock,
    down_block_types: fields.downBlockTypes,
    up_block_types: fields.upBlockTypes,
    ...classFields(classes),
  };
  if (fields.className === undefined) return { ...shared, add_attention: fields.addAttention };
  return {
    ...shared,
    _class_name: fields.className,
    mid_block_type: fields.midBlockType,
    cross_attention_dim: fields.crossAttentionDim,
    transformer_layers_per_block: fields.transformerLayersPerBlock,
    use_linear_projection: fields.useLinearProjection,
    encoder_hid_dim: fields.encoderHidDim,
    projection_class_embeddings_input_dim:
      classes && 'inputChannels' in classes ? classes.inputChannels : null,
  };
}

/**
 * Progress of the run that the model becomes; null where Adam's moments are missing: then it starts at step
 * 0.
 */
export const keptProgress = (foreign: ForeignModel): ForeignModel['progress'] =>
  foreign.optimizer ? foreign.progress : null;

/**
 * Loads the model and makes a checkpoint of it. `chosen`: the user's settings for what the files do not say
 * (pictures, how to train). Throws FaultError kind `file`, `network`, `not-finite` or `data`.
 */
export async function contentOfModel(
  foreign: ForeignModel,
  answers: ImportAnswers,
  chosen: Partial<Settings>,
): Promise<CheckpointContent> {
  const { model, own } = adopted(foreign, answers);
  const facts = foreign.facts
    ? factsOfExport(foreign, foreign.facts)
    : await factsOfStranger(foreign, own, answers, chosen);
  const { weights, ema, moments, losses } = await foreign.load();
  const isNew = startsEncoder(foreign, model);
  const whole = (tensors: Tensors) => (isNew ? withNewEncoder(tensors, model, facts.config.seed) : tensors);
  const inOrder = (tensors: Tensors, group: StateGroup) => arraysOf(tensors, model, group);
  const raw = inOrder(whole(weights), 'weights');
  const moment = (tensors: Tensors, group: StateGroup) => inOrder(withEncoderMoments(tensors, model), group);
  const zeros = () => raw.map((values) => new Float32Array(values.length));
  return {
    facts,
    state: {
      weights: raw,
      ema: ema ? inOrder(whole(ema), 'ema') : raw.map((values) => values.slice()),
      expAvg: moments ? moment(moments.expAvg, 'expAvg') : zeros(),
      expAvgSq: moments ? moment(moments.expAvgSq, 'expAvgSq') : zeros(),
    },
    history: historyOf(losses, facts),
    samples: null,
  };
}

/** One array per parameter, in the model's order. Every number is checked by the rules for a checkpoint. */
function arraysOf(tensors: Tensors, { parameters }: Model, group: StateGroup): Float32Array<ArrayBuffer>[] {
  const named = parameters.map(({ name, shape }) => {
    const data = tensors.get(name);
    const inFile = tensorName(group, name);
    if (!data) throw unfit(inFile, 'nothing of that name', `${inFile} [${shape.join(', ')}]`);
    return { name: inFile, shape, data };
  });
  checkTensors(named);
  return named.map(({ data }) => data);
}

/** Facts of a file that began as our export: its own facts, moved on to the steps and epochs made since. */
function factsOfExport(foreign: ForeignModel, facts: FileFacts): FileFacts {
  const { globalStep, epoch } = keptProgress(foreign) ?? FROM_THE_START;
  const config = withStepsLeft(
    withOrigin(facts.config, facts.dataset.count, globalStep, epoch),
    globalStep,
    epoch,
  );
  return {
    ...facts,
    config,
    ...placeAt(config, facts.dataset.count, globalStep),
    execution: TRAINED_ELSEWHERE,
  };
}

/**
 * Facts of a file that was never ours: `own` and `chosen` settings, with what the file says of noise and
 * optimizer.
 */
async function factsOfStranger(
  foreign: ForeignModel,
  own: Adopted['own'],
  answers: ImportAnswers,
  chosen: Partial<Settings>,
): Promise<FileFacts> {
  const { globalStep, epoch } = keptProgress(foreign) ?? FROM_THE_START;
  const spacing = fromDiffusersSpacing(foreign.scheduler);
  const isOfLatents = own.network !== null && spaceOfNetwork(own.network).is === 'latents';
  const begun: RunConfig = {
    ...presetConfig(own.preset),
    // No file says whether Min-SNR weights were used; diffusers' training script has none unless asked.
    minSnrGamma: 0,
    ...inRange(foreign.optimizer ?? {}),
    ...(spacing && { timestepSpacing: spacing }),
    ...chosen,
    ...fromDiffusersScheduler(foreign.scheduler ?? answers),
    imageSize: own.imageSize,
    ...(isOfLatents ? AS_THEY_ARE : {}),
    network: own.network,
    textEncoder: own.textEncoder,
  };
  const set = await openPictures(begun.dataset, begun);
  const config = withStepsLeft(withOrigin(begun, set.count, globalStep, epoch), globalStep, epoch);
  return {
    ...placeAt(config, set.count, globalStep),
    runId: plainText(foreign.name, 64),
    parent: '',
    execution: TRAINED_ELSEWHERE,
    config,
    dataset: stampOf(set),
    words: wordsOfForeign(foreign, config, set),
    classes: newClasses(config, set, foreign.classes ?? []),
    created: new Date().toISOString(),
  };
}

/**
 * Sets the origin: epochs counted over other batches stay as counted; a run that starts at step 0 has none.
 */
function withOrigin(config: RunConfig, count: number, globalStep: number, epoch: number): RunConfig {
  if (globalStep === 0) return { ...config, origin: null };
  const isBehind = (config.origin?.globalStep ?? 0) > globalStep;
  if (!isBehind && positionOf(config, count, globalStep).epoch === epoch) return config;
  return { ...config, origin: { globalStep, epoch } };
}

/** A run that has reached its last step or epoch gets as many again as its settings say. */
function withStepsLeft(config: RunConfig, globalStep: number, epoch: number): RunConfig {
  const { maxSteps, epochs } = config;
  return {
    ...config,
    maxSteps: maxSteps > globalStep ? maxSteps : Math.min(SETTINGS.maxSteps.max, globalStep + maxSteps),
    epochs: epochs > epoch ? epochs : Math.min(SETTINGS.epochs.max, epoch + epochs),
  };
}

/** The optimizer's settings that are within the ranges of ours. */
function inRange(settings: Partial<Settings>): Partial<Settings> {
  const fits = ([name, value]: [string, unknown]): boolean => {
    const setting = SETTINGS[name as keyof Settings];
    return setting.type === 'number' && (value as number) >= setting.min && (value as number) <= setting.max;
  };
  return Object.fromEntries(Object.entries(settings).filter(fits));
}

/** A history of exactly the run's length; losses that the file does not have are NaN. */
function historyOf({ batch, quartiles, epochs }: Losses, { globalStep, epoch }: FileFacts): History {
  const filled = (length: number, values: Float32Array | null): Float32Array<ArrayBuffer> => {
    const whole = new Float32Array(length).fill(NaN);
    whole.set(values?.subarray(0, length) ?? []);
    return whole;
  };
  return new History(filled(globalStep, batch), filled(globalStep * 4, quartiles), [
    ...filled(epoch, epochs),
  ]);
}

function unfit(thing: string, got: string, expected: string): FaultError {
  const fault: Fault = {
    kind: 'network',
    title: `${thing} is ${got}`,
    what: 'Nothing was imported, and nothing on this computer was changed.',
    expected,
    got,
    todo: ['Choose another model.'],
  };
  return new FaultError(fault);
}
