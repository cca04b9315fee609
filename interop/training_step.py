"""The batch of a training step as a pure function of (settings, pictures, step): the same pictures, flips,
captions, timesteps and noise as in src/trainer/training-step.ts, from the same random words. numpy only, no
network.

Run as a script it writes test/fixtures/training-step.json: the tests compare the TypeScript with that file.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from counter_random import STREAMS, normals, permuted_indices, random_words, uniform_below, uniforms
from class_labels import class_labels
from even_classes import class_groups, even_order
from run_settings import images_per_step, position_of
from step_captions import step_captions

TIMESTEPS = 1000
LEAST_SIGMA = 1e-3


@cache
def alpha_bar(schedule):
    """float64 [1000]: how much signal is left at each timestep, as in src/diffusion/noise-schedule.ts."""
    steps = np.arange(TIMESTEPS, dtype=np.float64)
    if schedule == "linear":
        betas = 1e-4 + (0.02 - 1e-4) * steps / (TIMESTEPS - 1)
    else:
        signal = lambda t: np.cos((t / TIMESTEPS + 0.008) / 1.008 * (np.pi / 2)) ** 2
        betas = np.minimum(1 - signal(steps + 1) / signal(steps), 0.999)
    return np.cumprod(1 - betas)


def is_flow(config):
    return config["predictionType"] == "flow_prediction"


def training_timesteps(config, global_step, length, first):
    """
    Of the pictures first..first + length - 1 of the update that follows `global_step` steps: int64 0..999; of
    a flow float32 1000 sigma, as in src/diffusion/training-timesteps.ts.
    """
    at = (config["seed"], global_step, STREAMS["timesteps"])
    if not is_flow(config):
        return uniform_below(*at, TIMESTEPS, length, first).astype(np.int64)
    if config["timestepDensity"] == "uniform":
        sigma = uniforms(*at, length, first).astype(np.float64)
    else:
        sigma = 1 / (1 + np.exp(-normals(*at, length, first).astype(np.float64)))
    return (TIMESTEPS * np.maximum(LEAST_SIGMA, sigma)).astype(np.float32)


def noise_levels(config, timesteps):
    """float64 (signal, sigma), [B] each: an input is signal x0 + sigma eps. As diffusion/noise-levels.ts."""
    if is_flow(config):
        sigma = timesteps.astype(np.float64) / TIMESTEPS
        return 1 - sigma, sigma
    levels = alpha_bar(config["noiseSchedule"])[timesteps]
    return np.sqrt(levels), np.sqrt(1 - levels)


def mixture_of(prediction_type, signal, sigma):
    """float32 [B, 4], m0..m3: input = m0 x0 + m1 eps, target = m2 x0 + m3 eps."""
    zero, one = np.zeros_like(signal), np.ones_like(signal)
    targets = {"epsilon": (zero, one), "v_prediction": (-sigma, signal), "flow_prediction": (-one, one)}
    return np.stack([signal, sigma, *targets[prediction_type]], axis=1).astype(np.float32)


def loss_weights(config, timesteps):
    """float32 [B]: min-SNR weights (Hang et al. 2023); gamma 0 gives 1 everywhere, and so does a flow."""
    prediction_type, gamma = config["predictionType"], config["minSnrGamma"]
    if gamma == 0 or is_flow(config):
        return np.ones(len(timesteps), np.float32)
    levels = alpha_bar(config["noiseSchedule"])[timesteps]
    snr = levels / (1 - levels)
    return (np.minimum(snr, gamma) / (snr if prediction_type == "epsilon" else snr + 1)).astype(np.float32)


def loss_by_quartile(per_sample, timesteps):
    """float32 [4]: mean loss of the pictures in each quarter of the schedule; NaN where there was none."""
    quarter = np.minimum(3, np.asarray(timesteps) * 4 // TIMESTEPS)  # pure noise of a flow: timestep 1000
    losses = np.asarray(per_sample, np.float64)
    return np.array([losses[quarter == q].mean() if (quarter == q).any() else np.nan for q in range(4)], np.float32)


def grey_of(rgb):
    """uint8 [..., 3] -> [..., 1]: the luma of ITU-R 601-2 in 16 bits, rounded, as PIL's convert('L')."""
    r, g, b = np.moveaxis(rgb.astype(np.uint32), -1, 0)
    return ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16).astype(np.uint8)[..., None]


