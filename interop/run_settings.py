"""What follows from a run's settings (RunConfig of src/settings/settings.ts, here a dict) for a step: its
place in the epochs and the run's end (as in src/settings/calendar.ts), the checkpoint's name (as in
src/settings/checkpoint-schedule.ts), learning rate and EMA decay (as in src/diffusion/training-schedules.ts).
Not here: pictures and noise (training_step.py).

`count` is the number of pictures in the data set. Steps count from 1: step n is the n-th
update, less the steps that mixed precision skipped.
"""

import math


def images_per_step(config):
    return config["batchSize"] * config["gradientAccumulationSteps"]


def varies_pictures(config, count):
    """Whether the tab crops or recolours the pictures (src/settings/augmentation.ts); PyTorch does not."""
    few = config["dataset"] not in ("planets", "shapes", "faces", "emoji") and count <= 2000
    return any(config.get(name, "off") in (("on", "auto") if few else ("on",)) for name in ("randomCrop", "colorJitter"))


def steps_per_epoch(config, count):
    return -(-count // images_per_step(config))


def _origin(config):
    """
    (global step, completed epochs) that were made elsewhere or with another number of pictures; else zeros.
    """
    origin = config.get("origin") or {"globalStep": 0, "epoch": 0}
    return origin["globalStep"], origin["epoch"]


def position_of(config, count, step):
    """(completed epochs, steps done in the current epoch) after `step` steps."""
    first, epoch = _origin(config)
    epochs, within = divmod(step - first, steps_per_epoch(config, count))
    return epoch + epochs, within


def ends_epoch(config, count, step):
    return step > _origin(config)[0] and position_of(config, count, step)[1] == 0


def last_step(config, count):
    first, epoch = _origin(config)
    return min(config["maxSteps"], first + (config["epochs"] - epoch) * steps_per_epoch(config, count))


def lasting_until(config, count, step):
    """The settings with `maxSteps` and `epochs` raised, where necessary, so that the run reaches `step`."""
    first, epoch = _origin(config)
    epochs = epoch + -(-(step - first) // steps_per_epoch(config, count))
    return config | {"maxSteps": max(config["maxSteps"], step), "epochs": max(config["epochs"], epochs)}


def checkpoint_name(config, count, step):
    """The name of a step's checkpoint, as in src/settings/checkpoint-schedule.ts."""
    if step == last_step(config, count):
        return "unet_final"
    if ends_epoch(config, count, step):
        return f"unet_epoch_{position_of(config, count, step)[0]}"
    return f"unet_step_{step}"


def update_of(step, skipped):
    """
    The update that step `step` makes, 1 for the first. Steps that mixed precision skipped in the tab made
    none.
    """
    return max(1, step - skipped)


def learning_rate_at(step, config, last):
    """
    diffusers' get_constant_schedule_with_warmup or get_cosine_schedule_with_warmup; with warm-up, step 1 has
    rate 0.
    """
    rate, warmup, update = config["learningRate"], config["warmupSteps"], step - 1
    if update < warmup:
        return rate * update / warmup
    if config["learningRateSchedule"] == "constant":
        return rate
    progress = (update - warmup) / max(1, last - warmup)
    return rate * max(0.0, 0.5 * (1 + math.cos(math.pi * progress)))


def ema_decay_at(step, max_decay):
    """diffusers' EMAModel with use_ema_warmup, power 3/4; at step 1 the EMA copies the weights."""
    return min(max_decay, 1 - (1 + max(0, step - 1)) ** -0.75)
