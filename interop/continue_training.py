"""Continues a run of Perennial in PyTorch, on as many processes, GPUs and machines as accelerate has:

    accelerate launch interop/continue_training.py --checkpoint unet_step_2000.safetensors \\
        --pictures planets-32px.zip --steps 20000 --out further.safetensors

A step has the same pictures, flips, captions, classes, timesteps and noise as in the tab, however many
processes share them; a text encoder is trained with the UNet in one AdamW. `--check N` trains nothing new: it
compares N losses with the losses that the tab recorded. The whole procedure is in
docs/when-one-gpu-is-not-enough.md.
Not here: files (perennial_checkpoint.py), batches (training_step.py), networks (text_network.py).
"""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import accelerate
import diffusers
import numpy as np
import torch
from accelerate import Accelerator

from class_labels import ClassesError, class_labels
from initial_weights import initial_checkpoint
from perennial_checkpoint import CheckpointError, as_json, read_checkpoint, write_checkpoint
from pictures import PicturesError, read_pictures
from run_settings import (
    checkpoint_name,
    ema_decay_at,
    ends_epoch,
    images_per_step,
    last_step,
    lasting_until,
    learning_rate_at,
    position_of,
    steps_per_epoch,
    update_of,
    varies_pictures,
)
from step_captions import Prompts
from text_network import named_parameters
from training_step import TrainingSteps, loss_by_quartile

TOLERANCE = 1e-3
# float16 on a GPU: a step whose gradients overflow is repeated with a smaller loss scale, at most this many
# times.
MOST_OVERFLOWS = 24


class Refused(Exception):
    """The command cannot be carried out; the message says why and what can be done instead."""


