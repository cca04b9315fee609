// Names and metadata of a checkpoint file, as docs/agreement.md has them, to and from the trainer's own
// values. Not here: bytes (formats/safetensors.ts), slots (checkpoint/).
import type { FileTensor } from '../checkpoint/api.ts';
import type { RunConfig } from '../settings/settings.ts';
import { parseStored } from '../settings/parse-settings.ts';
import { modelOfRun, networkOf, textEncoderOf } from '../settings/presets.ts';
import { timestepSpacingOf } from '../settings/timestep-spacing.ts';
import type { ExecutorState, LossScale, ParameterSpec, StateGroup } from '../engine/executor.ts';
import { STATE_GROUPS } from '../engine/executor.ts';
import { FaultError } from '../fault.ts';
import { hexDigest } from '../formats/hex-digest.ts';
import { toDiffusersScheduler } from '../diffusion/diffusers-scheduler.ts';
import { fromClipConfig, toClipConfig } from '../model/clip-config.ts';
import { fromDiffusersUNet, toDiffusersUNet } from '../model/diffusers-unet.ts';
import type { TextEncoderConfig } from '../model/text-encoder-config.ts';
import { TEXT_ENCODER } from '../model/text-encoder-parameters.ts';
import type { UNetConfig } from '../model/unet-config.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { History } from './history.ts';
import type { CheckpointSamples } from './checkpoint-samples.ts';
import { checkPictures, spaceOfNetwork } from './picture-network.ts';
import { lossScaleAsText, readLossScale } from './loss-scale-text.ts';
import { contradicting, fileFault, newer, notOurs, ofAnotherNetwork } from './checkpoint-faults.ts';
import {
  datasetIn,
  type DatasetStamp,
  type Execution,
  executionIn,
  jsonOf,
  textIn,
  wholeNumber,
} from './metadata-fields.ts';
import { classesAsText, readClasses, type RunClasses } from './run-classes.ts';
import { readWords, type RunWords, wordsAsText } from './run-words.ts';

export const FORMAT = 'perennial-checkpoint';
const FORMAT_VERSION = 1;

const GROUP_PREFIXES: Readonly<Record<StateGroup, string>> = {
  weights: '',
  ema: 'ema.',
  expAvg: 'optimizer.exp_avg.',
  expAvgSq: 'optimizer.exp_avg_sq.',
};

/**
 * A parameter's name in the file. Raw weights of the UNet begin with `unet.`; those of the text encoder with
 * `text_encoder.` in every group, as their names do here: `ema.text_encoder.token_embedding.weight`.
 */
export function tensorName(group: StateGroup, parameter: string): string {
  const owner = group === 'weights' && !parameter.startsWith(TEXT_ENCODER) ? 'unet.' : '';
  return GROUP_PREFIXES[group] + owner + parameter;
}

/** What a checkpoint file says of itself: all of it but the tensors. */
export interface FileFacts {
  name: string;
  globalStep: number;
  epoch: number;
  epochPosition: number;
  runId: string;
  parent: string;
  execution: Execution;
  config: RunConfig;
  dataset: DatasetStamp;
  /** Tokenizer and prompts; null: the model knows no words. */
  words: RunWords | null;
  /** Null: the network draws by no class. */
  classes: RunClasses | null;
  /** State of the loss scaling; absent in full precision. */
  lossScale?: LossScale;
  created: string;
}

/** The facts of a file that was read. */
export interface ReadFacts extends FileFacts {
  /** The version of Perennial that wrote the file; `unknown` where the file does not say. */
  appVersion: string;
}

export interface CheckpointContent {
  facts: FileFacts;
  state: ExecutorState;
  history: History;
  /** The samples that came with a file; null: none came, or the content is of a slot, which has none. */
  samples: CheckpointSamples | null;
}

/**
 * The tensors of a file at step `step` and after `epoch` epochs, in the file's order; the history may already
 * be longer.
 */
export function fileTensors(
  specs: readonly ParameterSpec[],
  state: ExecutorState,
  history: History,
  { globalStep: step, epoch }: Pick<FileFacts, 'globalStep' | 'epoch'>,
): FileTensor[] {
  const tensors: FileTensor[] = [];
  for (const group of STATE_GROUPS) {
    specs.forEach((spec, i) => {
      const data = state[group][i];
      if (!data) throw new Error(`no ${group} of ${spec.name}`);
      tensors.push({ name: tensorName(group, spec.name), shape: spec.shape, data });
    });
  }
  const epochLosses = new Float32Array(history.epochLosses.slice(0, epoch));
  tensors.push({ name: 'history.batch_losses', shape: [step], data: history.batchLosses(0, step) });
  tensors.push({ name: 'history.epoch_losses', shape: [epochLosses.length], data: epochLosses });
  tensors.push({
    name: 'history.batch_losses_by_quartile',
    shape: [step, 4],
    data: history.quartileLosses(step),
  });
  return tensors;
}

