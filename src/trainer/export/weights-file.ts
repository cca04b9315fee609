// The weights alone as a safetensors file that diffusers loads. Not here: the folder around it
// (diffusers-zip.ts).
import { modelOfRun } from '../../settings/presets.ts';
import { safetensorsBlob } from '../../formats/safetensors-file.ts';
import { type CheckpointContent, factsAsText } from '../checkpoint-file.ts';

/** The weights as float32 by diffusers' names; the metadata holds config.json and scheduler_config.json. */
export function weightsFile({ facts, state }: CheckpointContent, weights: 'ema' | 'raw'): Blob {
  const values = weights === 'ema' ? state.ema : state.weights;
  const tensors = modelOfRun(facts.config).parameters.map(({ name, shape }, i) => ({
    name,
    shape,
    data: values[i] as Float32Array<ArrayBuffer>,
  }));
  const { unet_config, scheduler_config } = factsAsText(facts) as Record<
    'unet_config' | 'scheduler_config',
    string
  >;
  // transformers and older diffusers load a safetensors file only with the format "pt".
  return safetensorsBlob(tensors, { format: 'pt', weights, unet_config, scheduler_config });
}