class Trainer:
    """
    A run in memory, on this process's device. Every process has all weights and its share of a step's
    pictures.
    """

    def __init__(self, accelerator, checkpoint, pictures, micro_batch):
        self.config, self.accelerator, self.checkpoint = checkpoint.config, accelerator, checkpoint
        self.count, self.global_step = len(pictures.rgb), checkpoint.global_step
        self.last = last_step(self.config, self.count)
        plain = checkpoint.network().to(accelerator.device)
        # A UNet2DConditionModel that reads no texts asks for them all the same.
        self._without = {"encoder_hidden_states": None} if isinstance(plain, diffusers.UNet2DConditionModel) else {}
        self.ema = {name: checkpoint.ema[name].to(accelerator.device) for name, _ in named_parameters(plain)}
        self.model, self.optimizer = accelerator.prepare(plain, checkpoint.optimizer(plain))
        self.losses, self.quartiles = checkpoint.batch_losses.tolist(), checkpoint.batch_losses_by_quartile.tolist()
        self.epoch_losses = checkpoint.epoch_losses.tolist()
        prompts, channels = _prompts_of(checkpoint), checkpoint.unet_config["in_channels"]
        labels = checkpoint.classes and class_labels(checkpoint.classes, pictures.classes)
        self._steps = TrainingSteps(self.config, pictures.rgb, channels, pictures.captions, prompts, pictures.classes or (), labels)
        self._parts = _parts_of(images_per_step(self.config), accelerator, micro_batch)
        self._ahead = ThreadPoolExecutor(1)
        self._next = self._ahead.submit(self._batches, self.global_step)

    def _batches(self, global_step):
        return [self._steps.batch(global_step, part) for part in self._parts]

    def step(self):
        """Makes one update. Returns the loss of the whole step, as the tab records it."""
        batches = self._next.result()
        self._next = self._ahead.submit(self._batches, self.global_step + 1)
        number = self.global_step + 1
        update = update_of(number, self.checkpoint.skipped_steps)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate_at(update, self.config, self.last)
        per_sample = self._update(batches, number)
        with torch.no_grad():
            decay = ema_decay_at(update, self.config["emaMaxDecay"])
            for name, weights in named_parameters(self.accelerator.unwrap_model(self.model)):
                self.ema[name].lerp_(weights, 1 - decay)
        self.global_step = number
        return self._record(batches, per_sample)

    def _update(self, batches, number):
        """Forward, backward, clip, AdamW. Returns the loss of each picture of this process, float32 [B]."""
        for _ in range(MOST_OVERFLOWS):
            per_sample = [self._backward(batch, batch is batches[-1]) for batch in batches]
            # All processes have the same gradients here, so they see the same norm and refuse together.
            norm = self.accelerator.clip_grad_norm_(self.model.parameters(), self.config["gradientClip"] or float("inf"))
            if self.accelerator.scaler is None and not torch.isfinite(norm):
                raise Refused(f"The gradient is no longer a number at step {number}. Nothing of that step was saved.")
            self.optimizer.step()
            self.optimizer.zero_grad()
            if not self.optimizer.step_was_skipped:
                return torch.cat(per_sample)
        raise Refused(f"float16 overflowed {MOST_OVERFLOWS} times in a row at step {number}. Use bf16 or no mixed precision.")

    def _backward(self, batch, is_last):
        device = self.accelerator.device
        on_device = lambda values: torch.from_numpy(values).to(device)
        pictures, noise, timesteps = on_device(batch.pictures), on_device(batch.noise), on_device(batch.timesteps)
        read = {"input_ids": batch.input_ids, "class_labels": batch.class_labels}
        told = self._without | {name: on_device(ids) for name, ids in read.items() if ids is not None}
        m0, m1, m2, m3 = on_device(batch.mixture)[:, :, None, None, None].unbind(1)
        # Gradients are summed over micro-batches and exchanged between processes once, in the last backward
        # pass.
        with nullcontext() if is_last else self.accelerator.no_sync(self.model):
            prediction = self.model(m0 * pictures + m1 * noise, timesteps, **told).sample
            per_sample = ((prediction.float() - (m2 * pictures + m3 * noise)) ** 2).mean(dim=(1, 2, 3))
            # accelerate averages over processes: with this factor the result is the mean over all the step's
            # pictures.
            share = self.accelerator.num_processes / images_per_step(self.config)
            self.accelerator.backward((per_sample * on_device(batch.sample_weights)).sum() * share)
        return per_sample.detach()

    def _record(self, batches, per_sample):
        """Appends the whole step's loss to the histories, the same on every process. Returns the loss."""
        places = np.concatenate([np.arange(part.start, part.stop) for part in self._parts])
        device = self.accelerator.device
        whole = torch.zeros(3, images_per_step(self.config), device=device)
        whole[0, places] = per_sample
        whole[1, places] = torch.cat([torch.from_numpy(b.sample_weights) for b in batches]).to(device)
        whole[2, places] = torch.cat([torch.from_numpy(b.timesteps) for b in batches]).to(device, torch.float32)
        losses, weights, timesteps = self.accelerator.reduce(whole, "sum").cpu().double().numpy()
        loss = float((losses * weights).mean())
        self.losses.append(loss)
        self.quartiles.append(loss_by_quartile(losses, timesteps).tolist())
        if ends_epoch(self.config, self.count, self.global_step):
            recent = np.array(self.losses[-steps_per_epoch(self.config, self.count) :])
            self.epoch_losses.append(float(np.nanmean(recent)))
        return loss

    def snapshot(self):
        """The run's present state as a Checkpoint."""
        on_cpu = lambda tensors: {name: tensor.detach().float().cpu() for name, tensor in tensors.items()}
        parameters = dict(named_parameters(self.accelerator.unwrap_model(self.model)))
        state = self.optimizer.optimizer.state
        # Before the first update AdamW has no moments; the tab's are zeros.
        moments = lambda key: on_cpu({n: state[p][key] if p in state else torch.zeros_like(p) for n, p in parameters.items()})
        step, (epoch, within) = self.global_step, position_of(self.config, self.count, self.global_step)
        return replace(
            self.checkpoint,
            metadata=self.checkpoint.metadata
            | {
                "name": checkpoint_name(self.config, self.count, step),
                "global_step": str(step),
                "epoch": str(epoch),
                "epoch_position": str(within * images_per_step(self.config)),
                "execution": as_json(_execution(self.accelerator)),
                "created": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            },
            weights=on_cpu(parameters),
            ema=on_cpu(self.ema),
            exp_avg=moments("exp_avg"),
            exp_avg_sq=moments("exp_avg_sq"),
            batch_losses=torch.tensor(self.losses, dtype=torch.float32),
            epoch_losses=torch.tensor(self.epoch_losses, dtype=torch.float32),
            batch_losses_by_quartile=torch.tensor(self.quartiles, dtype=torch.float32).reshape(-1, 4),
            samples=None,  # they are of the step that the page exported
        )


