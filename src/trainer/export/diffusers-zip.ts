// A zip of the folder that DDPMPipeline.from_pretrained opens: model_index.json, unet, scheduler. Not here:
// the zip format (formats/zip-writer.ts).
import { zipBlob } from '../../formats/zip-writer.ts';
import { type CheckpointContent, factsAsText } from '../checkpoint-file.ts';
import { weightsFile } from './weights-file.ts';

const indexOf = (schedulerClass: unknown) => ({
  _class_name: 'DDPMPipeline',
  scheduler: ['diffusers', schedulerClass],
  unet: ['diffusers', 'UNet2DModel'],
});

/** The folder as a zip. `weights`: which weights its UNet has. */
export function diffusersZip(content: CheckpointContent, weights: 'ema' | 'raw'): Promise<Blob> {
  const { unet_config = '', scheduler_config = '' } = factsAsText(content.facts);
  const scheduler = JSON.parse(scheduler_config) as Record<string, unknown>;
  return zipBlob([
    { name: 'model_index.json', content: lines(indexOf(scheduler['_class_name'])) },
    { name: 'README.md', content: readme(content, weights) },
    { name: 'scheduler/scheduler_config.json', content: lines(scheduler) },
    { name: 'unet/config.json', content: lines(JSON.parse(unet_config)) },
    { name: 'unet/diffusion_pytorch_model.safetensors', content: weightsFile(content, weights) },
  ]);
}

const lines = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A flow's own scheduler needs few steps; DDPM's needs a thousand, DDIM's fewer. */
const drawing = (isFlow: boolean): string =>
  isFlow
    ? `from diffusers import DDPMPipeline

pipeline = DDPMPipeline.from_pretrained("this folder")
`
    : `from diffusers import DDIMScheduler, DDPMPipeline

pipeline = DDPMPipeline.from_pretrained("this folder")
pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)  # fewer steps
`;

const readme = ({ facts }: CheckpointContent, weights: 'ema' | 'raw'): string => `# ${facts.name}

${weights === 'ema' ? 'EMA' : 'Raw'} weights of a UNet2DModel after ${facts.globalStep} steps on ${facts.dataset.title}, trained with Perennial.

\`\`\`python
${drawing(facts.config.predictionType === 'flow_prediction')}pipeline(batch_size=16, num_inference_steps=50).images[0].save("sample.png")
\`\`\`
`;
