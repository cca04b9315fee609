"""The checks of the page's exports that `npm run test:interop` makes with real torch and diffusers. A check
that fails raises.

    samples MODEL.zip OUT.json   draws 4 samples of a diffusers export by its own scheduler, from the app's
                                 noise
    notebook IN.pt OUT.pt        trains 3 steps as a notebook would, with nothing of ours but the file; where
                                 the network draws by class, on any classes
    same A B                     two checkpoints have the same bits: weights, EMA, moments, histories, step,
                                 epoch
    rewrite IN OUT               reads a checkpoint and writes it again
    fixtures                     the committed fixtures are what these scripts write today

Not here: models with words (check_words.py), samples of models that draw by class (check_classes.py).
"""

import json
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import DDPMPipeline, UNet2DModel

from exported_model import as_the_app, drawn_from, run_named, samples_noise, train_as_a_notebook, unpacked
from perennial_checkpoint import read_checkpoint, write_checkpoint

FIXTURES = Path(__file__).parent.parent / "test" / "fixtures"
SAMPLES = 4


def samples(model, out, seed=7, steps=10):
    """Writes samples by each sampler, float32 NHWC, from the noise that the app draws for the same seed."""
    with unpacked(model) as folder:
        pipeline = DDPMPipeline.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)
    assert len(pipeline(batch_size=2, num_inference_steps=2).images) == 2, "the pipeline's own pictures"
    unet, scheduler = pipeline.unet.eval(), pipeline.scheduler
    noise = samples_noise(seed, SAMPLES, unet, steps + 1)
    predict = lambda x, t: unet(x, t).sample
    with torch.no_grad():
        made = _drawn_flow(predict, scheduler, noise[0], steps) if _is_flow(scheduler) else drawn_from(noise, predict, scheduler, steps)
    shape = [SAMPLES, unet.config.sample_size, unet.config.sample_size, unet.config.in_channels]
    drawn = {name: as_the_app(x) for name, x in made.items()}
    Path(out).write_text(json.dumps({"seed": seed, "steps": steps, "shape": shape, "drawn": drawn}))
    print(f"DDPMPipeline opens {Path(model).name}; {SAMPLES} samples by {', '.join(made)}, {steps} calls each")


def _is_flow(scheduler):
    return type(scheduler).__name__ == "FlowMatchEulerDiscreteScheduler"


def _drawn_flow(predict, scheduler, x, steps):
    """
    Euler samples in equal steps of sigma, as FluxPipeline asks for them. The app clips the clean picture that
    the network predicts to -1..1, and this scheduler has no such option.
    """
    scheduler.set_timesteps(sigmas=np.linspace(1, 1 / steps, steps))
    for t, sigma in zip(scheduler.timesteps, scheduler.sigmas):
        clean = (x - sigma * predict(x, t)).clamp(-1, 1)
        x = scheduler.step((x - clean) / sigma, t, x).prev_sample
    return {"euler": x}


def notebook(path, out):
    """torch.load, load_state_dict, three steps, torch.save: only functions of torch and diffusers."""
    content = torch.load(path, weights_only=True)
    told = {key: json.loads(content["perennial_config"][key]) for key in ("unet_config", "scheduler_config")}
    unet = UNet2DModel.from_config(told["unet_config"])
    scheduler = getattr(diffusers, told["scheduler_config"]["_class_name"]).from_config(told["scheduler_config"])
    size = (4, unet.config.in_channels, unet.config.sample_size, unet.config.sample_size)
    classes = unet.config.num_class_embeds

    def loss():
        labels = None if classes is None else torch.randint(0, classes, (4,))
        pictures, noise, at = torch.rand(size) * 2 - 1, torch.randn(size), torch.randint(0, 1000, (4,))
        noisy, timesteps, target = _lesson(scheduler, pictures, noise, at)
        return torch.nn.functional.mse_loss(unet(noisy, timesteps, class_labels=labels).sample, target)

    torch.save(train_as_a_notebook(content, {"unet": unet}, "optimizer", loss, 3), out)


def _lesson(scheduler, pictures, noise, at):
    """(input, timesteps, target) as the training scripts of diffusers make them; at: int64 [B], 0..999."""
    if _is_flow(scheduler):
        timesteps = scheduler.timesteps[at]
        return scheduler.scale_noise(pictures, timesteps, noise), timesteps, noise - pictures
    velocity = scheduler.config.prediction_type == "v_prediction"
    target = scheduler.get_velocity(pictures, noise, at) if velocity else noise
    return scheduler.add_noise(pictures, noise, at), at, target


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


def rewrite(path, out):
    write_checkpoint(read_checkpoint(path), out)


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
    run_named("Checks of the page's exports with real torch and diffusers.", samples, notebook, same, rewrite, fixtures)