def _prompts_of(checkpoint):
    """The run's own tokenizer, for the length that its encoder reads; None: the model knows no words."""
    encoder = checkpoint.text_encoder_config
    return encoder and Prompts(checkpoint.metadata["tokenizer"], encoder["max_position_embeddings"])


def _parts_of(images, accelerator, micro_batch):
    """This process's places in a step, as ranges of at most `micro_batch`."""
    processes, rank = accelerator.num_processes, accelerator.process_index
    if processes > images:
        raise Refused(f"{processes} processes cannot share {images} pictures a step: use --images-per-step, or fewer processes.")
    first, end = images * rank // processes, images * (rank + 1) // processes
    size = micro_batch or end - first
    return [range(at, min(at + size, end)) for at in range(first, end, size)]


def _execution(accelerator):
    """The checkpoint's `execution`: with these values the tab sees that it cannot promise the same bits."""
    device = accelerator.device
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    return {
        "executor": "PyTorch",
        "backend": f"torch {torch.__version__}",
        "kernels": f"diffusers {diffusers.__version__}, accelerate {accelerate.__version__}, {accelerator.mixed_precision} mixed precision",
        "adapter": f"{accelerator.num_processes} x {name}",
        "browser": "",
    }


def _begin(arguments):
    """(checkpoint to continue from, losses to compare with or None)."""
    checkpoint = read_checkpoint(arguments.checkpoint)
    if arguments.check is None:
        return checkpoint, None
    if arguments.check_against is not None:
        later = read_checkpoint(arguments.check_against)
        step, shared = checkpoint.global_step, later.batch_losses[: checkpoint.global_step]
        if checkpoint.metadata["seed"] != later.metadata["seed"] or not _same_losses(shared, checkpoint.batch_losses):
            raise Refused(f"{arguments.check_against} is not of the same run: another seed, or other losses up to step {step}.")
        recorded = later.batch_losses[checkpoint.global_step :]
    elif _began_elsewhere(checkpoint):
        raise Refused("This run began elsewhere, so its first weights do not follow from its seed: use --check-against.")
    else:
        recorded, checkpoint = checkpoint.batch_losses, initial_checkpoint(checkpoint)
    if len(recorded) < arguments.check:
        raise Refused(f"--check {arguments.check}: only {len(recorded)} losses were recorded after step {checkpoint.global_step}.")
    return checkpoint, recorded[: arguments.check].tolist()


def _began_elsewhere(checkpoint):
    """Whether the first weights came from a file: with steps behind them, of no preset, or at step 0."""
    config = checkpoint.config
    return bool(config.get("origin") or config.get("network") or checkpoint.metadata.get("parent", "").endswith("@0"))


def _same_losses(a, b):
    return a.shape == b.shape and torch.equal(a.nan_to_num(-1), b.nan_to_num(-1))


