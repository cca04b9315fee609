// Makes one foreign model of the parts that its files hold: which weights are trained and which are their
// average, whose moments fit, and what is left out. Not here: finding the parts (safetensors-parts.ts,
// torch-parts.ts), what becomes of the model (adopt-model.ts).
import { networkOf } from '../../settings/presets.ts';
import { fromDiffusersUNet } from '../../model/diffusers-unet.ts';
import type { ShapeOf } from '../../model/fields-from-shapes.ts';
import type { TextEncoderConfig } from '../../model/text-encoder-config.ts';
import { TEXT_ENCODER, textEncoderParameters } from '../../model/text-encoder-parameters.ts';
import type { UNetConfig } from '../../model/unet-config.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { ReadFacts } from '../checkpoint-file.ts';
import type { RunClasses } from '../run-classes.ts';
import { momentsOf, otherSettings, settingsOf } from './adam-state.ts';
import type { ForeignModel, Losses, ModelState } from './foreign-model.ts';
import type { Series } from './torch-history.ts';
import { type OptimizerState, readNamed, type TensorList, type TorchParts } from './torch-parts.ts';
import { checkDtypes, difference, isAverage, type Weights } from './weights.ts';

/** A text encoder and its words. */
export interface EncoderParts {
  config: TextEncoderConfig;
  vocabulary: Vocabulary;
  /** Averages among them; at least one. */
  weights: readonly Weights[];
}

/** The parts of one model, in one file or several. */
export interface Parts {
  format: ForeignModel['format'];
  name: string;
  sizeBytes: number;
  /** Of the model's own file, averages among them; at least one. */
  weights: readonly Weights[];
  /** The text encoder that came with the UNet; null: none. */
  encoder: EncoderParts | null;
  /** Averages in files of their own, in the same way as the weights. */
  averages: readonly Weights[];
  lists: readonly TensorList[];
  optimizers: readonly OptimizerState[];
  globalStep: number | null;
  epoch: number | null;
  losses: TorchParts['losses'];
  /** config.json and scheduler_config.json; null: the files have none. */
  unet: unknown;
  scheduler: Readonly<Record<string, unknown>> | null;
  facts: ReadFacts | null;
  /** As in ForeignModel. */
  classes: RunClasses | null;
  leftOut: readonly string[];
}

/** Null where a file has no losses. */
export const NO_LOSSES: TorchParts['losses'] = { batch: null, epochs: null, quartiles: null };

/**
 * The model of these parts. Throws FaultError kind `file` where its weights are of a type that is not read,
 * `network` as `fromDiffusersUNet` does.
 */
export function modelOfParts(parts: Parts): ForeignModel {
  const leftOut = [...parts.leftOut];
  const { raw, ema } = weightsOf(parts, leftOut);
  const { globalStep, epoch, losses } = parts;
  const progress =
    globalStep === null ? null : { globalStep, epoch: epoch ?? 0, batchLosses: losses.batch?.length ?? 0 };
  const adam = adamOf(raw, parts.optimizers, globalStep);
  if (adam.kept) leftOut.push(...otherSettings(adam.kept.optimizer.dict));
  if (adam.kept && losses.batch && losses.batch.length !== globalStep)
    leftOut.push(
      `The file has ${losses.batch.length} batch losses for ${globalStep} steps: the chart is empty where a loss is missing.`,
    );
  return {
    format: parts.format,
    name: parts.name,
    sizeBytes: parts.sizeBytes,
    dtype: [...raw.dtypes].join(', '),
    shapes: raw.shapes,
    encoder: parts.encoder && { config: parts.encoder.config, vocabulary: parts.encoder.vocabulary },
    classes: parts.classes,
    network: networkIn(parts),
    scheduler: parts.scheduler,
    facts: parts.facts,
    progress,
    hasEma: ema !== null,
    optimizer: adam.kept && settingsOf(adam.kept.optimizer.dict),
    optimizerLeftOut: adam.why,
    leftOut,
    load: async () => ({
      weights: await raw.read(),
      ema: ema && (await ema.read()),
      moments: adam.kept && (await momentsIn(adam.kept)),
      losses: await lossesIn(losses),
    }),
  };
}

/**
 * The weights that are trained, and their average or null, of UNet and text encoder together. Where one of
 * the two has no average, its weights stand for it. What is left out is added to `leftOut`.
 */
function weightsOf(parts: Parts, leftOut: string[]): { raw: Weights; ema: Weights | null } {
  const unet = weightsOfOne(parts.weights, parts, leftOut);
  if (!parts.encoder) return unet;
  const encoder = weightsOfOne(parts.encoder.weights, { averages: [], lists: [] }, leftOut);
  const averaged = unet.ema !== null || encoder.ema !== null;
  const raw = inOrderOf(parts.encoder.config, encoder.raw);
  return {
    raw: together(unet.raw, raw),
    ema: averaged ? together(unet.ema ?? unet.raw, encoder.ema ?? raw) : null,
  };
}

