"""Writes test/fixtures/diffusers: what real PyTorch and diffusers compute for small networks. The tests
compare eager and plan with these numbers. Not here: anything that the app ships, and the random numbers
(counter_random.py).

    python3 interop/make_fixtures.py                              makes all of them again
    python3 interop/make_fixtures.py --config my.json --seed 5    adds my.safetensors (--out: elsewhere)

my.json is the config.json of a diffusers UNet2DModel, or of the UNet2DConditionModel that its `_class_name`
names; a field that is missing has diffusers' default. `_text_encoder` adds a CLIPTextModel
(golden_network.py), and `_training` may change TRAINING below. The tests read every .safetensors of that
folder: a new file is a new case without other changes.

The tensors of a case, all float32, pictures as in PyTorch, [B, C, H, W]:
    weights, gradients, final, ema   [n] each: all parameters in one vector, ordered as in `parameters`
    input, timesteps                 what the prediction is computed from
    class_labels, input_ids,         what the network reads besides, for the prediction and all samples
    encoder_hidden_states
    prediction
    target, sample_weights           what the loss is computed from
    loss, per_sample                 `gradients` is the gradient of this loss
    final, ema                       after STEPS steps of AdamW from `weights`; the batches come from the seed
    samples.<sampler>.<schedule>.<prediction type>   from SAMPLE_CALLS calls of the network with `weights`
Its metadata, as JSON: versions, seed, config, textEncoder (where it has one), parameters, training, losses,
learningRates, gradientNorms, emaDecays, sampleCalls, adrift.

All random numbers of training and sampling come from counter_random.py at the seed, in the order [B, H, W,
C]:
    step k = 0, 1, ...   pictures 2 u - 1 of uniforms(seed, k, drawing), noise normals(seed, k, noise),
                         timesteps uniform_below(seed, k, timesteps, 1000); classes and texts as
                         golden_network.py's step_conditions
    sample s             normals(seed, s, samples): the start noise, then the fresh noise of each call
"""

import argparse
import hashlib
import json
from pathlib import Path

import diffusers
import diffusers.schedulers.scheduling_ddpm as scheduling_ddpm
import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler, UNet2DConditionModel
from diffusers.optimization import get_constant_schedule_with_warmup, get_cosine_schedule_with_warmup
from diffusers.training_utils import EMAModel, compute_snr
from safetensors.torch import save

from condition_networks import CONDITION_NETWORKS
from counter_random import STREAMS, normals, uniform_below, uniforms
from golden_network import ENCODER_VERSIONS, read_network_config, seeded_network, unet_of

HERE = Path(__file__).parent
OUT = HERE.parent / "test" / "fixtures" / "diffusers"
VERSIONS = {
    "torch": torch.__version__.split("+")[0],
    "diffusers": diffusers.__version__,
    "numpy": np.__version__,
}


def made_by(versions):
    return ", ".join(f"{name} {version}" for name, version in versions.items())


BATCH, STEPS, SAMPLE_CALLS = 2, 20, 4
SCHEDULES = ("linear", "squaredcos_cap_v2")
PREDICTIONS = ("epsilon", "v_prediction")
SPACINGS = ("leading", "trailing")
SAMPLERS = {"ddim": DDIMScheduler, "ddpm": DDPMScheduler}
# A larger weight decay than in practice: the effect of 0.01 over twenty steps would be below the tolerance.
TRAINING = dict(
    prediction_type="epsilon", beta_schedule="linear", min_snr_gamma=0, learning_rate=2e-3,
    learning_rate_schedule="constant", warmup_steps=5, weight_decay=0.3, gradient_clip=0.5, ema_max_decay=0.9999,
)  # fmt: skip


def training_of(path):
    """The training options of a config.json."""
    options = read_network_config(path)[2].get("_training", {})
    if unknown := options.keys() - TRAINING.keys():
        raise SystemExit(f"{path}: _training has no {', '.join(sorted(unknown))}; it has {', '.join(TRAINING)}")
    return TRAINING | options


def shape_of(network):
    """The shape of a picture, [C, H, W]."""
    size = network.unet.config.sample_size
    return (network.unet.config.in_channels, *(size if isinstance(size, (list, tuple)) else (size, size)))


def flat(tensors):
    return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])


def channels_first(values, shape):
    """numpy values in the order [..., H, W, C] -> tensor [..., C, H, W]; shape: [C, H, W]."""
    channels, height, width = shape
    return torch.from_numpy(values).reshape(-1, height, width, channels).permute(0, 3, 1, 2).contiguous()


