// What a folder of diffusers says of a model with words: its index, its pipeline in Python, and the README
// with the recipe without that file. No pipeline of diffusers' own draws pixels from a text without an
// autoencoder. Not here: the weights and the zip (diffusers-zip.ts).
import { networkOf } from '../../settings/presets.ts';
import type { CheckpointContent } from '../checkpoint-file.ts';
import { spaceOfNetwork } from '../picture-network.ts';
import type { RunClasses } from '../run-classes.ts';
import { listOfClasses, namesOfClasses } from './class-pipeline.ts';

/** Version of diffusers and transformers that the folder was opened with. */
const DIFFUSERS_VERSION = '0.42.1';

/** The scheduler that the recipe draws by, and what it must be told beside the folder's own config. */
interface Recipe {
  scheduler: string;
  told: string;
}

/**
 * model_index.json. The list as `_class_name` names the file and the class of a pipeline that comes with the
 * folder. `scheduler`: diffusers' name of the scheduler's class. `classes`: null where it draws by none.
 */
export const textPipelineIndex = (
  scheduler: string,
  classes: RunClasses | null,
): Record<string, unknown> => ({
  _class_name: ['pipeline', 'PerennialTextToImagePipeline'],
  _diffusers_version: DIFFUSERS_VERSION,
  scheduler: ['diffusers', scheduler],
  text_encoder: ['transformers', 'CLIPTextModel'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  unet: ['diffusers', 'UNet2DConditionModel'],
  ...namesOfClasses(classes),
});

/** The pipeline's file in the folder: torch and diffusers only, any scheduler of diffusers. */
export const TEXT_PIPELINE = `"""Text to image: a CLIPTextModel, a UNet2DConditionModel, any scheduler. No autoencoder: a UNet of 3 channels
draws pixels, one of 4 gives its latents as they are."""
import torch
from diffusers import DiffusionPipeline, ImagePipelineOutput


class PerennialTextToImagePipeline(DiffusionPipeline):
    def __init__(self, unet, scheduler, text_encoder, tokenizer, id2label=None):
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler, text_encoder=text_encoder, tokenizer=tokenizer)
        self.register_to_config(id2label=id2label)
        self.labels = {name: int(label) for label, name in (id2label or {}).items()}

    def encode(self, texts):
        length = self.tokenizer.model_max_length
        ids = self.tokenizer(texts, padding="max_length", max_length=length, truncation=True, return_tensors="pt").input_ids
        return self.text_encoder(ids.to(self.device)).last_hidden_state

    @torch.no_grad()
    def __call__(self, prompt, negative_prompt="", num_inference_steps=50, guidance_scale=3.0, generator=None, output_type="pil", class_labels=None):
        """\`class_labels\`: the name or number of a class for each prompt, of a UNet with num_class_embeds."""
        prompts = [prompt] if isinstance(prompt, str) else list(prompt)
        words = self.encode(prompts)
        guided = guidance_scale != 1.0
        if guided:
            words = torch.cat([self.encode([negative_prompt] * len(prompts)), words])
        labels = None
        if class_labels is not None:
            numbers = [self.labels[one] if isinstance(one, str) else int(one) for one in class_labels]
            labels = torch.tensor(numbers * (2 if guided else 1), device=self.device)
        size = self.unet.config.sample_size
        height, width = size if isinstance(size, (list, tuple)) else (size, size)
        channels = self.unet.config.in_channels
        x = torch.randn((len(prompts), channels, height, width), generator=generator).to(self.device)
        self.scheduler.set_timesteps(num_inference_steps)
        x = x * getattr(self.scheduler, "init_noise_sigma", 1.0)
        extra = {"generator": generator} if "generator" in self.scheduler.step.__code__.co_varnames else {}
        for t in self.progress_bar(self.scheduler.timesteps):
            seen = self.scheduler.scale_model_input(x, t) if hasattr(self.scheduler, "scale_model_input") else x
            out = self.unet(torch.cat([seen, seen]) if guided else seen, t, encoder_hidden_states=words, class_labels=labels).sample
            if guided:
                without, with_words = out.chunk(2)
                out = without + guidance_scale * (with_words - without)
            x = self.scheduler.step(out, t, x, **extra).prev_sample
        if output_type == "latent" or channels not in (1, 3):
            return ImagePipelineOutput(images=x)
        image = (x / 2 + 0.5).clamp(0, 1).cpu().permute(0, 2, 3, 1).float().numpy()
        return ImagePipelineOutput(images=self.numpy_to_pil(image) if output_type == "pil" else image)
`;

/** README.md of the folder. `scheduler`: as for `textPipelineIndex`. */
export function textPipelineReadme(
  { facts }: CheckpointContent,
  weights: 'ema' | 'raw',
  scheduler: string,
): string {
  const { sampleSteps, guidanceScale } = facts.config;
  const prompt = JSON.stringify(facts.words?.prompts.find((one) => one !== '') ?? '');
  const isPixels = spaceOfNetwork(networkOf(facts.config)).is === 'pixels';
  const { scheduler: solver, told } = recipeOf(scheduler, isPixels);
  return `# ${facts.name}

${weights === 'ema' ? 'EMA' : 'Raw'} weights of a UNet2DConditionModel and of the CLIPTextModel that was trained with it, after ${facts.globalStep} steps on ${facts.dataset.title}, trained with Perennial.

The pipeline is in this folder (\`pipeline.py\`), so diffusers asks for your consent to run it:

\`\`\`python
from diffusers import DiffusionPipeline

pipeline = DiffusionPipeline.from_pretrained("this folder", trust_remote_code=True)
${isPixels ? '' : 'latents = '}pipeline(${prompt}, guidance_scale=${guidanceScale}${facts.classes ? `, class_labels=${JSON.stringify(facts.classes.slice(0, 1))}` : ''}).images${isPixels ? '[0].save("sample.png")' : ''}
\`\`\`
${facts.classes ? `\n${listOfClasses(facts.classes)}` : ''}
\`pipeline.save_pretrained("another folder")\` does not copy \`pipeline.py\`: copy it yourself, and the \`_class_name\` of \`model_index.json\`.

The same without that file, in ${sampleSteps} steps:

\`\`\`python
import torch
from diffusers import UNet2DConditionModel, ${solver}
from transformers import CLIPTextModel, CLIPTokenizer

folder = "this folder"
unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet").eval()
words = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder").eval()
tokenizer = CLIPTokenizer.from_pretrained(folder, subfolder="tokenizer")
scheduler = ${solver}.from_pretrained(folder, subfolder="scheduler"${told})
ids = tokenizer(["", ${prompt}], padding="max_length", truncation=True, return_tensors="pt").input_ids
with torch.no_grad():
    context = words(ids).last_hidden_state
    x = torch.randn(1, unet.config.in_channels, unet.config.sample_size, unet.config.sample_size)
    scheduler.set_timesteps(${sampleSteps})
    for t in scheduler.timesteps:
        without, with_words = unet(torch.cat([x, x]), t, encoder_hidden_states=context${facts.classes ? ', class_labels=torch.tensor([0, 0])' : ''}).sample.chunk(2)
        x = scheduler.step(without + ${guidanceScale} * (with_words - without), t, x).prev_sample
${isPixels ? 'picture = (x / 2 + 0.5).clamp(0, 1)  # [1, channels, height, width], 0..1' : LATENTS}
\`\`\`
`;
}

/** A DDPM config carries a spacing and no thresholding, which a solver would take over unless it is told. */
function recipeOf(scheduler: string, isPixels: boolean): Recipe {
  if (scheduler !== 'DDPMScheduler') return { scheduler, told: '' };
  const clipped = isPixels ? ', thresholding=True, sample_max_value=1.0' : '';
  return { scheduler: 'DPMSolverMultistepScheduler', told: `${clipped}, timestep_spacing="trailing"` };
}

/** How the recipe ends where the network draws latents: the autoencoder is none of Perennial's. */
const LATENTS =
  '# x are latents: AutoencoderKL.from_pretrained(...).decode(x / 0.18215).sample is the picture, -1..1';
