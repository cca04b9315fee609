// A network and all that follows from its config: its parameters, the function that runs it, the shapes of
// its inputs, its first weights. Device, checkpoints, exports and imports take this one value. Not here:
// which model a run trains (settings/presets.ts), the network's layers (unet.ts, text-encoder.ts).
import type { Network, ParameterSpec } from '../engine/executor.ts';
import type { BatchShape, Inputs } from '../engine/inputs.ts';
import { sizeOf } from '../engine/layout.ts';
import { FaultError } from '../fault.ts';
import { initialWeights } from './init.ts';
import { unetParameters } from './parameters.ts';
import { contextChannelsOf, structureOf } from './structure.ts';
import type { TextEncoderConfig } from './text-encoder-config.ts';
import { TEXT_ENCODER, textEncoderParameters, textEncoderStd } from './text-encoder-parameters.ts';
import { textEncoder as encode } from './text-encoder.ts';
import type { UNetConfig } from './unet-config.ts';
import { input } from './unet-conditions.ts';
import { unet } from './unet.ts';

/** Rows of encoder_hidden_states where no encoder of the model makes them: CLIP's. */
const GIVEN_CONTEXT_LENGTH = 77;

export interface Model {
  readonly config: UNetConfig;
  /** The encoder that is trained with the UNet; null: there is none. */
  readonly textEncoder: TextEncoderConfig | null;
  /**
   * Names and shapes as in diffusers' state_dict, in its order, then the text encoder's. Every list of
   * weights has this order.
   */
  readonly parameters: readonly ParameterSpec[];
  /** Values in all parameters together. */
  readonly parameterCount: number;
  readonly network: Network;
  /** Shapes of the network's inputs for a batch of `batch` pictures. */
  readonly inputs: (batch: number) => Inputs<BatchShape>;
  /** One array per parameter, in PyTorch's layout. Equal seeds give equal bits on every machine. */
  readonly initialWeights: (seed: number) => Float32Array<ArrayBuffer>[];
}

/**
 * The model that diffusers makes of this config, with transformers' CLIPTextModel of the other, whose
 * last_hidden_state the UNet reads. Throws FaultError kind `network` where the two do not fit.
 */
export function modelOf(config: UNetConfig, textEncoder: TextEncoderConfig | null = null): Model {
  if (textEncoder) checkWidths(config, textEncoder);
  const parameters = [...unetParameters(config), ...(textEncoder ? textEncoderParameters(textEncoder) : [])];
  return {
    config,
    textEncoder,
    parameters,
    parameterCount: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    network(ops, weights, inputs) {
      if (!textEncoder) return unet(ops, config, weights, inputs);
      const states = encode({ ops, weights }, textEncoder, input(inputs, 'input_ids'));
      return unet(ops, config, weights, { ...inputs, encoder_hidden_states: states });
    },
    inputs: (batch) => ({
      sample: [batch, ...config.sampleSize, config.inChannels],
      timestep: [batch],
      ...conditionShapes(config, textEncoder, batch),
    }),
    initialWeights: (seed) => initialWeights(parameters, seed, (name) => stdOf(name, config, textEncoder)),
  };
}

function conditionShapes(
  config: UNetConfig,
  textEncoder: TextEncoderConfig | null,
  batch: number,
): Readonly<Record<string, BatchShape>> {
  const shapes: Record<string, BatchShape> = {};
  const { classEmbedding: classes } = config;
  if (classes?.type === 'identity') shapes['class_labels'] = [batch, structureOf(config).embedding];
  else if (classes && 'inputChannels' in classes) shapes['class_labels'] = [batch, classes.inputChannels];
  else if (classes) shapes['class_labels'] = [batch];
  const channels = contextChannelsOf(config);
  if (textEncoder) shapes['input_ids'] = [batch, textEncoder.maxPositionEmbeddings];
  else if (channels !== null) shapes['encoder_hidden_states'] = [batch, GIVEN_CONTEXT_LENGTH, channels];
  return shapes;
}

/** torch.nn.Embedding starts as N(0, 1). */
function stdOf(name: string, config: UNetConfig, textEncoder: TextEncoderConfig | null): number | null {
  if (textEncoder && name.startsWith(TEXT_ENCODER)) return textEncoderStd(name, textEncoder);
  return config.classEmbedding?.type === 'table' && name === 'class_embedding.weight' ? 1 : null;
}

function checkWidths(config: UNetConfig, { hiddenSize }: TextEncoderConfig): void {
  const channels = contextChannelsOf(config);
  if (channels === hiddenSize) return;
  throw new FaultError({
    kind: 'network',
    title: `The text encoder has ${hiddenSize} channels`,
    what: 'The network cannot read what the encoder makes of a text. Nothing was imported or changed.',
    expected: channels === null ? 'a network with cross-attention' : `hidden_size ${channels}`,
    got: `hidden_size ${hiddenSize}`,
    todo: ['Choose an encoder whose hidden_size is the network`s cross_attention_dim or encoder_hid_dim.'],
  });
}
