// The weights of one network as a safetensors file: the UNet's, which diffusers loads, and the text
// encoder's, which transformers loads. Not here: the folder around them (diffusers-zip.ts).
import { modelOfRun } from '../../settings/presets.ts';
import { safetensorsBlob } from '../../formats/safetensors-file.ts';
import { TEXT_ENCODER, toClipName } from '../../model/text-encoder-parameters.ts';
import { type CheckpointContent, factsAsText } from '../checkpoint-file.ts';

/**
 * The UNet's weights as float32 by diffusers' names, without those of a text encoder; the metadata holds
 * config.json and scheduler_config.json.
 */
export function weightsFile(content: CheckpointContent, weights: 'ema' | 'raw'): Blob {
  const { unet_config, scheduler_config } = factsAsText(content.facts) as Record<
    'unet_config' | 'scheduler_config',
    string
  >;
  const tensors = tensorsOf(content, weights).filter(({ name }) => !name.startsWith(TEXT_ENCODER));
  // transformers and older diffusers load a safetensors file only with the format "pt".
  return safetensorsBlob(tensors, { format: 'pt', weights, unet_config, scheduler_config });
}

/** The text encoder's weights by transformers' names. */
export function textEncoderFile(content: CheckpointContent, weights: 'ema' | 'raw'): Blob {
  const tensors = tensorsOf(content, weights)
    .filter(({ name }) => name.startsWith(TEXT_ENCODER))
    .map((tensor) => ({ ...tensor, name: toClipName(tensor.name) }));
  return safetensorsBlob(tensors, { format: 'pt' });
}

const tensorsOf = ({ facts, state }: CheckpointContent, weights: 'ema' | 'raw') =>
  modelOfRun(facts.config).parameters.map(({ name, shape }, i) => ({
    name,
    shape,
    data: state[weights === 'ema' ? 'ema' : 'weights'][i] as Float32Array<ArrayBuffer>,
  }));