@dataclass
class StepBatch:
    """B of a step's pictures and what belongs to them. Pictures and noise are NCHW, as in PyTorch."""

    pictures: np.ndarray  # float32 [B, C, H, W], -1..1
    noise: np.ndarray  # float32 [B, C, H, W]
    timesteps: np.ndarray  # int64 [B]; of a flow float32
    mixture: np.ndarray  # float32 [B, 4]
    sample_weights: np.ndarray  # float32 [B]
    input_ids: np.ndarray | None  # int64 [B, L] of the captions; None: the network reads no texts
    class_labels: np.ndarray | None  # int64 [B], 0..num_class_embeds - 1; None: the network draws by no class


class TrainingSteps:
    """
    The steps of a run. rgb: uint8 [count, size, size, 3]; channels: 3, or 1 for grey; captions and classes:
    of each picture; prompts: of a network that reads texts; labels: int64 [count], of one that draws by
    class.
    """

    def __init__(self, config, rgb, channels, captions=(), prompts=None, classes=(), labels=None):
        self.config, self._captions, self._prompts, self._labels = config, captions, prompts, labels
        self._groups = class_groups(classes) if config.get("evenClasses", False) else None
        self._pixels = rgb if channels == 3 else grey_of(rgb)

    def batch(self, global_step, places):
        """
        The part `places` (a range within 0..images_per_step - 1) of the update that follows `global_step`
        steps.
        """
        config, seed = self.config, self.config["seed"]
        first, length = places.start, len(places)
        order = self._order(global_step, places)
        pixels = self._pixels[order]
        if config["randomFlip"]:
            flipped = random_words(seed, global_step, STREAMS["flips"], length, first) >= 2**31
            pixels = np.where(flipped[:, None, None, None], pixels[:, :, ::-1], pixels)
        size = int(np.prod(pixels.shape[1:]))
        noise = normals(seed, global_step, STREAMS["noise"], size * length, size * first).reshape(pixels.shape)
        timesteps = training_timesteps(config, global_step, length, first)
        return StepBatch(
            pictures=_channels_first((pixels.astype(np.float64) / 127.5 - 1).astype(np.float32)),
            noise=_channels_first(noise),
            timesteps=timesteps,
            mixture=mixture_of(config["predictionType"], *noise_levels(config, timesteps)),
            sample_weights=loss_weights(config, timesteps),
            input_ids=self._prompts.encode(self.captions(global_step, places)) if self._prompts else None,
            class_labels=None if self._labels is None else self._labels[order],
        )

    def captions(self, global_step, places):
        """The caption that each of these pictures is learnt with; empty where it is left out."""
        texts = [self._captions[i] for i in self._order(global_step, places)]
        return step_captions(self.config, global_step, places.start, texts)

    def _order(self, global_step, places):
        """Which picture each of these places has."""
        config, count = self.config, len(self._pixels)
        if self._groups:
            drawn = global_step * images_per_step(config)
            return even_order(config["seed"], self._groups, [drawn + place for place in places])
        epoch, within = position_of(config, count, global_step)
        start = within * images_per_step(config)
        return permuted_indices(config["seed"], epoch, count, [(start + place) % count for place in places])


def _channels_first(pictures):
    return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))


