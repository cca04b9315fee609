// A state_dict that another program wrote: the UNets and text encoders among its names, and whether names and
// shapes are those of a given network. Not here: files (formats/), the config that they show
// (fields-from-shapes.ts).
import { fieldsFromShapes, notOurs, type ShapeOf } from './fields-from-shapes.ts';
import type { Model } from './model.ts';
import { unetParameters } from './parameters.ts';
import { fromClipName } from './text-encoder-parameters.ts';
import type { UNet2DConfig } from './unet-config.ts';

/** Attention layers before diffusers 0.14, as its `_convert_deprecated_attention_blocks` renames them. */
const RENAMED: readonly [RegExp, string][] = [
  [/\.query\.(weight|bias)$/, '.to_q.$1'],
  [/\.key\.(weight|bias)$/, '.to_k.$1'],
  [/\.value\.(weight|bias)$/, '.to_v.$1'],
  [/\.proj_attn\.(weight|bias)$/, '.to_out.0.$1'],
];

/** Modules that wrap others: torch.compile, DataParallel and AveragedModel, FSDP, checkpointing. */
const WRAPPER = /(^|\.)(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\./g;
/** A file with more networks is hostile: each makes every name slower to place. */
const MOST_NETWORKS = 64;
/** A longer name is of no network; every name is looked at for each of its parts. */
const LONGEST_NAME = 512;
/** The tensors by which a UNet is known among others; an autoencoder has no embedding of time. */
const [FIRST, SECOND] = ['conv_in.weight', 'time_embedding.linear_1.weight'];

/** The tensor by which a text encoder of transformers is known. */
const TOKENS = 'embeddings.token_embedding.weight';

/** A parameter's name without wrappers, as diffusers has it today. */
function currentName(name: string): string {
  const plain = name.replace(WRAPPER, '$1').replace(WRAPPER, '$1');
  const renamed = RENAMED.find(([old]) => old.test(plain));
  return renamed ? plain.replace(renamed[0], renamed[1]) : plain;
}

const sensible = (names: Iterable<string>): string[] =>
  [...names].filter(({ length }) => length <= LONGEST_NAME);

/** The tensors of one network among those of a file. */
export interface NetworkNames {
  /** What stands before every name, wrappers apart: "model." of Lightning, "ema_model."; often ''. */
  prefix: string;
  /** The names in the file, by the parameters' present names in diffusers; of a text encoder by our names. */
  names: ReadonlyMap<string, string>;
}

/**
 * The UNets whose tensors have these names, in the file's order: a UNet may stand under any prefix and in any
 * wrapper. A name belongs to the longest prefix that fits; names of no UNet are in none.
 */
export function networksIn(names: Iterable<string>): NetworkNames[] {
  const current = new Map(sensible(names).map((name) => [currentName(name), name]));
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

/** The encoders of texts whose tensors have these names, under any prefix: transformers' CLIPTextModel. */
export function textEncodersIn(names: Iterable<string>): NetworkNames[] {
  const current = sensible(names).map((name) => [currentName(name), name] as const);
  const prefixes = current
    .filter(([name]) => name === TOKENS || name.endsWith(`.${TOKENS}`))
    .map(([name]) => name.slice(0, -TOKENS.length))
    .slice(0, MOST_NETWORKS);
  return prefixes.map((prefix) => ({
    prefix: prefix.replace(/text_model\.$/, ''),
    names: new Map(
      current.flatMap(([name, inFile]) => {
        const own = name.startsWith(prefix) ? fromClipName(name.slice(prefix.length)) : null;
        return own === null ? [] : [[own, inFile] as const];
      }),
    ),
  }));
}

/**
 * Names of the network's parameters in the order of its state_dict, which optimizers number them by. Throws
 * as `fieldsFromShapes`.
 */
export function stateDictOrder(shapes: ShapeOf): string[] {
  const fields = fieldsFromShapes(shapes);
  const config =
    fields.className === undefined
      ? { ...NO_SHAPE_SHOWS, attentionHeadDim: null, ...fields }
      : { ...NO_SHAPE_SHOWS, attentionHeads: fields.blockOutChannels.map(() => 1), ...fields };
  return unetParameters(config).map(({ name }) => name);
}

/** The fields that change no name and no shape, beside the heads. */
const NO_SHAPE_SHOWS = {
  sampleSize: [1, 1],
  normNumGroups: 1,
  normEps: 1e-5,
  downsamplePadding: 1,
  flipSinToCos: true,
  freqShift: 0,
} satisfies Partial<UNet2DConfig>;

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
    throw notOurs('only the tensors of that network', `a tensor called ${name.slice(0, 128)}`);
}
