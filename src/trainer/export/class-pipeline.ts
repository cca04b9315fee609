// What a folder of diffusers says of a model that draws by class: its index, with the names of the classes,
// its pipeline in Python, its README. No pipeline of diffusers' own gives a UNet the number of a class. Not
// here: a model that reads texts besides (text-pipeline.ts), the weights and the zip (diffusers-zip.ts).
import type { CheckpointContent } from '../checkpoint-file.ts';
import type { RunClasses } from '../run-classes.ts';

/** `id2label` of model_index.json, as DiTPipeline has it; nothing where there are no classes. */
export const namesOfClasses = (classes: RunClasses | null): { id2label?: Record<string, string> } =>
  classes ? { id2label: Object.fromEntries(classes.map((name, label) => [String(label), name])) } : {};

/** model_index.json. `scheduler` and `unet`: diffusers' names of their classes. */
export const classPipelineIndex = (
  scheduler: string,
  unet: string,
  classes: RunClasses,
): Record<string, unknown> => ({
  _class_name: ['pipeline', 'PerennialClassToImagePipeline'],
  scheduler: ['diffusers', scheduler],
  unet: ['diffusers', unet],
  ...namesOfClasses(classes),
});

/** The pipeline's file in the folder: torch and diffusers only, any scheduler of diffusers. */
export const CLASS_PIPELINE = `"""Class to image: a UNet with num_class_embeds and any scheduler, no autoencoder."""
import inspect

import torch
from diffusers import DiffusionPipeline, ImagePipelineOutput


class PerennialClassToImagePipeline(DiffusionPipeline):
    def __init__(self, unet, scheduler, id2label=None):
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler)
        self.register_to_config(id2label=id2label)
        self.labels = {name: int(label) for label, name in (id2label or {}).items()}

    @torch.no_grad()
    def __call__(self, class_labels, num_inference_steps=50, generator=None, output_type="pil"):
        """\`class_labels\`: the name or number of a class for each picture."""
        numbers = [self.labels[one] if isinstance(one, str) else int(one) for one in class_labels]
        told = {"class_labels": torch.tensor(numbers, device=self.device)}
        if "encoder_hidden_states" in inspect.signature(self.unet.forward).parameters:
            told["encoder_hidden_states"] = None
        size = self.unet.config.sample_size
        height, width = size if isinstance(size, (list, tuple)) else (size, size)
        channels = self.unet.config.in_channels
        x = torch.randn((len(numbers), channels, height, width), generator=generator).to(self.device)
        self.scheduler.set_timesteps(num_inference_steps)
        x = x * getattr(self.scheduler, "init_noise_sigma", 1.0)
        extra = {"generator": generator} if "generator" in inspect.signature(self.scheduler.step).parameters else {}
        for t in self.progress_bar(self.scheduler.timesteps):
            seen = self.scheduler.scale_model_input(x, t) if hasattr(self.scheduler, "scale_model_input") else x
            x = self.scheduler.step(self.unet(seen, t, **told).sample, t, x, **extra).prev_sample
        if output_type == "latent" or channels not in (1, 3):
            return ImagePipelineOutput(images=x)
        image = (x / 2 + 0.5).clamp(0, 1).cpu().permute(0, 2, 3, 1).float().numpy()
        return ImagePipelineOutput(images=self.numpy_to_pil(image) if output_type == "pil" else image)
`;

/** README.md of the folder. `unet`: as for the index. */
export const classPipelineReadme = (
  { facts }: CheckpointContent,
  weights: 'ema' | 'raw',
  unet: string,
  classes: RunClasses,
): string => `# ${facts.name}

${weights === 'ema' ? 'EMA' : 'Raw'} weights of a ${unet} after ${facts.globalStep} steps on ${facts.dataset.title}, trained with Perennial.

The pipeline is in this folder (\`pipeline.py\`), so diffusers asks for your consent to run it:

\`\`\`python
from diffusers import DiffusionPipeline

pipeline = DiffusionPipeline.from_pretrained("this folder", trust_remote_code=True)
pipeline(${JSON.stringify(classes.slice(0, 2))}).images[0].save("sample.png")
\`\`\`

${listOfClasses(classes)}
\`pipeline.save_pretrained("another folder")\` does not copy \`pipeline.py\`: copy it yourself, and the \`_class_name\` of \`model_index.json\`.
`;

/** The classes by their numbers, as a table of Markdown. */
export const listOfClasses = (classes: RunClasses): string =>
  [
    '| class_labels | class |',
    '|---|---|',
    ...classes.map((name, label) => `| ${label} | ${name} |`),
    '',
  ].join('\n');
