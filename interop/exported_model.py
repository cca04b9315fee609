"""What the checks of the page's exports have in common (check_exports.py, check_words.py, check_classes.py):
the folder of an export and its pipeline, the noise of the app's samples and samples from it, training as a
notebook does it, the command line. Not here: what is checked.
"""

import argparse
import inspect
import tempfile
import zipfile
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import torch
from diffusers import DDIMScheduler, DiffusionPipeline

from counter_random import STREAMS, normals


@contextmanager
def unpacked(model):
    """The path of a folder with what the zip `model` holds, for as long as the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(model).extractall(folder)
        yield folder


def pipeline_of(path):
    """The pipeline in an export's folder. Without consent to its code diffusers must refuse it."""
    refused = False
    try:
        DiffusionPipeline.from_pretrained(path)
    except ValueError as error:
        refused = "trust_remote_code" in str(error)
    assert refused, "without trust_remote_code the pipeline must be refused"
    pipeline = DiffusionPipeline.from_pretrained(path, trust_remote_code=True)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def samples_noise(seed, samples, unet, draws=1):
    """
    Of the app's first `samples` samples of a seed: float32 [draws, samples, C, H, W], what they begin with
    and then the fresh noise of one call after another.
    """
    channels, size = unet.config.in_channels, unet.config.sample_size
    values = np.stack([normals(seed, sample, STREAMS["samples"], draws * size * size * channels) for sample in range(samples)])
    # The app numbers the values of a picture in the order NHWC.
    values = values.reshape(samples, draws, size, size, channels).transpose(1, 0, 4, 2, 3)
    return torch.from_numpy(np.ascontiguousarray(values))


def drawn_from(noise, predict, of_folder, steps):
    """
    Samples by DDIM and by DDPM: name -> float32 [N, C, H, W]. noise: of samples_noise, steps + 1 draws;
    predict(x, t): the network; of_folder: the folder's scheduler.
    """
    made = {}
    for name, scheduler in (("ddim", DDIMScheduler.from_config(of_folder.config)), ("ddpm", of_folder)):
        fresh = iter(noise[1:])
        with patch("diffusers.schedulers.scheduling_ddpm.randn_tensor", lambda *_, **__: next(fresh)):
            scheduler.set_timesteps(steps)
            x = noise[0]
            for t in scheduler.timesteps:
                x = scheduler.step(predict(x, t), t, x).prev_sample
        made[name] = x
    return made


def as_the_app(pictures):
    """float32 [N, C, H, W] as a list in the order NHWC."""
    return pictures.permute(0, 2, 3, 1).reshape(-1).tolist()


def train_as_a_notebook(content, networks, optimizer_key, loss_of, steps):
    """
    `content` of a .pt after `steps` more steps of one AdamW over `networks`, which are by their keys in it:
    load_state_dict, backward, step, state_dict, only functions of torch. loss_of() makes the loss of a step.
    """
    for key, network in networks.items():
        network.load_state_dict(content[key])
    parameters = [values for network in networks.values() for values in network.parameters()]
    optimizer = torch.optim.AdamW(parameters)
    optimizer.load_state_dict(content[optimizer_key])
    torch.manual_seed(0)
    losses = []
    for _ in range(steps):
        loss = loss_of()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    at = content["global_step"] + steps
    counted = {state["step"].item() for state in optimizer.state.values()}
    assert counted == {at}, f"AdamW counted {counted}, expected {at}"
    print(f"{steps} steps in plain torch, now at {at}, losses {losses}")
    trained = {key: network.state_dict() for key, network in networks.items()} | {optimizer_key: optimizer.state_dict()}
    return content | trained | {"global_step": at, "batch_losses": content["batch_losses"] + losses}


def run_named(description, *checks):
    """
    Runs the check that the command line names. A parameter without a default is a path, in order; one with a
    default is an option of its type.
    """
    parser = argparse.ArgumentParser(description=description)
    commands = parser.add_subparsers(dest="check", required=True)
    for check in checks:
        command = commands.add_parser(check.__name__)
        for name, parameter in inspect.signature(check).parameters.items():
            if parameter.default is parameter.empty:
                command.add_argument(name)
            else:
                command.add_argument(f"--{name}", type=type(parameter.default), default=parameter.default)
    arguments = vars(parser.parse_args())
    named = arguments.pop("check")
    next(check for check in checks if check.__name__ == named)(**arguments)
