// The fields of config.json that diffusers' UNet2DModel and UNet2DConditionModel have in common, to and from
// UNetConfig. Not here: the fields of one class (diffusers-unet.ts, diffusers-condition-unet.ts).
import { type ConfigReader, isEpsilon, isWhole } from './config-json.ts';
import type { ClassEmbedding, UNetConfig } from './unet-config.ts';

const MAX_LEVELS = 8;
/** More channels than any published network has: a hostile file can name any number. */
export const MAX_CHANNELS = 4096;
const MAX_LAYERS = 16;
/** ImageNet-21k has 21,841 classes. */
const MAX_CLASSES = 100_000;

/** What all UNets have, as `UNetConfig` has it. Throws FaultError kind `network` naming the field. */
export function sharedFieldsIn(reader: ConfigReader) {
  const blockOutChannels = channelsIn(reader);
  return {
    sampleSize: sizeIn(reader, 2 ** (blockOutChannels.length - 1)),
    inChannels: reader.whole('in_channels', 1, MAX_CHANNELS),
    outChannels: reader.whole('out_channels', 1, MAX_CHANNELS),
    blockOutChannels,
    layersPerBlock: reader.whole('layers_per_block', 1, MAX_LAYERS),
    normNumGroups: groupsIn(reader, blockOutChannels),
    normEps: reader.check('norm_eps', 'a number from 1e-12 to 1', isEpsilon),
    downsamplePadding: reader.whole('downsample_padding', 0, 1) as 0 | 1,
    flipSinToCos: reader.flag('flip_sin_to_cos'),
    freqShift: reader.whole('freq_shift', 0, 1),
  } satisfies Partial<UNetConfig>;
}

/** sample_size as diffusers writes it: one number where pictures are square. */
export const sampleSizeField = ({ sampleSize: [height, width] }: UNetConfig): number | [number, number] =>
  height === width ? height : [height, width];

/** Types of blocks, one for each level. */
export const blocksIn = <T extends string>(
  reader: ConfigReader,
  name: string,
  levels: number,
  known: readonly T[],
): T[] =>
  reader.check(
    name,
    `${levels} of ${known.join(', ')}`,
    (got): got is T[] => isList(got, (one) => known.includes(one as T)) && got.length === levels,
  );

/** One number for each level; config.json may have one for all of them. */
export function numbersByLevel(reader: ConfigReader, name: string, levels: number, most: number): number[] {
  const got = reader.check(
    name,
    `a whole number from 1 to ${most}, or ${levels} of them`,
    (got): got is number | number[] =>
      isWhole(got, 1, most) || (isList(got, (one) => isWhole(one, 1, most)) && got.length === levels),
  );
  return typeof got === 'number' ? Array.from({ length: levels }, () => got) : [...got];
}

/** class_embed_type and num_class_embeds, as diffusers has them. */
export const classFields = (classes: ClassEmbedding | undefined) => ({
  class_embed_type: classes === undefined || classes.type === 'table' ? null : classes.type,
  num_class_embeds: classes?.type === 'table' ? classes.count : null,
});

/**
 * The class embedding, as a field of `UNetConfig` or none. `types`: the supported class_embed_type beside
 * null. As in diffusers num_class_embeds has no effect beside a class_embed_type.
 */
export function classEmbeddingIn(
  reader: ConfigReader,
  types: readonly Exclude<ClassEmbedding['type'], 'table'>[],
): { classEmbedding?: ClassEmbedding } {
  reader.only('class_embed_type', [null, ...types]);
  const type = reader.get('class_embed_type') as (typeof types)[number] | null;
  if (type === null) {
    if (reader.get('num_class_embeds') === null) return {};
    return { classEmbedding: { type: 'table', count: reader.whole('num_class_embeds', 1, MAX_CLASSES) } };
  }
  if (type === 'timestep' || type === 'identity') return { classEmbedding: { type } };
  const inputChannels = reader.whole('projection_class_embeddings_input_dim', 1, MAX_CHANNELS);
  return { classEmbedding: { type, inputChannels } };
}

/** Channels of each level. The first number is even: half of the time embedding are sines, half cosines. */
function channelsIn(reader: ConfigReader): number[] {
  const channels = reader.check(
    'block_out_channels',
    `1 to ${MAX_LEVELS} whole numbers up to ${MAX_CHANNELS}`,
    (got): got is number[] => isList(got, (one) => isWhole(one, 1, MAX_CHANNELS)),
  );
  if ((channels[0] as number) % 2 !== 0)
    throw reader.refusal('block_out_channels', 'an even first number: half are sines, half cosines');
  return [...channels];
}

function groupsIn(reader: ConfigReader, channels: readonly number[]): number {
  const groups = reader.whole('norm_num_groups', 1, MAX_CHANNELS);
  if (channels.some((one) => one % groups !== 0))
    throw reader.refusal('norm_num_groups', `a divisor of all block_out_channels (${channels.join(', ')})`);
  return groups;
}

/** [height, width]; config.json may have one number for both. Required here, optional in diffusers. */
function sizeIn(reader: ConfigReader, divisor: number): [number, number] {
  const isEdge = (one: unknown): one is number => isWhole(one, divisor, 4096) && one % divisor === 0;
  const got = reader.check(
    'sample_size',
    `a multiple of ${divisor}, or two of them`,
    (got): got is number | [number, number] =>
      Array.isArray(got) ? got.length === 2 && got.every(isEdge) : isEdge(got),
  );
  return typeof got === 'number' ? [got, got] : [got[0], got[1]];
}

const isList = (got: unknown, accepts: (one: unknown) => boolean): got is unknown[] =>
  Array.isArray(got) && got.length >= 1 && got.length <= MAX_LEVELS && got.every(accepts);
