// A model that was not saved by Perennial, made into a checkpoint of ours: its network, its settings, what of the run is
// known. Not here: reading it (diffusers-model.ts, torch-model.ts), the run it becomes (trainer.ts).
import {
  PRESET_NAMES,
  type PresetName,
  type RunConfig,
  SETTINGS,
  type Settings,
} from '../../settings/settings.ts';
import { FROM_THE_START, positionOf } from '../../settings/calendar.ts';
import { ownNetwork, presetConfig } from '../../settings/presets.ts';
import { openPictures } from '../../data/sets.ts';
import { fromDiffusersScheduler } from '../../diffusion/diffusers-scheduler.ts';
import type { StateGroup } from '../../engine/executor.ts';
import { type Fault, FaultError } from '../../fault.ts';
import { checkTensors } from '../../formats/safetensors-values.ts';
import type { UNetConfig } from '../../model/unet-config.ts';
import { fromDiffusersUNet } from '../../model/diffusers-unet.ts';
import { type Model, modelOf } from '../../model/model.ts';
import { checkStateDict, networkToldBy, type Told } from '../../model/state-dict.ts';
import type { AskedField, ImportAnswers } from '../api.ts';
import { type CheckpointContent, type FileFacts, type Execution, tensorPrefix } from '../checkpoint-file.ts';
import { History } from '../history.ts';
import { placeAt, stampOf } from '../run.ts';
import { checkPictures } from '../picture-network.ts';
import { schedulerFields, unetFields } from './asked-fields.ts';
import type { ForeignModel, Losses, Tensors } from './foreign-model.ts';

/** A network of no preset gets the settings of this one. */
const LENDER: PresetName = 'small';
/** Trained by another program: no bits of ours are to be expected. */
const ELSEWHERE: Execution = { executor: 'PyTorch', backend: '', kernels: '', adapter: '', browser: '' };

/** What has to be asked before the model can be used. */
export function fieldsToAsk(foreign: ForeignModel): AskedField[] {
  return [
    ...(foreign.network ? [] : unetFields(networkToldBy(foreign.shapes))),
    ...(foreign.scheduler ? [] : schedulerFields()),
  ];
}

/** A foreign model's network as ours. */
export interface Adopted {
  model: Model;
  /** The settings that name the network. */
  own: Pick<RunConfig, 'preset' | 'imageSize' | 'network'>;
}

/** The network, checked against the weights' names and shapes. Throws FaultError kind `network`. */
export function adopted(foreign: ForeignModel, answers: ImportAnswers): Adopted {
  const network =
    foreign.network ?? fromDiffusersUNet({ ...toldAsJson(networkToldBy(foreign.shapes)), ...answers });
  checkPictures(network);
  const model = modelOf(network);
  checkStateDict(foreign.shapes, model);
  return { model, own: settingsNaming(network) };
}

/** The preset of exactly this network; else LENDER, with the network as the run's own. */
function settingsNaming(network: UNetConfig): Adopted['own'] {
  const [imageSize] = network.sampleSize;
  const named = (preset: PresetName) => ({
    preset,
    imageSize,
    network: ownNetwork({ preset, imageSize }, network),
  });
  return PRESET_NAMES.map(named).find((own) => own.network === null) ?? named(LENDER);
}

/** config.json of a network of these weights; what they cannot tell is as UNet2DModel has it. */
const toldAsJson = (told: Told): Record<string, unknown> => ({
  in_channels: told.inChannels,
  out_channels: told.outChannels,
  block_out_channels: told.blockOutChannels,
  layers_per_block: told.layersPerBlock,
  down_block_types: told.downBlockTypes,
  up_block_types: told.upBlockTypes,
  add_attention: told.addAttention,
});

/** How far the run is that the model becomes: without Adam's moments training starts afresh. */
export const keptProgress = (foreign: ForeignModel): ForeignModel['progress'] =>
  foreign.optimizer ? foreign.progress : null;