def _fixture():
    """
    A few steps of small runs. The pictures are made of random words, so that TypeScript can make them too.
    """
    import base64

    from run_settings import checkpoint_name, ema_decay_at, last_step, learning_rate_at

    size, count = 8, 7
    rgb = np.stack(
        [(random_words(1, i, STREAMS["drawing"], size * size * 3) >> 24).reshape(size, size, 3) for i in range(count)]
    ).astype(np.uint8)
    base = dict(
        seed=4294967290, captionDropout=0.25, batchSize=2, gradientAccumulationSteps=2, randomFlip=True, noiseSchedule="linear",
        predictionType="epsilon", minSnrGamma=0, learningRate=0.01, learningRateSchedule="constant", warmupSteps=3,
        emaMaxDecay=0.9999, maxSteps=40, epochs=30, origin=None,
    )  # fmt: skip
    weighted = base | dict(noiseSchedule="cosine", predictionType="v_prediction", minSnrGamma=5, learningRateSchedule="cosine")
    elsewhere = base | dict(seed=3, batchSize=3, gradientAccumulationSteps=1, origin={"globalStep": 5, "epoch": 2})
    grey = base | dict(seed=0, randomFlip=False, gradientAccumulationSteps=1, minSnrGamma=2.5, maxSteps=1000)
    flow = weighted | dict(predictionType="flow_prediction", timestepDensity="logit_normal")
    even = flow | dict(seed=1, timestepDensity="uniform", maxSteps=1000)
    by_class = base | dict(seed=5, evenClasses=True, maxSteps=1000)
    # Of 4, 2 and 1 pictures; by UTF-16 the emoji stands before the wide letter, by code points behind it.
    classes = ["\uff21", "\uff21", "", "\uff21", "", "\U0001f600", "\uff21"]
    # Of a network that draws by class, numbered as an import named them; of one there is no picture.
    named, numbered = [name or "ant" for name in classes], ["\uff21", "bee", "\U0001f600", "ant"]
    labels = class_labels(numbered, named)
    # Three captions of a picture, two, one, and none.
    captions = ["\n".join(f"caption {line} of {i}" for line in range(i % 4)) for i in range(count)]
    runs = []
    plain = [(base, 3), (weighted, 3), (elsewhere, 3), (grey, 1), (flow, 3), (even, 1), (by_class, 3)]
    of_classes = [(grey | dict(seed=6), 1), (by_class | dict(seed=8), 3)]
    for config, channels in plain + of_classes:
        draws_by_class = (config, channels) in of_classes
        told = dict(classes=named, labels=labels) if draws_by_class else dict(classes=classes)
        steps, last = TrainingSteps(config, rgb, channels, captions, **told), last_step(config, count)
        after = [step for step in (0, 1, 2, 7, 21) if step >= (config["origin"] or {"globalStep": 0})["globalStep"]]
        made = []
        for step in after:
            batch = steps.batch(step, range(images_per_step(config)))
            bytes_ = np.rint((batch.pictures.astype(np.float64) + 1) * 127.5).astype(np.uint8).transpose(0, 2, 3, 1)
            made.append({
                "globalStep": step,
                "pictures": base64.b64encode(bytes_.tobytes()).decode(),
                "firstNoise": [float(x) for x in batch.noise[:, :, 0, 0].reshape(-1)],
                "timesteps": batch.timesteps.tolist(),
                "captions": steps.captions(step, range(images_per_step(config))),
                "classLabels": batch.class_labels.tolist() if draws_by_class else None,
                "mixture": [float(x) for x in batch.mixture.reshape(-1)],
                "sampleWeights": [float(x) for x in batch.sample_weights],
                "learningRate": learning_rate_at(step + 1, config, last),
                "emaDecay": ema_decay_at(step + 1, config["emaMaxDecay"]),
                "position": position_of(config, count, step),
                "name": checkpoint_name(config, count, step),
            })  # fmt: skip
        ids = {"classes": told["classes"], "numbered": numbered if draws_by_class else None}
        runs.append({"config": config, "channels": channels, **ids, "lastStep": last, "steps": made})
    made_by = f"interop/training_step.py, numpy {np.__version__}"
    return {"madeBy": made_by, "size": size, "count": count, "runs": runs}


if __name__ == "__main__":
    import json
    from pathlib import Path

    target = Path(__file__).parent.parent / "test" / "fixtures" / "training-step.json"
    target.write_text(json.dumps(_fixture()) + "\n")
