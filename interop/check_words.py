"""The checks of an exported model with words that `npm run test:interop` makes. A check that fails raises.

    folder MODEL.zip OUT.json   the diffusers folder opens by every loader of diffusers, transformers and
                                tokenizers, draws by its own pipeline and by the recipe of its README; what is
                                predicted and drawn is written down for the app to compare
    notebook IN.pt OUT.pt       trains two steps as a notebook would, with nothing of ours but the file

Not here: models without words (check_exports.py).
"""

import argparse
import json
import re
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, DiffusionPipeline, DPMSolverMultistepScheduler, UNet2DConditionModel
from tokenizers import Tokenizer
from transformers import AutoTokenizer, CLIPTextConfig, CLIPTextModel, CLIPTokenizer, PreTrainedTokenizerFast

from counter_random import STREAMS, normals
from step_captions import Prompts

PROMPTS = ["a red circle", "A  blue\tSquare, don't 12 É 🙂", "a green ring on a white background " * 8, ""]
GUIDANCE, TIMESTEP = 3.0, 500


def check(path, out, seed, steps):
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(path).extractall(folder)
        ids = _same_ids(folder)
        unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet").eval()
        encoder = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder").eval()
        _runs_of(folder, ids)
        scheduler = DDIMScheduler.from_pretrained(folder, subfolder="scheduler")
        with torch.no_grad():
            context = encoder(torch.from_numpy(ids)).last_hidden_state
        made = _drawn(unet, scheduler, context, seed, steps)
    Path(out).write_text(json.dumps({"seed": seed, "steps": steps, "prompts": PROMPTS, "guidance": GUIDANCE, "timestep": TIMESTEP, "ids": ids.ravel().tolist(), **made}))
    print(f"every loader opens {Path(path).name}; {len(PROMPTS)} samples in {steps} calls")


def _same_ids(folder):
    """int64 [prompts, length], the same by every reader of the tokenizer."""
    expected = None
    for reader in (CLIPTokenizer, AutoTokenizer, PreTrainedTokenizerFast):
        tokenizer = reader.from_pretrained(folder, subfolder="tokenizer")
        ids = tokenizer(PROMPTS, padding="max_length", truncation=True, return_tensors="np").input_ids.astype(np.int64)
        expected = ids if expected is None else expected
        assert np.array_equal(ids, expected), f"{reader.__name__}: {ids} and {expected}"
    file = Path(folder, "tokenizer", "tokenizer.json")
    first = Tokenizer.from_file(str(file)).encode(PROMPTS[0]).ids
    assert first == expected[0, : len(first)].tolist(), f"tokenizers: {first} and {expected[0]}"
    ours = Prompts(file.read_text(), expected.shape[1]).encode(PROMPTS)
    assert np.array_equal(ours, expected), f"step_captions.py: {ours} and {expected}"
    return expected


def _runs_of(folder, ids):
    """The folder's own pipeline, with its scheduler and another, and the recipe of its README."""
    refused = False
    try:
        DiffusionPipeline.from_pretrained(folder)
    except ValueError as error:
        refused = "trust_remote_code" in str(error)
    assert refused, "without trust_remote_code the pipeline must be refused"
    pipeline = DiffusionPipeline.from_pretrained(folder, trust_remote_code=True)
    pipeline.set_progress_bar_config(disable=True)
    assert np.array_equal(pipeline.tokenizer(PROMPTS[0], padding="max_length").input_ids, ids[0])
    draw = lambda: pipeline(PROMPTS[:2], num_inference_steps=3, generator=torch.Generator().manual_seed(0)).images
    for scheduler in (pipeline.scheduler, DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)):
        pipeline.scheduler = scheduler
        first, again = draw(), draw()
        assert [one.tobytes() for one in first] == [one.tobytes() for one in again], "one seed, other pictures"
        assert first[0].tobytes() != first[1].tobytes(), "two prompts, one picture"
    *_, recipe = re.findall(r"```python\n(.*?)```", Path(folder, "README.md").read_text(), re.DOTALL)
    scope = {}
    exec(recipe.replace('"this folder"', json.dumps(str(folder))), scope)
    picture = scope["picture"]
    assert torch.isfinite(picture).all() and 0 <= picture.min() and picture.max() <= 1, "the README's picture"


