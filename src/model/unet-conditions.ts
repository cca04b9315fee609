// What a UNet reads beside its pictures, made ready for its layers: timestep, class and context. Not here:
// the layers (unet.ts), the encoder that makes a context of a text (text-encoder.ts).
import type { Inputs } from '../engine/inputs.ts';
import { type Layers, linear, weight } from './layers.ts';
import { contextChannelsOf } from './structure.ts';
import type { ClassEmbedding, UNetConfig } from './unet-config.ts';

/** The input of this name. Throws where it is missing. */
export function input<T>(inputs: Inputs<T>, name: string): T {
  const value = inputs[name];
  if (value === undefined) throw new Error(`The network's inputs lack ${name}.`);
  return value;
}

/** diffusers.models.embeddings.TimestepEmbedding. */
const twoLayers = <T>(layers: Layers<T>, name: string, x: T): T =>
  linear(layers, `${name}.linear_2`, layers.ops.silu(linear(layers, `${name}.linear_1`, x)));

/** diffusers.models.embeddings.Timesteps: [B] -> [B, C0]. */
const waves = <T>({ ops }: Layers<T>, config: UNetConfig, x: T): T =>
  ops.timestepEmbedding(x, config.blockOutChannels[0] as number, config.flipSinToCos, config.freqShift);

/**
 * silu of the embedded timestep and class, [B, 4 C0]: diffusers takes this silu anew before each resnet's
 * projection.
 */
export function embedTime<T>(layers: Layers<T>, config: UNetConfig, inputs: Inputs<T>): T {
  const { ops } = layers;
  const time = twoLayers(layers, 'time_embedding', waves(layers, config, inputs.timestep));
  const { classEmbedding } = config;
  if (classEmbedding === undefined) return ops.silu(time);
  const labels = input(inputs, 'class_labels');
  return ops.silu(ops.add(time, embedClass(layers, config, classEmbedding.type, labels)));
}

/** class_embedding of UNet2DModel and UNet2DConditionModel: [B, 4 C0]. */
function embedClass<T>(layers: Layers<T>, config: UNetConfig, type: ClassEmbedding['type'], labels: T): T {
  switch (type) {
    case 'table':
      return layers.ops.embedding(labels, weight(layers, 'class_embedding.weight'), null);
    case 'timestep':
      return twoLayers(layers, 'class_embedding', waves(layers, config, labels));
    case 'projection':
      return twoLayers(layers, 'class_embedding', labels);
    case 'simple_projection':
      return linear(layers, 'class_embedding', labels);
    case 'identity':
      return labels;
  }
}

/** The context of every cross-attention, [B, M, cross_attention_dim]; null where the network reads none. */
export function contextOf<T>(layers: Layers<T>, config: UNetConfig, inputs: Inputs<T>): T | null {
  if (config.className === undefined || contextChannelsOf(config) === null) return null;
  const states = input(inputs, 'encoder_hidden_states');
  return config.encoderHidDim === null ? states : linear(layers, 'encoder_hid_proj', states);
}
