// A zip of the folder that DDPMPipeline.from_pretrained opens: model_index.json, unet, scheduler. Not here:
// the zip format (formats/zip-writer.ts).
import { zipBlob } from '../../formats/zip-writer.ts';
import { type CheckpointContent, factsAsText } from '../checkpoint-file.ts';
import { weightsFile } from './weights-file.ts';

const INDEX = {
  _class_name: 'DDPMPipeline',
  scheduler: ['diffusers', 'DDPMScheduler'],
  unet: ['diffusers', 'UNet2DModel'],
};

/** The folder as a zip. `weights`: which weights its UNet has. */
export function diffusersZip(content: CheckpointContent, weights: 'ema' | 'raw'): Promise<Blob> {
  const { unet_config = '', scheduler_config = '' } = factsAsText(content.facts);
  return zipBlob([
    { name: 'model_index.json', content: lines(INDEX) },
    { name: 'README.md', content: readme(content, weights) },
    { name: 'scheduler/scheduler_config.json', content: lines(JSON.parse(scheduler_config)) },
    { name: 'unet/config.json', content: lines(JSON.parse(unet_config)) },
    { name: 'unet/diffusion_pytorch_model.safetensors', content: weightsFile(content, weights) },
  ]);
}

const lines = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const readme = ({ facts }: CheckpointContent, weights: 'ema' | 'raw'): string => `# ${facts.name}

${weights === 'ema' ? 'EMA' : 'Raw'} weights of a UNet2DModel after ${facts.globalStep} steps on ${facts.dataset.title}, trained with Perennial.

\`\`\`python
from diffusers import DDIMScheduler, DDPMPipeline

pipeline = DDPMPipeline.from_pretrained("this folder")
pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)  # fewer steps
pipeline(batch_size=16, num_inference_steps=50).images[0].save("sample.png")
\`\`\`
`;