def _with_pictures(checkpoint, pictures, allow_other):
    """
    The run with these pictures. With the pictures of another set, if allowed, the current epoch starts again.
    """
    before = checkpoint.dataset
    if pictures.stamp == before:
        return checkpoint
    same = pictures.exported and pictures.stamp["fingerprint"] == before["fingerprint"] and pictures.stamp["count"] == before["count"]
    if same:
        return _with_words(checkpoint, pictures, allow_other)
    if not allow_other:
        raise Refused(
            f"The run learnt from {before['title']} ({before['count']} pictures, {before['fingerprint'][:12]}), these are "
            f"{pictures.stamp['title']} ({pictures.stamp['count']}, {pictures.stamp['fingerprint'][:12]}). --other-pictures goes on with them."
        )
    config = checkpoint.config | {"dataset": pictures.stamp["name"], "maxImages": max(checkpoint.config["maxImages"], pictures.stamp["count"])}
    changed = replace(checkpoint, metadata=checkpoint.metadata | {"dataset": as_json(pictures.stamp)})
    return _with_config(changed, _counted_anew(checkpoint, config))


def _with_words(checkpoint, pictures, allow_other):
    """The run with the same pictures, whose captions and classes may have been changed since it began."""
    before, now = checkpoint.dataset.get("words"), pictures.stamp.get("words")
    reads = checkpoint.classes or checkpoint.text_encoder_config or checkpoint.config.get("evenClasses", False)
    if None in (before, now) or before == now or not reads:
        return checkpoint
    if not allow_other:
        raise Refused(
            f"The captions or classes of {pictures.stamp['title']} have changed since the run began: expected fingerprint {before[:12]}, "
            f"got {now[:12]}. --other-pictures goes on with them."
        )
    return replace(checkpoint, metadata=checkpoint.metadata | {"dataset": as_json(pictures.stamp)})


def _counted_anew(checkpoint, config):
    """Keeps the counts of steps and epochs so far; from here on an epoch has another number of steps."""
    return config | {"origin": {"globalStep": checkpoint.global_step, "epoch": checkpoint.epoch}}


def _with_config(checkpoint, config):
    return replace(checkpoint, metadata=checkpoint.metadata | {"config": as_json(config)})


def _with_settings(checkpoint, arguments):
    """The settings that the command line changes from here on."""
    config = checkpoint.config
    if arguments.learning_rate is not None:
        config = config | {"learningRate": arguments.learning_rate}
    if arguments.images_per_step not in (None, images_per_step(config)):
        batches, rest = divmod(arguments.images_per_step, config["batchSize"])
        if rest or not 1 <= batches <= 64:
            raise Refused(f"--images-per-step: a multiple of the run's batch of {config['batchSize']}, 64 times it at most.")
        config = _counted_anew(checkpoint, config | {"gradientAccumulationSteps": batches})
    if arguments.check is None and arguments.steps is not None:
        config = lasting_until(config, checkpoint.dataset["count"], checkpoint.global_step + arguments.steps)
    return _with_config(checkpoint, config)


def _train(trainer, arguments, say):
    """Trains to the requested step. Writes --out at the end and at every multiple of --save-every."""
    accelerator, begun = trainer.accelerator, time.monotonic()
    first = trainer.global_step
    end = trainer.last if arguments.steps is None else first + arguments.steps
    if end <= first:
        raise Refused(f"The run ended at step {first}: --steps N goes on for N more.")
    while trainer.global_step < end:
        loss = trainer.step()
        step = trainer.global_step
        if step == end or step - first <= 3 or step % arguments.log_every == 0:
            say(f"step {step}  loss {loss:.6f}  {(step - first) / (time.monotonic() - begun):.2f} steps/s")
        if step == end or (arguments.save_every and step % arguments.save_every == 0):
            if accelerator.is_main_process:
                write_checkpoint(trainer.snapshot(), arguments.out)
            accelerator.wait_for_everyone()
            say(f"wrote {arguments.out}: step {step}")


def _check(trainer, recorded, say):
    """Whether these steps lose here what they lost in the tab."""
    worst = 0.0
    for expected in recorded:
        loss = trainer.step()
        difference = abs(loss - expected) / abs(expected)
        worst = max(worst, difference)
        say(f"step {trainer.global_step}  here {loss:.6f}  in the tab {expected:.6f}  relative difference {difference:.1e}")
    verdict = "the same within" if worst <= TOLERANCE else "NOT the same within"
    say(f"{len(recorded)} losses are {verdict} {TOLERANCE:.0e}: at most {worst:.1e} apart")
    return worst <= TOLERANCE


