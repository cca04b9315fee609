// The fields of a UNet's config that the names and shapes of its parameters show. Not here: fields that none
// of them shows (trainer/import/asked-fields.ts), whether a state_dict is that of a network (state-dict.ts).
import { type Fault, FaultError } from '../fault.ts';
import { MAX_CHANNELS } from './diffusers-unet-fields.ts';
import type { ClassEmbedding, UNet2DConditionConfig, UNet2DConfig } from './unet-config.ts';

/** Shapes of tensors by their names. */
export type ShapeOf = ReadonlyMap<string, readonly number[]>;

type Common =
  | 'className'
  | 'inChannels'
  | 'outChannels'
  | 'blockOutChannels'
  | 'layersPerBlock'
  | 'downBlockTypes'
  | 'upBlockTypes'
  | 'classEmbedding';
type PlainFields = Pick<UNet2DConfig, Common | 'addAttention'>;
type ConditionFields = Pick<
  UNet2DConditionConfig,
  | Common
  | 'midBlockType'
  | 'crossAttentionDim'
  | 'transformerLayersPerBlock'
  | 'useLinearProjection'
  | 'encoderHidDim'
>;

/** Fields of the config that names and shapes show. */
export type ShapeFields = PlainFields | ConditionFields;

/** Looks at names and shapes. */
interface Look {
  shapes: ShapeOf;
  /** Size of the tensor along an axis. Throws FaultError kind `network` where there is none. */
  at: (name: string, axis: number) => number;
  has: (prefix: string) => boolean;
  /** How many of these there are from 0 on. */
  countOf: (prefix: (i: number) => string) => number;
}

function lookAt(shapes: ShapeOf): Look {
  const has = (prefix: string) => shapes.has(`${prefix}.weight`);
  return {
    shapes,
    has,
    at(name, axis) {
      const size = shapes.get(name)?.[axis];
      if (size === undefined) throw notOurs(name, 'nothing of that name');
      return size;
    },
    countOf(prefix) {
      let i = 0;
      while (has(prefix(i))) i++;
      return i;
    },
  };
}

/**
 * Reads these fields. Throws FaultError kind `network` where a name that every UNet has is missing. An
 * identity as class embedding has no tensor and does not show; a projection of as many numbers as the first
 * level has channels is taken for that of a timestep.
 */
export function fieldsFromShapes(shapes: ShapeOf): ShapeFields {
  const look = lookAt(shapes);
  const { at, has, countOf } = look;
  const levels = countOf((b) => `down_blocks.${b}.resnets.0.conv1`);
  if (levels === 0) throw notOurs('down_blocks.0.resnets.0.conv1.weight', 'nothing of that name');
  const every = Array.from({ length: levels }, (_, b) => b);
  const blockOutChannels = every.map((b) => {
    const channels = at(`down_blocks.${b}.resnets.0.conv1.weight`, 0);
    if (channels >= 1 && channels <= MAX_CHANNELS) return channels;
    throw notOurs(`1 to ${MAX_CHANNELS} channels in down_blocks.${b}`, String(channels));
  });
  const common = {
    inChannels: at('conv_in.weight', 1),
    outChannels: at('conv_out.weight', 0),
    blockOutChannels,
    layersPerBlock: countOf((i) => `down_blocks.0.resnets.${i}.conv1`),
    ...classesIn(look, blockOutChannels[0] as number),
  };
  if (isConditional(look, common.classEmbedding)) return { ...common, ...conditionFieldsIn(look, every) };
  return {
    ...common,
    downBlockTypes: every.map((b) =>
      has(`down_blocks.${b}.attentions.0.to_q`) ? 'AttnDownBlock2D' : 'DownBlock2D',
    ),
    upBlockTypes: every.map((b) => (has(`up_blocks.${b}.attentions.0.to_q`) ? 'AttnUpBlock2D' : 'UpBlock2D')),
    addAttention: has('mid_block.attentions.0.to_q'),
  };
}

/** A transformer, a projection that UNet2DModel does not have, or a middle that is not two resnets. */
const isConditional = ({ shapes, has }: Look, classes: ClassEmbedding | undefined): boolean =>
  [...shapes.keys()].some((name) => name.includes('.transformer_blocks.')) ||
  has('encoder_hid_proj') ||
  (classes !== undefined && 'inputChannels' in classes) ||
  !has('mid_block.resnets.1.conv1');

function classesIn({ shapes, has, at }: Look, first: number): { classEmbedding?: ClassEmbedding } {
  if (has('class_embedding.linear_1')) {
    const inputChannels = at('class_embedding.linear_1.weight', 1);
    if (inputChannels === first) return { classEmbedding: { type: 'timestep' } };
    return { classEmbedding: { type: 'projection', inputChannels } };
  }
  if (!has('class_embedding')) return {};
  if (!shapes.has('class_embedding.bias'))
    return { classEmbedding: { type: 'table', count: at('class_embedding.weight', 0) } };
  return { classEmbedding: { type: 'simple_projection', inputChannels: at('class_embedding.weight', 1) } };
}

function conditionFieldsIn({ shapes, has, at, countOf }: Look, levels: readonly number[]) {
  const lowest = levels.length - 1;
  const attendsAt = (block: string) => has(`${block}.attentions.0.proj_in`);
  const transformers = ['mid_block', ...levels.flatMap((b) => [`down_blocks.${b}`, `up_blocks.${b}`])]
    .filter(attendsAt)
    .map((block) => `${block}.attentions.0`);
  const depthOf = (block: string) =>
    countOf((j) => `${block}.attentions.0.transformer_blocks.${j}.attn2.to_k`);
  const depthAt = (level: number): number =>
    depthOf(`down_blocks.${level}`) ||
    depthOf(`up_blocks.${lowest - level}`) ||
    (level === lowest ? depthOf('mid_block') : 0) ||
    1;
  const [first] = transformers;
  return {
    className: 'UNet2DConditionModel',
    downBlockTypes: levels.map((b) =>
      attendsAt(`down_blocks.${b}`) ? 'CrossAttnDownBlock2D' : 'DownBlock2D',
    ),
    midBlockType: midBlockIn(has),
    upBlockTypes: levels.map((b) => (attendsAt(`up_blocks.${b}`) ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    // Where nothing attends, diffusers' default stands: it changes nothing.
    crossAttentionDim: first ? at(`${first}.transformer_blocks.0.attn2.to_k.weight`, 1) : 1280,
    transformerLayersPerBlock: levels.map(depthAt),
    useLinearProjection: first !== undefined && shapes.get(`${first}.proj_in.weight`)?.length === 2,
    encoderHidDim: has('encoder_hid_proj') ? at('encoder_hid_proj.weight', 1) : null,
  } satisfies Partial<UNet2DConditionConfig>;
}

function midBlockIn(has: Look['has']): UNet2DConditionConfig['midBlockType'] {
  if (has('mid_block.attentions.0.proj_in')) return 'UNetMidBlock2DCrossAttn';
  return has('mid_block.resnets.0.conv1') ? 'UNetMidBlock2D' : null;
}

/** The refusal of a state_dict that has `got` where a network would have `expected`. */
export function notOurs(expected: string, got: string): FaultError {
  const fault: Fault = {
    kind: 'network',
    title: 'These weights are of another network',
    what: 'Nothing was imported, and nothing on this computer was changed.',
    expected,
    got,
    todo: [
      'Choose the weights of a diffusers UNet2DModel or UNet2DConditionModel, with the config.json that belongs to them.',
    ],
  };
  return new FaultError(fault);
}
