// A state_dict that another program wrote: the network that its names and shapes describe, and whether they
// are those of a given network. Not here: files (formats/), fields that no shape shows (diffusers-unet.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { UNetConfig } from './unet-config.ts';
import { MAX_CHANNELS } from './diffusers-unet.ts';
import type { Model } from './model.ts';

export type ShapeOf = ReadonlyMap<string, readonly number[]>;

/** Attention layers before diffusers 0.14, as its `_convert_deprecated_attention_blocks` renames them. */
const RENAMED: readonly [RegExp, string][] = [
  [/\.query\.(weight|bias)$/, '.to_q.$1'],
  [/\.key\.(weight|bias)$/, '.to_k.$1'],
  [/\.value\.(weight|bias)$/, '.to_v.$1'],
  [/\.proj_attn\.(weight|bias)$/, '.to_out.0.$1'],
];

/** A parameter's present name in diffusers, without the `module.` of DistributedDataParallel. */
export function currentName(name: string): string {
  const plain = name.replace(/^module\./, '');
  const renamed = RENAMED.find(([old]) => old.test(plain));
  return renamed ? plain.replace(renamed[0], renamed[1]) : plain;
}

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