def _arguments(argv):
    parser = argparse.ArgumentParser(description="Continues a run of Perennial in PyTorch.")
    parser.add_argument("--checkpoint", required=True, help=".safetensors, .pt or diffusers folder, as the page exports it")
    parser.add_argument("--pictures", required=True, help="the pictures that the page exports (zip or folder), or a folder of images")
    parser.add_argument("--out", help="the checkpoint to write; .pt or .safetensors")
    parser.add_argument("--steps", type=int, help="this many more steps; default: to the run's last step")
    parser.add_argument("--save-every", type=int, default=0, help="also write --out at every multiple of this step")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--micro-batch", type=int, help="pictures per forward pass of a process at most; needs less memory, changes nothing")
    parser.add_argument("--images-per-step", type=int, help="more pictures a step from here on: a multiple of the run's batch")
    parser.add_argument("--learning-rate", type=float, help="another one from here on")
    parser.add_argument("--other-pictures", action="store_true", help="continue although the pictures are not the run's")
    parser.add_argument("--check", type=int, metavar="N", help="compare N losses with those of the tab, and write nothing")
    parser.add_argument("--check-against", metavar="LATER", help="with --check: a later checkpoint; --checkpoint is where its steps begin")
    parser.add_argument("--mixed-precision", choices=["no", "fp16", "bf16"], help="else as accelerate is configured")
    parser.add_argument("--cpu", action="store_true", help="on the processor although there is a GPU")
    arguments = parser.parse_args(argv)
    for name in ("steps", "micro_batch", "images_per_step", "check", "log_every"):
        if getattr(arguments, name) is not None and getattr(arguments, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be 1 or more")
    if arguments.check is not None:
        return arguments
    # Checked before hours of work, not after them.
    if arguments.out is None or Path(arguments.out).suffix not in (".pt", ".safetensors"):
        parser.error("--out needs a name that ends in .safetensors or .pt (or --check, which writes nothing)")
    if not Path(arguments.out).absolute().parent.is_dir():
        parser.error(f"--out: there is no folder {Path(arguments.out).absolute().parent}")
    return arguments


def main(argv=None):
    arguments = _arguments(argv)
    # Losses are compared: TF32 would change their fourth digit.
    if arguments.check is not None:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    accelerator = Accelerator(mixed_precision="no" if arguments.check is not None else arguments.mixed_precision, cpu=arguments.cpu)
    # Only one process of all machines prints and writes.
    say = lambda text: print(text, flush=True) if accelerator.is_main_process else None
    try:
        checkpoint, recorded = _begin(arguments)
        pictures = read_pictures(arguments.pictures, checkpoint.config["imageSize"])
        if checkpoint.config.get("evenClasses", False) and pictures.classes is None:
            raise Refused("The run draws its classes equally often, and these pictures do not say theirs: export them again from the page.")
        checkpoint = _with_settings(_with_pictures(checkpoint, pictures, arguments.other_pictures), arguments)
        trainer = Trainer(accelerator, checkpoint, pictures, arguments.micro_batch)
        say(f"{checkpoint.metadata['name']} of {checkpoint.dataset['title']}, step {checkpoint.global_step}; {json.dumps(_execution(accelerator))}")
        if varies_pictures(checkpoint.config, checkpoint.dataset["count"]):
            if recorded is not None:
                raise Refused("The browser crops and recolours this run's pictures at random, and PyTorch does not: --check cannot compare.")
            say("Pictures are taken whole here and in their own colours; the browser crops and recolours them at random.")
        if recorded is not None:
            return 0 if _check(trainer, recorded, say) else 1
        _train(trainer, arguments, say)
        return 0
    except (Refused, CheckpointError, ClassesError, PicturesError, FileNotFoundError) as refused:
        accelerator.print(f"Not done: {refused}", file=sys.stderr)
        return 2
    finally:
        accelerator.end_training()


if __name__ == "__main__":
    sys.exit(main())