/** The same of one network. */
function weightsOfOne(
  weights: readonly Weights[],
  { averages, lists }: Pick<Parts, 'averages' | 'lists'>,
  leftOut: string[],
): { raw: Weights; ema: Weights | null } {
  const { raw, others } = rawAmong(weights);
  checkDtypes(raw);
  if (isAverage(raw.key))
    leftOut.push(`The file has averaged weights only (${raw.key}): they are taken as the weights.`);
  const ema = averageOf(raw, [...averages, ...others.filter(({ key }) => isAverage(key))], lists, leftOut);
  const rest = others.filter((one) => !isAverage(one.key)).map(({ key }) => key || 'those without a prefix');
  if (rest.length > 0)
    leftOut.push(`Other weights in the file are left out: ${rest.slice(0, 8).join(', ').slice(0, 200)}.`);
  return { raw, ema };
}

/** The encoder's tensors in the order in which an optimizer numbers its parameters. */
function inOrderOf(config: TextEncoderConfig, weights: Weights): Weights {
  const names = textEncoderParameters(config).map(({ name }) => name);
  const known = names.filter((name) => weights.shapes.has(name));
  const order = new Set([...known, ...weights.shapes.keys()]);
  const shapes = new Map([...order].map((name) => [name, weights.shapes.get(name) ?? []]));
  return { ...weights, shapes };
}

/** Two networks as one: no name is in both. */
const together = (unet: Weights, encoder: Weights): Weights => ({
  key: unet.key,
  dtypes: new Set([...unet.dtypes, ...encoder.dtypes]),
  shapes: new Map([...unet.shapes, ...encoder.shapes]),
  read: async () => new Map([...(await unet.read()), ...(await encoder.read())]),
});

function networkIn({ facts, unet }: Parts): UNetConfig | null {
  if (facts) return networkOf(facts.config);
  return unet === null ? null : fromDiffusersUNet(unet);
}

/** The weights that are trained: the UNet's where keys tell, else the first that are no average. */
function rawAmong(weights: readonly Weights[]): { raw: Weights; others: Weights[] } {
  const rank = ({ key }: Weights): number => {
    if (/optim|exp_avg|moment/i.test(key)) return 3;
    if (isAverage(key)) return 2;
    return /(^|\.)unet(_\w+)?(\.|$)/i.test(key) ? 0 : 1;
  };
  const [raw, ...others] = weights.toSorted((a, b) => rank(a) - rank(b));
  if (!raw) throw new Error('a model without weights');
  return { raw, others: others.filter((one) => rank(one) < 3) };
}

/** The first average that fits the weights; why the others do not is added to `leftOut`. */
function averageOf(
  raw: Weights,
  averages: readonly Weights[],
  lists: readonly TensorList[],
  leftOut: string[],
): Weights | null {
  for (const one of [...averages, ...lists.map((list) => namedBy(raw, list))]) {
    const why = difference(raw, one);
    if (why === null) return one;
    leftOut.push(`The averaged weights ${one.key} are left out: ${why}.`);
  }
  return null;
}

/** A list of averages in the order of the parameters, by their names. */
function namedBy({ shapes, dtypes }: Weights, list: TensorList): Weights {
  const names = [...shapes.keys()];
  const isWhole = names.length === list.shapes.length;
  return {
    key: list.key,
    dtypes,
    shapes: new Map(isWhole ? names.map((name, i) => [name, list.shapes[i] ?? []]) : []),
    read: async () => {
      const data = await list.read();
      return new Map(names.flatMap((name, i) => (data[i] ? [[name, data[i]] as const] : [])));
    },
  };
}

interface KeptMoments {
  optimizer: OptimizerState;
  moments: Exclude<ReturnType<typeof momentsOf>, { why: string }>;
}

/**
 * The optimizer whose moments fit the weights, or those of the UNet alone, where its text encoder was not
 * trained with it; or why none does: a sentence.
 */
function adamOf(
  { shapes }: Weights,
  optimizers: readonly OptimizerState[],
  globalStep: number | null,
): { kept: KeptMoments | null; why: string | null } {
  let why: string | null = null;
  for (const optimizer of optimizers) {
    const all = momentsOf(optimizer.dict, shapes);
    const moments = 'why' in all ? momentsOfUNet(optimizer, shapes, all) : all;
    if ('why' in moments) why ??= `${moments.why}: Adam starts fresh.`;
    else if (globalStep === null) why ??= 'The optimizer state comes without a step: Adam starts fresh.';
    else return { kept: { optimizer, moments }, why: null };
  }
  return { kept: null, why };
}

function momentsOfUNet(
  { dict }: OptimizerState,
  shapes: ShapeOf,
  otherwise: ReturnType<typeof momentsOf>,
): ReturnType<typeof momentsOf> {
  const unet = new Map([...shapes].filter(([name]) => !name.startsWith(TEXT_ENCODER)));
  const alone = unet.size < shapes.size ? momentsOf(dict, unet) : otherwise;
  return 'why' in alone ? otherwise : alone;
}

async function momentsIn({ optimizer, moments }: KeptMoments): Promise<ModelState['moments']> {
  return {
    expAvg: await readNamed(optimizer.read, moments.expAvg),
    expAvgSq: await readNamed(optimizer.read, moments.expAvgSq),
  };
}

async function lossesIn({ batch, epochs, quartiles }: TorchParts['losses']): Promise<Losses> {
  const read = async (series: Series | null) => (await series?.read()) ?? new Float32Array(0);
  return {
    batch: await read(batch),
    quartiles: quartiles && (await quartiles.read()),
    epochs: await read(epochs),
  };
}