def weighted_loss(prediction, target, sample_weights):
    per_sample = ((prediction - target) ** 2).mean(dim=(1, 2, 3))
    return (sample_weights * per_sample).mean(), per_sample


def one_pass(network):
    """(tensors of one forward and backward pass against a random target, names of `adrift`)."""
    shape = shape_of(network)
    x, target = torch.randn(BATCH, *shape), torch.randn(BATCH, *shape)
    timesteps, sample_weights = torch.tensor([7, 913]), torch.tensor([1.0, 0.25])
    conditions = network.random_conditions(BATCH)

    def gradients(dtype):
        network.double() if dtype == torch.float64 else network.float()
        network.zero_grad()
        prediction = network(x.to(dtype), timesteps, conditions)
        loss, per_sample = weighted_loss(prediction, target.to(dtype), sample_weights.to(dtype))
        loss.backward()
        return prediction, loss, per_sample, [parameter.grad.clone() for _, parameter in network.named()]

    exact = dict(zip((name for name, _ in network.named()), gradients(torch.float64)[3]))
    prediction, loss, per_sample, grads = gradients(torch.float32)
    tensors = dict(input=x, timesteps=timesteps, target=target, sample_weights=sample_weights, **conditions)
    tensors |= dict(prediction=prediction, loss=loss, per_sample=per_sample, gradients=flat(grads))
    return tensors, adrift(exact)


def adrift(exact):
    """
    Names of parameters whose gradient is zero up to rounding (the bias of attention's keys; a bias before a
    norm with groups of one channel). AdamW scales the rounding errors up and moves such parameters at random,
    without effect on the prediction: the tests leave them out. exact: gradients in float64.
    """
    largest = max(gradient.abs().max() for gradient in exact.values())
    return [name for name, gradient in exact.items() if gradient.abs().max() < 1e-10 * largest]


def batch_of(seed, step, shape):
    size = BATCH * int(np.prod(shape))
    pictures = 2 * uniforms(seed, step, STREAMS["drawing"], size) - 1
    timesteps = uniform_below(seed, step, STREAMS["timesteps"], 1000, BATCH)
    noise = normals(seed, step, STREAMS["noise"], size)
    return channels_first(pictures, shape), channels_first(noise, shape), torch.from_numpy(timesteps.astype(np.int64))


def rates_of(optimizer, training):
    if training["learning_rate_schedule"] == "cosine":
        return get_cosine_schedule_with_warmup(optimizer, training["warmup_steps"], STEPS)
    return get_constant_schedule_with_warmup(optimizer, training["warmup_steps"])


def train(network, training, seed):
    """Training as in diffusers' example scripts: noise, target, min-SNR, clip, warm-up, AdamW, EMA."""
    scheduler = DDPMScheduler(beta_schedule=training["beta_schedule"], prediction_type=training["prediction_type"])
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=training["learning_rate"], betas=(0.9, 0.999), eps=1e-8, weight_decay=training["weight_decay"]
    )
    rates = rates_of(optimizer, training)
    ema = EMAModel(network.parameters(), decay=training["ema_max_decay"], use_ema_warmup=True, inv_gamma=1.0, power=3 / 4)
    velocity, gamma = training["prediction_type"] == "v_prediction", training["min_snr_gamma"]
    clip = training["gradient_clip"] or float("inf")
    shape = shape_of(network)
    curves = dict(losses=[], gradientNorms=[], learningRates=[], emaDecays=[])
    for step in range(STEPS):
        pictures, noise, timesteps = batch_of(seed, step, shape)
        x = scheduler.add_noise(pictures, noise, timesteps)
        target = scheduler.get_velocity(pictures, noise, timesteps) if velocity else noise
        snr = compute_snr(scheduler, timesteps)
        weights = torch.clamp(snr, max=gamma) / (snr + 1 if velocity else snr) if gamma else torch.ones(BATCH)
        conditions = network.step_conditions(BATCH, seed, step, pictures.numel())
        optimizer.zero_grad()
        loss, _ = weighted_loss(network(x, timesteps, conditions), target, weights)
        loss.backward()
        curves["gradientNorms"].append(torch.nn.utils.clip_grad_norm_(network.parameters(), clip).item())
        curves["learningRates"].append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        rates.step()
        ema.step(network.parameters())
        curves["losses"].append(loss.item())
        curves["emaDecays"].append(ema.cur_decay_value)
    return dict(final=flat(network.parameters()), ema=flat(ema.shadow_params)), curves