def _drawn(unet, scheduler, context, seed, steps):
    """A prediction from the samples' start noise, and DDIM samples with guidance: float32 [N, H, W, C]."""
    size = (unet.config.sample_size, unet.config.sample_size, unet.config.in_channels)
    starts = [normals(seed, sample, STREAMS["samples"], int(np.prod(size))).reshape(size) for sample in range(len(PROMPTS))]
    x = torch.from_numpy(np.ascontiguousarray(np.stack(starts).transpose(0, 3, 1, 2)))
    without = context[-1:].expand_as(context)  # of the empty prompt, which is the last
    as_list = lambda values: values.permute(0, 2, 3, 1).reshape(-1).tolist()
    with torch.no_grad():
        prediction = unet(x, TIMESTEP, encoder_hidden_states=context).sample
        scheduler.set_timesteps(steps)
        for t in scheduler.timesteps:
            plain = unet(x, t, encoder_hidden_states=without).sample
            wanted = unet(x, t, encoder_hidden_states=context).sample
            x = scheduler.step(plain + GUIDANCE * (wanted - plain), t, x).prev_sample
    return {"shape": [len(PROMPTS), *size], "prediction": as_list(prediction), "ddim": as_list(x)}


def notebook(path, out):
    """
    torch.load, load_state_dict, two steps of one AdamW, torch.save: only torch, diffusers and transformers.
    """
    content = torch.load(path, weights_only=True)
    told = {key: json.loads(content["perennial_config"][key]) for key in ("unet_config", "text_encoder_config")}
    unet, encoder = UNet2DConditionModel.from_config(told["unet_config"]), CLIPTextModel(CLIPTextConfig.from_dict(told["text_encoder_config"]))
    unet.load_state_dict(content["unet_state_dict"])
    encoder.load_state_dict(content["text_encoder_state_dict"])
    optimizer = torch.optim.AdamW([*unet.parameters(), *encoder.parameters()])
    optimizer.load_state_dict(content["optimizer_state_dict"])
    torch.manual_seed(0)
    size, length = unet.config.sample_size, encoder.config.max_position_embeddings
    for _ in range(2):
        noisy, ids = torch.randn(4, unet.config.in_channels, size, size), torch.randint(0, 500, (4, length))
        predicted = unet(noisy, torch.randint(0, 1000, (4,)), encoder_hidden_states=encoder(ids).last_hidden_state).sample
        loss = torch.nn.functional.mse_loss(predicted, torch.randn_like(predicted))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        content["global_step"] += 1
        content["batch_losses"].append(loss.item())
    steps = {state["step"].item() for state in optimizer.state.values()}
    assert steps == {content["global_step"]}, f"AdamW counted {steps}, expected {content['global_step']}"
    content |= {"unet_state_dict": unet.state_dict(), "text_encoder_state_dict": encoder.state_dict()}
    torch.save(content | {"optimizer_state_dict": optimizer.state_dict()}, out)
    print(f"two steps in plain torch, now at {content['global_step']}, losses {content['batch_losses'][-2:]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Checks of an exported model with words.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("folder", "notebook"):
        command = commands.add_parser(name)
        command.add_argument("first")
        command.add_argument("second")
    commands.choices["folder"].add_argument("--seed", type=int, default=7)
    commands.choices["folder"].add_argument("--steps", type=int, default=10)
    arguments = parser.parse_args()
    if arguments.command == "notebook":
        notebook(arguments.first, arguments.second)
    else:
        check(arguments.first, arguments.second, arguments.seed, arguments.steps)
