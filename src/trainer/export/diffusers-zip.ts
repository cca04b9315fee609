// A zip of the folder that diffusers opens: model_index.json, unet, scheduler, and of a model with words its
// text encoder, tokenizer and pipeline, of one that draws by class a pipeline. perennial.json beside them is
// for continue_training.py alone. Not here: the zip format (formats/zip-writer.ts), what the folders with a
// pipeline of their own say of themselves (text-pipeline.ts, class-pipeline.ts).
import { zipBlob, type ZipInput } from '../../formats/zip-writer.ts';
import { networkOf, textEncoderOf } from '../../settings/presets.ts';
import { tokenizerFolder } from '../../text/tokenizer-folder.ts';
import { type CheckpointContent, factsAsText } from '../checkpoint-file.ts';
import { CLASS_PIPELINE, classPipelineIndex, classPipelineReadme } from './class-pipeline.ts';
import { TEXT_PIPELINE, textPipelineIndex, textPipelineReadme } from './text-pipeline.ts';
import { textEncoderFile, weightsFile } from './weights-file.ts';

/**
 * The folder as a zip. DDPMPipeline.from_pretrained opens that of a model without words; that of a model with
 * words, or of one that draws by class, DiffusionPipeline.from_pretrained with trust_remote_code, and each
 * part its own class. `weights`: which weights its networks have.
 */
export function diffusersZip(content: CheckpointContent, weights: 'ema' | 'raw'): Promise<Blob> {
  const facts = factsAsText(content.facts);
  const { unet_config = '', scheduler_config = '' } = facts;
  const scheduler = JSON.parse(scheduler_config) as { _class_name: string };
  const { index, beside } = pipelineOf(content, weights, scheduler._class_name);
  return zipBlob([
    { name: 'model_index.json', content: lines(index) },
    ...beside,
    { name: 'perennial.json', content: lines(facts) },
    { name: 'scheduler/scheduler_config.json', content: lines(scheduler) },
    { name: 'unet/config.json', content: lines(JSON.parse(unet_config)) },
    { name: 'unet/diffusion_pytorch_model.safetensors', content: weightsFile(content, weights) },
  ]);
}

/** model_index.json, and what there is beside it, UNet and scheduler. `scheduler`: its class in diffusers. */
function pipelineOf(
  content: CheckpointContent,
  weights: 'ema' | 'raw',
  scheduler: string,
): { index: Record<string, unknown>; beside: ZipInput[] } {
  const { config, classes } = content.facts;
  const unet = networkOf(config).className ?? 'UNet2DModel';
  const words = wordsIn(content, weights, scheduler);
  if (words) return { index: textPipelineIndex(scheduler, classes), beside: words };
  if (classes)
    return {
      index: classPipelineIndex(scheduler, unet, classes),
      beside: [
        { name: 'README.md', content: classPipelineReadme(content, weights, unet, classes) },
        { name: 'pipeline.py', content: CLASS_PIPELINE },
      ],
    };
  const parts = { scheduler: ['diffusers', scheduler], unet: ['diffusers', unet] };
  return {
    index: { _class_name: 'DDPMPipeline', ...parts },
    beside: [{ name: 'README.md', content: readme(content, weights) }],
  };
}

/** What a model with words has beside UNet and scheduler; null: the model knows no words. */
function wordsIn(content: CheckpointContent, weights: 'ema' | 'raw', scheduler: string): ZipInput[] | null {
  const { facts } = content;
  const encoder = textEncoderOf(facts.config);
  if (!facts.words || !encoder) return null;
  const { text_encoder_config = '' } = factsAsText(facts);
  const { vocabulary } = facts.words.tokenizer;
  const tokenizer = Object.entries(tokenizerFolder(vocabulary, encoder.maxPositionEmbeddings));
  return [
    { name: 'README.md', content: textPipelineReadme(content, weights, scheduler) },
    { name: 'pipeline.py', content: TEXT_PIPELINE },
    { name: 'text_encoder/config.json', content: lines(JSON.parse(text_encoder_config)) },
    { name: 'text_encoder/model.safetensors', content: textEncoderFile(content, weights) },
    ...tokenizer.map(([name, text]) => ({ name: `tokenizer/${name}`, content: text })),
  ];
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