@torch.no_grad()
def sample(network, conditions, sampler, beta_schedule, prediction_type, seed):
    """BATCH samples by the network, [B, C, H, W], from the noise of counter_random.py."""
    scheduler = SAMPLERS[sampler](beta_schedule=beta_schedule, prediction_type=prediction_type, timestep_spacing="leading")
    scheduler.set_timesteps(SAMPLE_CALLS)
    shape = shape_of(network)
    size = int(np.prod(shape))
    draws = [normals(seed, s, STREAMS["samples"], size * (SAMPLE_CALLS + 1)).reshape(-1, size) for s in range(BATCH)]
    noises = iter([channels_first(np.stack(rows), shape) for rows in zip(*draws)])
    scheduling_ddpm.randn_tensor = lambda *_, **__: next(noises)
    x = next(noises)
    for t in scheduler.timesteps:
        x = scheduler.step(network(x, t, conditions), t, x).prev_sample
    return x


def in_one_order(file):
    """
    The same .safetensors with sorted metadata: the library writes metadata in a different order every time.
    """
    end = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:end])
    header = {"__metadata__": dict(sorted(header.pop("__metadata__").items())), **header}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + file[end:]


def make_case(path, seed, out):
    training = training_of(path)
    network = seeded_network(path, seed)
    tensors = {"weights": flat(value for _, value in network.named())}
    passed, drifting = one_pass(network)
    tensors |= passed
    conditions = {name: passed[name] for name in ("class_labels", "input_ids", "encoder_hidden_states") if name in passed}
    for sampler in SAMPLERS:
        for schedule in SCHEDULES:
            for prediction in PREDICTIONS:
                drawn = sample(network, conditions, sampler, schedule, prediction, seed)
                tensors[f"samples.{sampler}.{schedule}.{prediction}"] = drawn
    trained, curves = train(network, training, seed)
    versions = VERSIONS | (ENCODER_VERSIONS if network.text_encoder else {})
    facts = dict(
        versions=versions, seed=seed, **network.facts(), training=training, sampleCalls=SAMPLE_CALLS, adrift=drifting, **curves
    )
    metadata = {"madeBy": made_by(versions)} | {key: json.dumps(value, separators=(",", ":")) for key, value in facts.items()}
    file = Path(out) / f"{Path(path).stem}.safetensors"
    tensors = {key: value.detach().float().contiguous() for key, value in (tensors | trained).items()}
    file.write_bytes(in_one_order(save(tensors, metadata)))
    count = sum(parameter.numel() for parameter in network.parameters())
    print(f"{file.name}: {count} parameters, {file.stat().st_size} bytes, losses {curves['losses'][0]:.4f} to {curves['losses'][-1]:.4f}")
    return file


def trajectory(scheduler_class, beta_schedule, prediction_type, spacing, steps=7, size=12, seed=3, sample=5):
    """
    x after every call of a sampler with the exact denoiser of pictures distributed as N(0.6, 0.4^2); the
    noise is that of src/diffusion/sampler.ts.
    """
    scheduler = scheduler_class(beta_schedule=beta_schedule, prediction_type=prediction_type, timestep_spacing=spacing)
    scheduler.set_timesteps(steps)
    draws = normals(seed, sample, STREAMS["samples"], size * (steps + 1)).reshape(steps + 1, size)
    fresh = iter(draws[1:])
    scheduling_ddpm.randn_tensor = lambda *_, **__: torch.from_numpy(next(fresh))[None]
    x, after = torch.from_numpy(draws[0])[None], []
    for t in scheduler.timesteps:
        level = scheduler.alphas_cumprod[t].double()
        surprise = (x.double() - level.sqrt() * 0.6) / (level * 0.16 + 1 - level)
        eps, clean = (1 - level).sqrt() * surprise, 0.6 + level.sqrt() * 0.16 * surprise
        prediction = eps if prediction_type == "epsilon" else level.sqrt() * eps - (1 - level).sqrt() * clean
        x = scheduler.step(prediction.float(), t, x).prev_sample
        after.append(x[0].tolist())
    return {
        "sampler": "ddim" if scheduler_class is DDIMScheduler else "ddpm",
        "schedule": "cosine" if beta_schedule == "squaredcos_cap_v2" else beta_schedule,
        "predictionType": prediction_type,
        "spacing": spacing,
        "timesteps": scheduler.timesteps.tolist(),
        "after": after,
    }