/**
 * `__metadata__` without the digest, as strings. Network and noise schedule are in diffusers' own fields, for
 * readers that do not know our presets.
 */
export function factsAsText(facts: FileFacts): Record<string, string> {
  const { network: _, textEncoder: __, ...settings } = facts.config;
  const textEncoder = textEncoderOf(facts.config);
  return {
    format: FORMAT,
    version: String(FORMAT_VERSION),
    name: facts.name,
    global_step: String(facts.globalStep),
    epoch: String(facts.epoch),
    epoch_position: String(facts.epochPosition),
    seed: String(facts.config.seed),
    run_id: facts.runId,
    parent: facts.parent,
    execution: JSON.stringify(facts.execution),
    config: JSON.stringify(settings),
    unet_config: JSON.stringify(toDiffusersUNet(networkOf(facts.config))),
    scheduler_config: JSON.stringify(schedulerOf(facts.config)),
    dataset: JSON.stringify(facts.dataset),
    ...(textEncoder && facts.words
      ? {
          text_encoder_config: JSON.stringify(toClipConfig(withIdsOf(textEncoder, facts.words.tokenizer))),
          ...wordsAsText(facts.words),
        }
      : {}),
    ...classesAsText(facts.classes),
    ...lossScaleAsText(facts.lossScale),
    created: facts.created,
    app_version: __APP_VERSION__,
  };
}

/** scheduler_config.json of a run: what is not pixels is not clipped. */
const schedulerOf = (config: RunConfig): Record<string, unknown> =>
  toDiffusersScheduler(config, timestepSpacingOf(config), spaceOfNetwork(networkOf(config)).is === 'pixels');

/** `__metadata__` with the digest, by which an import notices an altered file. */
export async function fileMetadata(
  facts: FileFacts,
  tensors: readonly FileTensor[],
): Promise<Record<string, string>> {
  const metadata = factsAsText(facts);
  metadata['content_sha256'] = await contentDigest(metadata, tensors);
  return metadata;
}

/** A tensor of any dtype as the digest sees it. */
export interface DigestedTensor {
  name: string;
  shape: readonly number[];
  /** Its bytes, or where to read them. */
  data: BufferSource | Blob;
}

/**
 * SHA-256 over the metadata without the digest, and over every tensor's name, shape and bytes, in the file's
 * order.
 */
export async function contentDigest(
  metadata: Record<string, string>,
  tensors: readonly DigestedTensor[],
): Promise<string> {
  const lines: string[] = [];
  for (const key of Object.keys(metadata).sort()) {
    if (key !== 'content_sha256') lines.push(JSON.stringify([key, metadata[key]]));
  }
  for (const { name, shape, data } of tensors) {
    const bytes = data instanceof Blob ? await data.arrayBuffer() : data;
    lines.push(JSON.stringify([name, shape, await hexDigest(bytes)]));
  }
  return hexDigest(new TextEncoder().encode(lines.join('\n')));
}

/** The encoder with the ids of the tokenizer's special tokens: transformers looks for the end by its id. */
const withIdsOf = (encoder: TextEncoderConfig, { begin, end, pad }: Tokenizer): TextEncoderConfig => ({
  ...encoder,
  bosTokenId: begin,
  eosTokenId: end,
  padTokenId: pad,
});

/** The file's text encoder; null: it names none. Throws FaultError kind `network` or `file`. */
const encoderIn = (metadata: Record<string, string>): TextEncoderConfig | null =>
  metadata['text_encoder_config'] === undefined
    ? null
    : fromClipConfig(jsonOf(metadata, 'text_encoder_config'));

/** Throws where the metadata is of another format or of a newer version. */
function checkFormat(metadata: Record<string, string>): void {
  if (metadata['format'] !== FORMAT) throw notOurs(FORMAT, metadata['format']);
  const version = wholeNumber(metadata, 'version');
  if (version > FORMAT_VERSION) throw newer(FORMAT_VERSION, version);
}

