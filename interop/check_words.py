"""The checks of an exported model with words that `npm run test:interop` makes. A check that fails raises.

    folder MODEL.zip OUT.json   the diffusers folder opens by every loader of diffusers, transformers and
                                tokenizers, draws by its own pipeline and by the recipe of its README; what is
                                predicted and drawn is written down for the app to compare
    prompt MODEL.zip OUT.json   the folder's own pipeline draws 4 pictures of a prompt by DDIM and
                                DPM-Solver++, from the app's noise; of a class where the model has them
    notebook IN.pt OUT.pt       trains two steps as a notebook would, with nothing of ours but the file

Not here: models without words (check_exports.py).
"""

import json
import re
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from diffusers import DDIMScheduler, DiffusionPipeline, DPMSolverMultistepScheduler, UNet2DConditionModel
from tokenizers import Tokenizer
from transformers import AutoTokenizer, CLIPTextConfig, CLIPTextModel, CLIPTokenizer, PreTrainedTokenizerFast

from exported_model import as_the_app, pipeline_of, run_named, samples_noise, train_as_a_notebook, unpacked
from step_captions import Prompts

PROMPTS = ["a red circle", "A  blue\tSquare, don't 12 É 🙂", "a green ring on a white background " * 8, ""]
GUIDANCE, TIMESTEP, SAMPLES = 3.0, 500, 4


def folder(model, out, seed=7, steps=10):
    """Writes the ids of PROMPTS, a prediction and guided DDIM samples of them, float32 NHWC."""
    with unpacked(model) as opened:
        ids = _same_ids(opened)
        unet = UNet2DConditionModel.from_pretrained(opened, subfolder="unet").eval()
        encoder = CLIPTextModel.from_pretrained(opened, subfolder="text_encoder").eval()
        _runs_of(opened, ids)
        scheduler = DDIMScheduler.from_pretrained(opened, subfolder="scheduler")
        with torch.no_grad():
            context = encoder(torch.from_numpy(ids)).last_hidden_state
            made = _drawn(unet, scheduler, context, seed, steps)
    Path(out).write_text(json.dumps({"seed": seed, "steps": steps, "prompts": PROMPTS, "guidance": GUIDANCE, "timestep": TIMESTEP, "ids": ids.ravel().tolist(), **made}))
    print(f"every loader opens {Path(model).name}; {len(PROMPTS)} samples in {steps} calls")


def prompt(model, out, text="", kind="", guidance=GUIDANCE, seed=7, steps=10):
    """Writes the pictures, float32 NHWC in -1..1, by the name of the sampler."""
    with unpacked(model) as opened:
        pipeline = DiffusionPipeline.from_pretrained(opened, trust_remote_code=True)
    pipeline.set_progress_bar_config(disable=True)
    (noise,) = samples_noise(seed, SAMPLES, pipeline.unet)
    config, drawn = pipeline.scheduler.config, {}
    told = {"class_labels": [kind] * SAMPLES} if kind else {}
    # As the folder's README says it: a DDPM config has no thresholding.
    solver = DPMSolverMultistepScheduler.from_config(config, thresholding=True, sample_max_value=1.0, timestep_spacing="trailing")
    for name, pipeline.scheduler in (("ddim", DDIMScheduler.from_config(config)), ("dpmpp_2m", solver)):
        with patch("torch.randn", lambda *_, **__: noise):
            images = pipeline([text] * SAMPLES, num_inference_steps=steps, guidance_scale=guidance, output_type="np", **told).images
        drawn[name] = (2 * images - 1).ravel().tolist()
    Path(out).write_text(json.dumps({"shape": images.shape, "drawn": drawn}))
    print(f"the pipeline drew {SAMPLES} pictures of {text!r} by {', '.join(drawn)}")


