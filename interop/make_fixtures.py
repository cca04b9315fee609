"""Writes test/fixtures/diffusers: what real PyTorch and diffusers compute for three small networks, five AdamW steps
and the two samplers. The TypeScript is held to these numbers. Run it again only to change the claims:
`python interop/make_fixtures.py`. Not here: anything that the app ships.
"""

import hashlib
import json
from pathlib import Path

import diffusers
import diffusers.schedulers.scheduling_ddpm as scheduling_ddpm
import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler, UNet2DModel
from diffusers.optimization import get_constant_schedule_with_warmup, get_cosine_schedule_with_warmup
from diffusers.training_utils import EMAModel, compute_snr
from safetensors.torch import save_file

from counter_random import STREAMS, normals

OUT = Path(__file__).parent.parent / "test" / "fixtures" / "diffusers"
VERSIONS = f"torch {torch.__version__.split('+')[0]}, diffusers {diffusers.__version__}, numpy {np.__version__}"

# Keys as src/model/config.ts. Between them: both attention blocks, one head and heads of 8, both paddings, both orders of
# sine and cosine, one and two layers, with and without middle attention, one and three channels, a picture not square.
# No norm has groups of one channel: the bias before it would have a gradient of pure rounding, which AdamW blows up.
HEADS = dict(
    sampleSize=[8, 8], inChannels=3, outChannels=3, blockOutChannels=[4, 16], layersPerBlock=1,
    downBlockTypes=["DownBlock2D", "AttnDownBlock2D"], upBlockTypes=["AttnUpBlock2D", "UpBlock2D"],
    addAttention=True, attentionHeadDim=8, normNumGroups=2, normEps=1e-5,
    downsamplePadding=1, flipSinToCos=True, freqShift=0,
)  # fmt: skip
CIFAR_LIKE = dict(
    sampleSize=[8, 8], inChannels=3, outChannels=3, blockOutChannels=[4, 8, 8], layersPerBlock=2,
    downBlockTypes=["DownBlock2D", "AttnDownBlock2D", "DownBlock2D"],
    upBlockTypes=["UpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
    addAttention=True, attentionHeadDim=None, normNumGroups=2, normEps=1e-6,
    downsamplePadding=0, flipSinToCos=False, freqShift=1,
)  # fmt: skip
PLAIN = dict(
    sampleSize=[8, 12], inChannels=1, outChannels=1, blockOutChannels=[4, 8], layersPerBlock=1,
    downBlockTypes=["DownBlock2D", "DownBlock2D"], upBlockTypes=["UpBlock2D", "UpBlock2D"],
    addAttention=False, attentionHeadDim=None, normNumGroups=2, normEps=1e-5,
    downsamplePadding=1, flipSinToCos=True, freqShift=0,
)  # fmt: skip


def unet_of(config):
    snake = {"".join("_" + c.lower() if c.isupper() else c for c in key): value for key, value in config.items()}
    for kind in ("down", "up"):  # AttnDownBlock2D and DownBlock2D by their own names
        snake[f"{kind}_block_types"] = tuple(snake[f"{kind}_block_types"])
    snake["block_out_channels"] = tuple(snake["block_out_channels"])
    snake["sample_size"] = tuple(snake["sample_size"])
    return UNet2DModel(**snake)


def seeded_unet(config, seed):
    """PyTorch's own initialisation, with norms moved off 1 and 0 so that swapping them would show."""
    torch.manual_seed(seed)
    unet = unet_of(config)
    with torch.no_grad():
        for name, parameter in unet.named_parameters():
            if "norm" in name:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return unet


def parameter_list(unet):
    return [[name, list(value.shape)] for name, value in unet.state_dict().items()]


def save(name, tensors, **metadata):
    metadata = {key: value if isinstance(value, str) else json.dumps(value) for key, value in metadata.items()}
    path = OUT / f"{name}.safetensors"
    save_file({key: value.detach().contiguous().float() for key, value in tensors.items()}, path, {"madeBy": VERSIONS, **metadata})
    size = path.stat().st_size
    assert size < 400_000, f"{path} is {size} bytes"
    print(f"{path.name}: {size} bytes")


def weighted_loss(prediction, target, sample_weights):
    per_sample = ((prediction - target) ** 2).mean(dim=(1, 2, 3))
    return (sample_weights * per_sample).mean(), per_sample


def forward_and_gradients(name, config, seed):
    """One network: input, prediction, loss against a random target, gradient of every parameter. Pictures are NCHW."""
    unet = seeded_unet(config, seed)
    batch, shape = 2, (config["inChannels"], *config["sampleSize"])
    x, target = torch.randn(batch, *shape), torch.randn(batch, *shape)
    timesteps, sample_weights = torch.tensor([7, 913]), torch.tensor([1.0, 0.25])
    prediction = unet(x, timesteps).sample
    loss, per_sample = weighted_loss(prediction, target, sample_weights)
    loss.backward()
    tensors = {"input": x, "timesteps": timesteps, "target": target, "sample_weights": sample_weights}
    tensors |= {"prediction": prediction, "loss": loss, "per_sample": per_sample}
    tensors |= {f"weights.{key}": value for key, value in unet.named_parameters()}
    tensors |= {f"gradients.{key}": value.grad for key, value in unet.named_parameters()}
    save(name, tensors, config=config, parameters=parameter_list(unet))


def five_steps(name, config, seed):
    """Five steps of a training script: v prediction, cosine noise, min-SNR 5, clip, warm-up, AdamW, EMA with warm-up."""
    unet = seeded_unet(config, seed)
    settings = dict(learningRate=2e-3, warmupSteps=3, weightDecay=0.01, gradientClip=0.5, emaMaxDecay=0.9999, minSnrGamma=5)
    first = {f"first.{key}": value.detach().clone() for key, value in unet.named_parameters()}
    scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    optimizer = torch.optim.AdamW(
        unet.parameters(), lr=settings["learningRate"], betas=(0.9, 0.999), eps=1e-8, weight_decay=settings["weightDecay"]
    )
    rates = get_constant_schedule_with_warmup(optimizer, settings["warmupSteps"])
    ema = EMAModel(unet.parameters(), decay=settings["emaMaxDecay"], use_ema_warmup=True, inv_gamma=1.0, power=3 / 4)
    steps, batch, shape = 5, 4, (config["inChannels"], *config["sampleSize"])
    pictures, noise = torch.rand(steps, batch, *shape) * 2 - 1, torch.randn(steps, batch, *shape)
    timesteps = torch.randint(0, 1000, (steps, batch))
    losses, norms, learning_rates, decays = [], [], [], []
    for step in range(steps):
        x = scheduler.add_noise(pictures[step], noise[step], timesteps[step])
        target = scheduler.get_velocity(pictures[step], noise[step], timesteps[step])
        snr = compute_snr(scheduler, timesteps[step])
        weights = torch.clamp(snr, max=settings["minSnrGamma"]) / (snr + 1)
        loss, _ = weighted_loss(unet(x, timesteps[step]).sample, target, weights)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(unet.parameters(), settings["gradientClip"]).item())
        learning_rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        rates.step()
        optimizer.zero_grad()
        ema.step(unet.parameters())
        losses.append(loss.item())
        decays.append(ema.cur_decay_value)
    names = [key for key, _ in unet.named_parameters()]
    states = [optimizer.state[parameter] for parameter in unet.parameters()]
    tensors = {"pictures": pictures, "noise": noise, "timesteps": timesteps, **first}
    tensors |= {f"weights.{key}": value for key, value in unet.named_parameters()}
    tensors |= {f"ema.{key}": value for key, value in zip(names, ema.shadow_params)}
    tensors |= {f"expAvg.{key}": state["exp_avg"] for key, state in zip(names, states)}
    tensors |= {f"expAvgSq.{key}": state["exp_avg_sq"] for key, state in zip(names, states)}
    curves = dict(losses=losses, gradientNorms=norms, learningRates=learning_rates, emaDecays=decays)
    save(name, tensors, config=config, parameters=parameter_list(unet), settings=settings, **curves)