/**
 * The whole content, checked. `chosen`: by the user, for what the files do not say: its pictures and how to train on. Throws
 * FaultError kind `file`, `network`, `not-finite` or `data`.
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
  const inOrder = (tensors: Tensors, group: StateGroup) => arraysOf(tensors, model, group);
  const raw = inOrder(weights, 'weights');
  const zeros = () => raw.map((values) => new Float32Array(values.length));
  return {
    facts,
    state: {
      weights: raw,
      ema: ema ? inOrder(ema, 'ema') : raw.map((values) => values.slice()),
      expAvg: moments ? inOrder(moments.expAvg, 'expAvg') : zeros(),
      expAvgSq: moments ? inOrder(moments.expAvgSq, 'expAvgSq') : zeros(),
    },
    history: historyOf(losses, facts),
  };
}

/** In the network's order, every number checked as a checkpoint's. */
function arraysOf(tensors: Tensors, { parameters }: Model, group: StateGroup): Float32Array<ArrayBuffer>[] {
  const named = parameters.map(({ name, shape }) => {
    const data = tensors.get(name);
    const inFile = tensorPrefix(group, 'unet') + name;
    if (!data) throw unfit(inFile, 'nothing of that name', `${inFile} [${shape.join(', ')}]`);
    return { name: inFile, shape, data };
  });
  checkTensors(named);
  return named.map(({ data }) => data);
}

/** Of a file that began as an export of ours: everything it says, and the steps and epochs it made since. */
function factsOfExport(foreign: ForeignModel, facts: FileFacts): FileFacts {
  const { globalStep, epoch } = keptProgress(foreign) ?? FROM_THE_START;
  const config = movedOn(withOrigin(facts.config, facts.dataset.count, globalStep, epoch), globalStep, epoch);
  return { ...facts, config, ...placeAt(config, facts.dataset.count, globalStep), execution: ELSEWHERE };
}

async function factsOfStranger(
  foreign: ForeignModel,
  own: Adopted['own'],
  answers: ImportAnswers,
  chosen: Partial<Settings>,
): Promise<FileFacts> {
  const { globalStep, epoch } = keptProgress(foreign) ?? FROM_THE_START;
  const begun: RunConfig = {
    ...presetConfig(own.preset),
    ...inRange(foreign.optimizer ?? {}),
    ...chosen,
    ...fromDiffusersScheduler(foreign.scheduler ?? answers),
    imageSize: own.imageSize,
    network: own.network,
  };
  const set = await openPictures(begun.dataset, begun);
  const config = movedOn(withOrigin(begun, set.count, globalStep, epoch), globalStep, epoch);
  return {
    ...placeAt(config, set.count, globalStep),
    runId: foreign.name.slice(0, 64),
    parent: '',
    execution: ELSEWHERE,
    config,
    dataset: stampOf(set),
    created: new Date().toISOString(),
  };
}

/** Epochs that were counted over other batches stay as they were counted; what begins anew began nowhere else. */
function withOrigin(config: RunConfig, count: number, globalStep: number, epoch: number): RunConfig {
  if (globalStep === 0) return { ...config, origin: null };
  const isBehind = (config.origin?.globalStep ?? 0) > globalStep;
  if (!isBehind && positionOf(config, count, globalStep).epoch === epoch) return config;
  return { ...config, origin: { globalStep, epoch } };
}

/** A run that would be over goes on for as long again as its settings say. */
function movedOn(config: RunConfig, globalStep: number, epoch: number): RunConfig {
  const { maxSteps, epochs } = config;
  return {
    ...config,
    maxSteps: maxSteps > globalStep ? maxSteps : Math.min(SETTINGS.maxSteps.max, globalStep + maxSteps),
    epochs: epochs > epoch ? epochs : Math.min(SETTINGS.epochs.max, epoch + epochs),
  };
}

/** An optimizer's settings, where ours can be the same. */
function inRange(settings: Partial<Settings>): Partial<Settings> {
  const fits = ([name, value]: [string, unknown]): boolean => {
    const setting = SETTINGS[name as keyof Settings];
    return setting.type === 'number' && (value as number) >= setting.min && (value as number) <= setting.max;
  };
  return Object.fromEntries(Object.entries(settings).filter(fits));
}

/** Exactly as long as the run is; what the file does not have is NaN. */
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