/** Throws where step, settings and network contradict each other. `unet`: null where the file names none. */
function checkAgreement(globalStep: number, config: RunConfig, unet: UNetConfig | null): void {
  if (config.origin && config.origin.globalStep > globalStep)
    throw contradicting(
      `an origin at or before its global step ${globalStep}`,
      `origin ${config.origin.globalStep}`,
    );
  if (unet && unet.sampleSize.some((size) => size !== config.imageSize))
    throw contradicting(
      `sample_size ${config.imageSize}, as its imageSize`,
      `sample_size ${unet.sampleSize.join(' x ')}`,
    );
}

/**
 * Reads the metadata of one of our files. Throws FaultError kind `file` where the metadata is of another
 * format, of a newer version or not valid, and kind `network` where its network cannot be trained here.
 */
export function readFacts(metadata: Record<string, string>): ReadFacts {
  checkFormat(metadata);
  return readWeightsFacts(metadata);
}

/** As `readFacts`, of a file that says the same of weights alone. */
export function readWeightsFacts(metadata: Record<string, string>): ReadFacts {
  // Files of older versions name only their preset.
  const unet =
    metadata['unet_config'] === undefined ? null : fromDiffusersUNet(jsonOf(metadata, 'unet_config'));
  const dataset = datasetIn(metadata);
  const execution = executionIn(metadata);
  const textEncoder = encoderIn(metadata);
  const config = parseStored(jsonOf(metadata, 'config'), unet && { unet, textEncoder });
  if (unet) checkPictures(unet, textEncoder);
  const globalStep = wholeNumber(metadata, 'global_step');
  checkAgreement(globalStep, config, unet);
  return {
    name: textIn(metadata, 'name'),
    globalStep,
    epoch: wholeNumber(metadata, 'epoch'),
    epochPosition: wholeNumber(metadata, 'epoch_position'),
    runId: textIn(metadata, 'run_id'),
    parent: textIn(metadata, 'parent'),
    execution,
    config,
    dataset,
    words: readWords(config, metadata),
    classes: readClasses(config, metadata),
    ...readLossScale(metadata, globalStep),
    created: textIn(metadata, 'created'),
    appVersion: textIn(metadata, 'app_version') || 'unknown',
  };
}

/**
 * Metadata and tensors of one of our files as the trainer's values. Throws as `readFacts` and `contentOf` do.
 */
export const readContent = (
  metadata: Record<string, string>,
  tensors: readonly FileTensor[],
): CheckpointContent => contentOf(readFacts(metadata), tensors);

/**
 * Tensors of a file as the trainer's values. Throws FaultError kind `network` where names or shapes are not
 * exactly those of the network that the facts name.
 */
export function contentOf(facts: ReadFacts, tensors: readonly FileTensor[]): CheckpointContent {
  const { parameters } = modelOfRun(facts.config);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const take = (name: string, shape: readonly number[]): Float32Array<ArrayBuffer> => {
    const tensor = byName.get(name);
    byName.delete(name);
    const got = tensor ? `[${tensor.shape.join(', ')}]` : 'nothing';
    const expected = `[${shape.join(', ')}]`;
    if (tensor && got === expected) return tensor.data;
    const { network, preset, imageSize } = facts.config;
    const named = `the ${network ? 'described' : preset} network at ${imageSize} pixels`;
    throw ofAnotherNetwork(`${name} ${expected}, as ${named} has it`, `${name} ${got}`);
  };
  const group = (key: StateGroup) => parameters.map((spec) => take(tensorName(key, spec.name), spec.shape));
  const state: ExecutorState = {
    weights: group('weights'),
    ema: group('ema'),
    expAvg: group('expAvg'),
    expAvgSq: group('expAvgSq'),
    ...(facts.lossScale ? { lossScale: facts.lossScale } : {}),
  };
  const epochs = byName.get('history.epoch_losses')?.data.length ?? 0;
  const history = new History(
    take('history.batch_losses', [facts.globalStep]),
    take('history.batch_losses_by_quartile', [facts.globalStep, 4]),
    [...take('history.epoch_losses', [epochs])],
  );
  const [unknown] = byName.keys();
  if (unknown !== undefined)
    throw ofAnotherNetwork('only the tensors of its own network', `a tensor called ${unknown.slice(0, 128)}`);
  return { facts, state, history, samples: null };
}

/** Throws FaultError kind `file` where the content is not what its digest says. */
export async function checkDigest(
  metadata: Record<string, string>,
  tensors: readonly DigestedTensor[],
): Promise<void> {
  const got = await contentDigest(metadata, tensors);
  if (got !== metadata['content_sha256']) {
    throw new FaultError(
      fileFault(
        'file',
        'This checkpoint was altered',
        `content with SHA-256 ${metadata['content_sha256'] ?? '(none given)'}`,
        got,
      ),
    );
  }
}