def trajectory(scheduler_class, beta_schedule, prediction_type, steps=7, size=12, seed=3, sample=5):
    """x after every call for pictures N(0.6, 0.4^2) and their best denoiser; noise of src/diffusion/sampler.ts."""
    scheduler = scheduler_class(beta_schedule=beta_schedule, prediction_type=prediction_type)
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


def network(channels, layers, down, up, **options):
    """A reference network of numbers.md by the places of its attention blocks."""
    at = lambda kind, places: [f"Attn{kind}" if i in places else kind for i in range(len(channels))]
    base = dict(
        sampleSize=[32, 32], inChannels=3, outChannels=3, blockOutChannels=channels, layersPerBlock=layers,
        downBlockTypes=at("DownBlock2D", down), upBlockTypes=at("UpBlock2D", up), addAttention=True,
        attentionHeadDim=8, normNumGroups=32, normEps=1e-5, downsamplePadding=1, flipSinToCos=True, freqShift=0,
    )  # fmt: skip
    return base | options


def reference_networks():
    """Count and digest of the ordered names and shapes of the published configurations, on the meta device."""
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
    made = []
    for name, config in networks.items():
        with torch.device("meta"):
            parameters = parameter_list(unet_of(config))
        lines = "".join(f"{key} {','.join(map(str, shape))}\n" for key, shape in parameters)
        made.append({
            "name": name,
            "config": config,
            "tensors": len(parameters),
            "parameters": sum(int(np.prod(shape)) for _, shape in parameters),
            "sha256": hashlib.sha256(lines.encode()).hexdigest(),
        })  # fmt: skip
    return made


def write_json(name, value):
    (OUT / f"{name}.json").write_text(json.dumps({"madeBy": VERSIONS, **value}) + "\n")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    forward_and_gradients("unet-heads", HEADS, 1)
    forward_and_gradients("unet-cifar-like", CIFAR_LIKE, 2)
    forward_and_gradients("unet-plain", PLAIN, 3)
    five_steps("five-steps", PLAIN, 4)
    write_json("networks", {"networks": reference_networks()})
    combinations = [
        (cls, schedule, prediction)
        for cls in (DDIMScheduler, DDPMScheduler)
        for schedule in ("linear", "squaredcos_cap_v2")
        for prediction in ("epsilon", "v_prediction")
    ]
    write_json("trajectories", {"seed": 3, "sample": 5, "size": 12, "trajectories": [trajectory(*c) for c in combinations]})
    rates = {
        "constant": learning_rates(get_constant_schedule_with_warmup, 6),
        "cosine": learning_rates(get_cosine_schedule_with_warmup, 6, 20),
    }
    write_json("learning-rates", {"warmupSteps": 6, "lastStep": 20, "rates": rates})
