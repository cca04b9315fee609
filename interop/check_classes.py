"""The checks of an exported model that draws by class which `npm run test:interop` makes. A check that fails
raises.

    folder MODEL.zip OUT.json   the folder opens by its own pipeline, which takes a class by its name or its
                                number, as its README says; draws 4 samples, of each class in turn, by DDIM
                                and DDPM, from the app's noise
    chosen MODEL.zip OUT.json   the pipeline draws 4 pictures of one class by DDIM, from the app's noise
    network OUT.zip             writes a UNet of diffusers that reads texts and draws by one of 12 classes,
                                with its scheduler, without a text encoder

Not here: training (check_exports.py), a model that reads texts besides (check_words.py).
"""

import json
import re
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

import torch
from diffusers import DDIMScheduler, DDPMScheduler, UNet2DConditionModel

from exported_model import as_the_app, drawn_from, pipeline_of, run_named, samples_noise, unpacked

SAMPLES = 4


def folder(model, out, seed=7, steps=10):
    """Writes the labels and the samples by each sampler, float32 NHWC."""
    with unpacked(model) as opened:
        pipeline = pipeline_of(opened)
        _takes_names_and_numbers(pipeline)
        _recipe_draws(opened)
    unet, scheduler = pipeline.unet.eval(), pipeline.scheduler
    names = list(pipeline.config.id2label.values())
    labels = torch.arange(SAMPLES) % len(names)
    noise = samples_noise(seed, SAMPLES, unet, steps + 1)
    with torch.no_grad():
        made = drawn_from(noise, lambda x, t: unet(x, t, class_labels=labels).sample, scheduler, steps)
    drawn = {name: as_the_app(x) for name, x in made.items()}
    about = {"seed": seed, "steps": steps, "shape": _shape_of(unet), "labels": labels.tolist(), "drawn": drawn}
    Path(out).write_text(json.dumps(about))
    print(f"the pipeline of {Path(model).name} opens; {SAMPLES} samples of {names} by {', '.join(made)}, {steps} calls each")


def chosen(model, out, kind="", seed=7, steps=10):
    """Writes the pictures, float32 NHWC in -1..1."""
    with unpacked(model) as opened:
        pipeline = pipeline_of(opened)
    (noise,) = samples_noise(seed, SAMPLES, pipeline.unet)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    with patch("torch.randn", lambda *_, **__: noise):
        images = pipeline([kind] * SAMPLES, num_inference_steps=steps, output_type="np").images
    Path(out).write_text(json.dumps({"shape": images.shape, "drawn": {"ddim": (2 * images - 1).ravel().tolist()}}))
    print(f"the pipeline drew {SAMPLES} pictures of {kind}")


def network(out):
    """diffusers saves them; weights are of its own initialisation."""
    torch.manual_seed(14)
    unet = UNet2DConditionModel(
        sample_size=16, in_channels=3, out_channels=3, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16, attention_head_dim=2, num_class_embeds=12,
    )  # fmt: skip
    scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    with tempfile.TemporaryDirectory() as made:
        unet.save_pretrained(Path(made, "unet"))
        scheduler.save_pretrained(Path(made, "scheduler"))
        shutil.make_archive(str(Path(out).with_suffix("")), "zip", made)


def _takes_names_and_numbers(pipeline):
    numbers, names = zip(*((int(number), name) for number, name in pipeline.config.id2label.items()))
    draw = lambda told: pipeline(list(told), num_inference_steps=2, generator=torch.Generator().manual_seed(0)).images
    by_number, by_name = draw(numbers), draw(names)
    assert [one.tobytes() for one in by_number] == [one.tobytes() for one in by_name], "a name and its number, two pictures"
    _, size, _, channels = _shape_of(pipeline.unet)
    noise = lambda *_, **__: torch.ones(2, channels, size, size)
    with patch("torch.randn", noise):
        first, second = pipeline(list(names[:2]), num_inference_steps=2).images
    assert first.tobytes() != second.tobytes(), "two classes from the same noise, one picture"


def _recipe_draws(opened):
    """The README's code, which saves a picture where it is told to."""
    (recipe,) = re.findall(r"```python\n(.*?)```", Path(opened, "README.md").read_text(), re.DOTALL)
    picture = Path(opened, "sample.png")
    exec(recipe.replace('"this folder"', json.dumps(str(opened))).replace('"sample.png"', json.dumps(str(picture))), {})
    assert picture.is_file(), "the README's picture"


def _shape_of(unet):
    return [SAMPLES, unet.config.sample_size, unet.config.sample_size, unet.config.in_channels]


if __name__ == "__main__":
    run_named("Checks of an exported model that draws by class.", folder, chosen, network)