def _same_ids(opened):
    """int64 [prompts, length], the same by every reader of the tokenizer."""
    expected = None
    for reader in (CLIPTokenizer, AutoTokenizer, PreTrainedTokenizerFast):
        tokenizer = reader.from_pretrained(opened, subfolder="tokenizer")
        ids = tokenizer(PROMPTS, padding="max_length", truncation=True, return_tensors="np").input_ids.astype(np.int64)
        expected = ids if expected is None else expected
        assert np.array_equal(ids, expected), f"{reader.__name__}: {ids} and {expected}"
    file = Path(opened, "tokenizer", "tokenizer.json")
    first = Tokenizer.from_file(str(file)).encode(PROMPTS[0]).ids
    assert first == expected[0, : len(first)].tolist(), f"tokenizers: {first} and {expected[0]}"
    ours = Prompts(file.read_text(), expected.shape[1]).encode(PROMPTS)
    assert np.array_equal(ours, expected), f"step_captions.py: {ours} and {expected}"
    return expected


def _runs_of(opened, ids):
    """The folder's own pipeline, with its scheduler and another, and the recipe of its README."""
    pipeline = pipeline_of(opened)
    assert np.array_equal(pipeline.tokenizer(PROMPTS[0], padding="max_length").input_ids, ids[0])
    draw = lambda: pipeline(PROMPTS[:2], num_inference_steps=3, generator=torch.Generator().manual_seed(0)).images
    for scheduler in (pipeline.scheduler, DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)):
        pipeline.scheduler = scheduler
        first, again = draw(), draw()
        assert [one.tobytes() for one in first] == [one.tobytes() for one in again], "one seed, other pictures"
        assert first[0].tobytes() != first[1].tobytes(), "two prompts, one picture"
    *_, recipe = re.findall(r"```python\n(.*?)```", Path(opened, "README.md").read_text(), re.DOTALL)
    scope = {}
    exec(recipe.replace('"this folder"', json.dumps(str(opened))), scope)
    picture = scope["picture"]
    assert torch.isfinite(picture).all() and 0 <= picture.min() and picture.max() <= 1, "the README's picture"


def _drawn(unet, scheduler, context, seed, steps):
    """A prediction from the samples' start noise, and DDIM samples with guidance: float32 [N, H, W, C]."""
    (x,) = samples_noise(seed, len(PROMPTS), unet)
    shape = [len(PROMPTS), unet.config.sample_size, unet.config.sample_size, unet.config.in_channels]
    without = context[-1:].expand_as(context)  # of the empty prompt, which is the last
    prediction = unet(x, TIMESTEP, encoder_hidden_states=context).sample
    scheduler.set_timesteps(steps)
    for t in scheduler.timesteps:
        plain = unet(x, t, encoder_hidden_states=without).sample
        wanted = unet(x, t, encoder_hidden_states=context).sample
        x = scheduler.step(plain + GUIDANCE * (wanted - plain), t, x).prev_sample
    return {"shape": shape, "prediction": as_the_app(prediction), "ddim": as_the_app(x)}


def notebook(path, out):
    """
    torch.load, load_state_dict, two steps of one AdamW, torch.save: only torch, diffusers and transformers.
    """
    content = torch.load(path, weights_only=True)
    told = {key: json.loads(content["perennial_config"][key]) for key in ("unet_config", "text_encoder_config")}
    unet, encoder = UNet2DConditionModel.from_config(told["unet_config"]), CLIPTextModel(CLIPTextConfig.from_dict(told["text_encoder_config"]))
    size, length = unet.config.sample_size, encoder.config.max_position_embeddings

    def loss():
        noisy, ids = torch.randn(4, unet.config.in_channels, size, size), torch.randint(0, 500, (4, length))
        predicted = unet(noisy, torch.randint(0, 1000, (4,)), encoder_hidden_states=encoder(ids).last_hidden_state).sample
        return torch.nn.functional.mse_loss(predicted, torch.randn_like(predicted))

    networks = {"unet_state_dict": unet, "text_encoder_state_dict": encoder}
    torch.save(train_as_a_notebook(content, networks, "optimizer_state_dict", loss, 2), out)


if __name__ == "__main__":
    run_named("Checks of an exported model with words.", folder, prompt, notebook)
