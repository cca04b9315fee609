"""The checks of the page's exports that `npm run test:interop` makes with real torch and diffusers. A check
that fails raises.

    samples MODEL.zip OUT.json   draws 4 samples of a diffusers export by its own pipeline, from the app's
                                 noise
    notebook IN.pt OUT.pt        trains 3 steps as a notebook would, with nothing of ours but the file
    same A B                     two checkpoints have the same bits: weights, EMA, moments, histories, step,
                                 epoch
    rewrite IN OUT               reads a checkpoint and writes it again
    fixtures                     the committed fixtures are what these scripts write today
"""

import argparse
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch

from counter_random import STREAMS, normals
from perennial_checkpoint import read_checkpoint, write_checkpoint

FIXTURES = Path(__file__).parent.parent / "test" / "fixtures"
SAMPLES = 4


def samples(model, out, seed, steps):
    """Writes DDIM and DDPM samples, float32 NHWC, from the noise that the app draws for the same seed."""
    import diffusers.schedulers.scheduling_ddpm as scheduling_ddpm
    from diffusers import DDIMScheduler, DDPMPipeline

    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(model).extractall(folder)
        pipeline = DDPMPipeline.from_pretrained(folder)
    unet, made = pipeline.unet.eval(), {}
    size = (unet.config.in_channels, unet.config.sample_size, unet.config.sample_size)
    count = int(np.prod(size))
    draws = np.stack([normals(seed, sample, STREAMS["samples"], count * (steps + 1)) for sample in range(SAMPLES)])
    # The app numbers the values of a picture in the order NHWC.
    draws = draws.reshape(SAMPLES, steps + 1, size[1], size[2], size[0]).transpose(1, 0, 4, 2, 3)
    for name, scheduler in (("ddim", DDIMScheduler.from_config(pipeline.scheduler.config)), ("ddpm", pipeline.scheduler)):
        fresh = iter(draws[1:])
        scheduling_ddpm.randn_tensor = lambda *_, **__: torch.from_numpy(np.ascontiguousarray(next(fresh)))
        scheduler.set_timesteps(steps)
        x = torch.from_numpy(np.ascontiguousarray(draws[0]))
        with torch.no_grad():
            for t in scheduler.timesteps:
                x = scheduler.step(unet(x, t).sample, t, x).prev_sample
        made[name] = x.permute(0, 2, 3, 1).reshape(-1).tolist()
    shape = [SAMPLES, size[1], size[2], size[0]]
    Path(out).write_text(json.dumps({"seed": seed, "steps": steps, "shape": shape, **made}))
    print(f"DDPMPipeline drew {SAMPLES} samples twice, {steps} calls each")


def notebook(path, out):
    """torch.load, load_state_dict, three steps, torch.save: only functions of torch and diffusers."""
    from diffusers import DDPMScheduler, UNet2DModel

    content = torch.load(path, weights_only=True)
    unet = UNet2DModel.from_config(json.loads(content["perennial_config"]["unet_config"]))
    unet.load_state_dict(content["unet"])
    optimizer = torch.optim.AdamW(unet.parameters())
    optimizer.load_state_dict(content["optimizer"])
    scheduler = DDPMScheduler.from_config(json.loads(content["perennial_config"]["scheduler_config"]))
    torch.manual_seed(0)
    for _ in range(3):
        pictures = torch.rand(4, unet.config.in_channels, unet.config.sample_size, unet.config.sample_size) * 2 - 1
        noise, timesteps = torch.randn_like(pictures), torch.randint(0, 1000, (4,))
        velocity = scheduler.config.prediction_type == "v_prediction"
        target = scheduler.get_velocity(pictures, noise, timesteps) if velocity else noise
        loss = torch.nn.functional.mse_loss(unet(scheduler.add_noise(pictures, noise, timesteps), timesteps).sample, target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        content["global_step"] += 1
        content["batch_losses"].append(loss.item())
    steps = {state["step"].item() for state in optimizer.state.values()}
    assert steps == {content["global_step"]}, f"AdamW counted {steps}, expected {content['global_step']}"
    content |= {"unet": unet.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(content, out)
    print(f"three steps in plain torch, now at {content['global_step']}, losses {content['batch_losses'][-3:]}")


def same(first, second):
    a, b = read_checkpoint(first), read_checkpoint(second)
    assert (a.global_step, a.epoch) == (b.global_step, b.epoch), f"{a.global_step}, {a.epoch} and {b.global_step}, {b.epoch}"
    for group in ("weights", "ema", "exp_avg", "exp_avg_sq"):
        left, right = getattr(a, group), getattr(b, group)
        different = [name for name in left if not torch.equal(left[name], right[name])]
        assert list(left) == list(right) and not different, f"{group}: other bits in {different}"
    for name in ("batch_losses", "epoch_losses", "batch_losses_by_quartile"):
        left, right = getattr(a, name), getattr(b, name)
        assert left.shape == right.shape and torch.equal(left.nan_to_num(-1), right.nan_to_num(-1)), f"{name}: {left} and {right}"
    print(f"the same bits: step {a.global_step}, epoch {a.epoch}")


def fixtures():
    """Numbers are within 1e-6 of the committed ones (math libraries round differently), the rest is equal."""
    import counter_random
    import training_step

    for name, module in (("random", counter_random), ("training-step", training_step)):
        committed, today = json.loads((FIXTURES / f"{name}.json").read_text()), json.loads(json.dumps(module._fixture()))
        _alike(committed | {"madeBy": ""}, today | {"madeBy": ""}, name)
        print(f"{name}.json is what Python writes today")


def _alike(a, b, place):
    assert type(a) is type(b), f"{place}: {a} and {b}"
    if isinstance(a, dict):
        assert a.keys() == b.keys(), f"{place}: {a.keys()} and {b.keys()}"
        for key in a:
            _alike(a[key], b[key], f"{place}.{key}")
    elif isinstance(a, list):
        assert len(a) == len(b), f"{place}: {len(a)} and {len(b)}"
        for i, pair in enumerate(zip(a, b)):
            _alike(*pair, f"{place}[{i}]")
    elif isinstance(a, float):
        assert abs(a - b) <= 1e-6 * max(1, abs(a)), f"{place}: {a} and {b}"
    else:
        assert a == b, f"{place}: {a} and {b}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Checks of the page's exports with real torch and diffusers.")
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("samples")
    drawing.add_argument("model")
    drawing.add_argument("out")
    drawing.add_argument("--seed", type=int, default=7)
    drawing.add_argument("--steps", type=int, default=10)
    for name in ("notebook", "same", "rewrite"):
        command = commands.add_parser(name)
        command.add_argument("first")
        command.add_argument("second")
    commands.add_parser("fixtures")
    arguments = parser.parse_args()
    match arguments.command:
        case "samples":
            samples(arguments.model, arguments.out, arguments.seed, arguments.steps)
        case "notebook":
            notebook(arguments.first, arguments.second)
        case "same":
            same(arguments.first, arguments.second)
        case "rewrite":
            write_checkpoint(read_checkpoint(arguments.first), arguments.second)
        case "fixtures":
            fixtures()
    sys.exit(0)
