// A state_dict that another program wrote: the network that its names and shapes describe, and whether they
// are those of a given network. Not here: files (formats/), fields that no shape shows (diffusers-unet.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { UNetConfig } from './unet-config.ts';
import { MAX_CHANNELS } from './diffusers-unet.ts';
import type { Model } from './model.ts';
import { unetParameters } from './parameters.ts';

export type ShapeOf = ReadonlyMap<string, readonly number[]>;

/** Attention layers before diffusers 0.14, as its `_convert_deprecated_attention_blocks` renames them. */
const RENAMED: readonly [RegExp, string][] = [
  [/\.query\.(weight|bias)$/, '.to_q.$1'],
  [/\.key\.(weight|bias)$/, '.to_k.$1'],
  [/\.value\.(weight|bias)$/, '.to_v.$1'],
  [/\.proj_attn\.(weight|bias)$/, '.to_out.0.$1'],
];

/** Modules that wrap others: torch.compile, DataParallel and AveragedModel, FSDP, checkpointing. */
const WRAPPER = /(^|\.)(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\./g;
/** The tensors by which a UNet2DModel is known among others; an autoencoder has no embedding of time. */
/** A file with more networks is hostile: each makes every name slower to place. */
const MOST_NETWORKS = 64;
const [FIRST, SECOND] = ['conv_in.weight', 'time_embedding.linear_1.weight'];

/** A parameter's name without wrappers, as diffusers has it today. */
function currentName(name: string): string {
  const plain = name.replace(WRAPPER, '$1').replace(WRAPPER, '$1');
  const renamed = RENAMED.find(([old]) => old.test(plain));
  return renamed ? plain.replace(renamed[0], renamed[1]) : plain;
}

/** The tensors of one network among those of a file. */
export interface NetworkNames {
  /** What stands before every name, wrappers apart: "model." of Lightning, "ema_model."; often ''. */
  prefix: string;
  /** The names in the file, by the parameters' present names in diffusers. */
  names: ReadonlyMap<string, string>;
}

/**
 * The UNets whose tensors have these names, in the file's order: a UNet may stand under any prefix and in any
 * wrapper. A name belongs to the longest prefix that fits; names of no UNet are in none.
 */
export function networksIn(names: Iterable<string>): NetworkNames[] {
  const current = new Map([...names].map((name) => [currentName(name), name]));
  const isPrefix = (prefix: string): boolean =>
    (prefix === '' || prefix.endsWith('.')) && current.has(prefix + SECOND);
  const prefixes = [...current.keys()]
    .filter((name) => name.endsWith(FIRST))
    .map((name) => name.slice(0, -FIRST.length))
    .filter(isPrefix)
    .slice(0, MOST_NETWORKS);
  const longestFirst = prefixes.toSorted((a, b) => b.length - a.length);
  const found = new Map(prefixes.map((prefix) => [prefix, new Map<string, string>()]));
  for (const [name, inFile] of current) {
    const prefix = longestFirst.find((one) => name.startsWith(one));
    const rest = name.slice(prefix?.length);
    // Names without a dot are a wrapper's own: n_averaged, step, decay.
    if (prefix !== undefined && rest.includes('.')) found.get(prefix)?.set(rest, inFile);
  }
  return prefixes.map((prefix) => ({ prefix, names: found.get(prefix) ?? new Map() }));
}

/**
 * Names of the network's parameters in the order of its state_dict, which optimizers number them by. Throws
 * as `fieldsFromShapes`.
 */
export const stateDictOrder = (shapes: ShapeOf): string[] =>
  unetParameters({ ...NO_SHAPE_SHOWS, ...fieldsFromShapes(shapes) }).map(({ name }) => name);

/** The fields that change no name and no shape. */
const NO_SHAPE_SHOWS = {
  sampleSize: [1, 1],
  attentionHeadDim: null,
  normNumGroups: 1,
  normEps: 1e-5,
  downsamplePadding: 1,
  flipSinToCos: true,
  freqShift: 0,
} satisfies Partial<UNetConfig>;

/** Fields of the config that names and shapes show. */
export type ShapeFields = Pick<
  UNetConfig,
  | 'inChannels'
  | 'outChannels'
  | 'blockOutChannels'
  | 'layersPerBlock'
  | 'downBlockTypes'
  | 'upBlockTypes'
  | 'addAttention'
>;

/**
 * Reads these fields. Throws FaultError kind `network` where a name that every UNet2DModel has is missing.
 */
export function fieldsFromShapes(shapes: ShapeOf): ShapeFields {
  const at = (name: string, axis: number): number => {
    const size = shapes.get(name)?.[axis];
    if (size === undefined) throw notOurs(name, 'nothing of that name');
    return size;
  };
  const has = (prefix: string): boolean => shapes.has(`${prefix}.weight`);
  const countOf = (prefix: (i: number) => string): number => {
    let i = 0;
    while (has(prefix(i))) i++;
    return i;
  };
  const levels = countOf((b) => `down_blocks.${b}.resnets.0.conv1`);
  if (levels === 0) throw notOurs('down_blocks.0.resnets.0.conv1.weight', 'nothing of that name');
  const every = Array.from({ length: levels }, (_, b) => b);
  const channelsAt = (b: number): number => {
    const channels = at(`down_blocks.${b}.resnets.0.conv1.weight`, 0);
    if (channels >= 1 && channels <= MAX_CHANNELS) return channels;
    throw notOurs(`1 to ${MAX_CHANNELS} channels in down_blocks.${b}`, String(channels));
  };
  return {
    inChannels: at('conv_in.weight', 1),
    outChannels: at('conv_out.weight', 0),
    blockOutChannels: every.map(channelsAt),
    layersPerBlock: countOf((i) => `down_blocks.0.resnets.${i}.conv1`),
    downBlockTypes: every.map((b) =>
      has(`down_blocks.${b}.attentions.0.to_q`) ? 'AttnDownBlock2D' : 'DownBlock2D',
    ),
    upBlockTypes: every.map((b) => (has(`up_blocks.${b}.attentions.0.to_q`) ? 'AttnUpBlock2D' : 'UpBlock2D')),
    addAttention: has('mid_block.attentions.0.to_q'),
  };
}

/**
 * Throws FaultError kind `network` with the first parameter that is missing, of another shape, or unknown.
 */
export function checkStateDict(shapes: ShapeOf, { parameters }: Model): void {
  const unknown = new Set(shapes.keys());
  for (const { name, shape } of parameters) {
    const got = shapes.get(name);
    if (!got) throw notOurs(`${name} [${shape.join(', ')}]`, 'nothing of that name');
    if (got.join() !== shape.join())
      throw notOurs(`${name} [${shape.join(', ')}]`, `${name} [${got.join(', ')}]`);
    unknown.delete(name);
  }
  for (const name of unknown)
    throw notOurs('only the tensors of a UNet2DModel', `a tensor called ${name.slice(0, 128)}`);
}

function notOurs(expected: string, got: string): FaultError {
  const fault: Fault = {
    kind: 'network',
    title: 'These weights are of another network',
    what: 'Nothing was imported, and nothing on this computer was changed.',
    expected,
    got,
    todo: ['Choose the weights of a diffusers UNet2DModel, with the config.json that belongs to them.'],
  };
  return new FaultError(fault);
}
