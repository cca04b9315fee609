// The weights alone as a safetensors file: what diffusers loads. Not here: the folder around it (diffusers-zip.ts).
import { modelOfRun } from '../../settings/presets.ts';
import { safetensorsBlob } from '../../formats/safetensors-file.ts';
import { type CheckpointContent, factsAsText } from '../checkpoint-file.ts';

/** The network's weights by diffusers' names, with its config and its noise as text. float32. */
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
  // "pt": what transformers and older diffusers ask of a safetensors file before they load it.
  return safetensorsBlob(tensors, { format: 'pt', weights, unet_config, scheduler_config });
}