def learning_rates(schedule, *arguments, updates=20):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    rates, seen = schedule(optimizer, *arguments), []
    for _ in range(updates):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        rates.step()
    return seen


def snake_case(config):
    """Fields named as in src/model/unet-config.ts -> the arguments of UNet2DModel."""
    words = lambda key: "".join("_" + c.lower() if c.isupper() else c for c in key)
    return {words(key): value for key, value in config.items()}


def network(channels, layers, down, up, **options):
    """A published configuration, by the channels of its levels and the places of its attention blocks."""
    at = lambda kind, places: [f"Attn{kind}" if i in places else kind for i in range(len(channels))]
    base = dict(
        sampleSize=[32, 32], inChannels=3, outChannels=3, blockOutChannels=channels, layersPerBlock=layers,
        downBlockTypes=at("DownBlock2D", down), upBlockTypes=at("UpBlock2D", up), addAttention=True,
        attentionHeadDim=8, normNumGroups=32, normEps=1e-5, downsamplePadding=1, flipSinToCos=True, freqShift=0,
    )  # fmt: skip
    return base | options


def reference_networks():
    """Published configurations of UNet2DModel, counted."""
    networks = {
        "google/ddpm-cifar10-32": network(
            [128, 256, 256, 256], 2, [1], [2], attentionHeadDim=None, normEps=1e-6, downsamplePadding=0, flipSinToCos=False, freqShift=1
        ),
        "diffusers train_unconditional": network([128, 128, 256, 256, 512, 512], 2, [4], [1], sampleSize=[64, 64]),
        "diffusers course, butterflies": network([64, 128, 128, 256], 2, [2, 3], [0, 1]),
        "diffusers course, MNIST": network([32, 64, 64], 2, [1, 2], [0, 1], sampleSize=[28, 28], inChannels=1, outChannels=1),
        "preset bench": network([32, 64, 64], 2, [2], [0], normNumGroups=8, attentionHeadDim=None),
        "preset small": network([64, 128, 128], 2, [2], [0]),
    }
    return [counted(name, config, unet_of, snake_case(config)) for name, config in networks.items()]


def counted(name, config, unet_class, arguments):
    """A network's number of tensors and parameters, and the digest of its ordered names and shapes."""
    with torch.device("meta"):
        parameters = [[key, list(value.shape)] for key, value in unet_class(arguments).state_dict().items()]
    lines = "".join(f"{key} {','.join(map(str, shape))}\n" for key, shape in parameters)
    return {
        "name": name,
        "config": config,
        "tensors": len(parameters),
        "parameters": sum(int(np.prod(shape)) for _, shape in parameters),
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }


def write_json(name, value, out):
    (Path(out) / f"{name}.json").write_text(json.dumps({"madeBy": made_by(VERSIONS), **value}) + "\n")


def make_tables(out):
    """Tables without a trained network: names of published networks, samplers, learning rates."""
    write_json("networks", {"networks": reference_networks()}, out)
    conditional = lambda fields: unet_of(fields, UNet2DConditionModel)
    counts = [counted(name, config, conditional, config) for name, config in CONDITION_NETWORKS.items()]
    write_json("condition-networks", {"networks": counts}, out)
    combinations = [(c, s, p, t) for t in SPACINGS for c in SAMPLERS.values() for s in SCHEDULES for p in PREDICTIONS]
    write_json("trajectories", {"seed": 3, "sample": 5, "size": 12, "trajectories": [trajectory(*c) for c in combinations]}, out)
    rates = {
        "constant": learning_rates(get_constant_schedule_with_warmup, 6),
        "cosine": learning_rates(get_cosine_schedule_with_warmup, 6, 20),
    }
    write_json("learning-rates", {"warmupSteps": 6, "lastStep": 20, "rates": rates}, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Golden fixtures by real torch and diffusers.")
    parser.add_argument("--config", type=Path, help="config.json of one more case; default: all of interop/configs")
    parser.add_argument("--seed", type=int, default=1, help="of weights, noise, timesteps and pictures; 0..2^32 - 1")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # the same order of additions on every machine
    if arguments.config:
        make_case(arguments.config, arguments.seed, arguments.out)
    else:
        for path in sorted((HERE / "configs").glob("*.json")):
            size = make_case(path, arguments.seed, arguments.out).stat().st_size
            assert size <= 400_000, f"{path.stem} is {size} bytes: a committed case has at most 400,000"
        make_tables(arguments.out)
