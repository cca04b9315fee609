"""Trains the benchmark's network in PyTorch (diffusers' UNet2DModel): the native speed to compare a browser
with. Prints one JSON object per line: the machine, its measured peaks, then each variant (eager,
torch.compile, TF32, AMP). `python bench/torch_baseline.py --preset bench --batch 4 [--device cuda]
[--quick]`. Not here: the comparison (torch.ts).
"""

import argparse
import json
import statistics
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import diffusers
import torch
from diffusers import UNet2DModel

NETWORKS = Path(__file__).parent / "networks.json"
TIMESTEPS = 1000

# name, compiled, TF32 allowed, bfloat16 by autocast. `f32` is float32 throughout: PyTorch's default lets
# cuDNN use TF32.
VARIANTS = [
    ("eager f32", False, False, False),
    ("compile f32", True, False, False),
    ("eager tf32", False, True, False),
    ("compile tf32", True, True, False),
    ("eager amp", False, True, True),
    ("compile amp", True, True, True),
]


def emit(**row):
    print(json.dumps(row), flush=True)


def pick_device(name):
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize()
    elif device.type == "mps":
        torch.mps.synchronize()


def allow_tf32(allowed):
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed


def network_of(preset):
    config = {key: value for key, value in json.loads(NETWORKS.read_text())[preset].items() if key != "parameters"}
    return UNet2DModel(**{key: tuple(value) if isinstance(value, list) else value for key, value in config.items()})


class Trainer:
    """Makes the same whole step as Perennial: noise, UNet, loss, backward, gradient clip, AdamW, EMA."""

    def __init__(self, preset, batch, device, compiled, autocast):
        torch.manual_seed(0)
        model = network_of(preset).to(device)
        if autocast:
            model = model.to(memory_format=torch.channels_last)
        self.parameters = list(model.parameters())
        self.ema = [parameter.detach().clone() for parameter in self.parameters]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=2e-4, weight_decay=1e-6)
        self.forward = torch.compile(model) if compiled else model
        self.autocast = torch.autocast(device.type, torch.bfloat16) if autocast else nullcontext()
        size = model.config.sample_size
        self.pictures = torch.rand(batch, model.config.in_channels, size[0], size[1], device=device) * 2 - 1
        betas = torch.linspace(1e-4, 0.02, TIMESTEPS, device=device)
        self.alpha_bar = torch.cumprod(1 - betas, 0)

    def step(self):
        x = self.pictures
        noise = torch.randn_like(x)
        timesteps = torch.randint(0, TIMESTEPS, (x.shape[0],), device=x.device)
        level = self.alpha_bar[timesteps].view(-1, 1, 1, 1)
        with self.autocast:
            prediction = self.forward(level.sqrt() * x + (1 - level).sqrt() * noise, timesteps).sample
        loss = torch.nn.functional.mse_loss(prediction.float(), noise)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.ema, self.parameters, 1e-4)
        return loss.detach()


def measure(trainer, batch, device, seconds, warm_up):
    """
    Images per second with steps queued freely, and the median time of steps that are waited for one by one.
    """
    started = time.perf_counter()
    first = trainer.step().item()
    compile_seconds = time.perf_counter() - started
    for _ in range(warm_up):
        trainer.step()
    synchronize(device)
    steps, started = 0, time.perf_counter()
    while steps < 2 or time.perf_counter() - started < seconds:
        for _ in range(1 if device.type == "cpu" else 10):
            loss = trainer.step()
            steps += 1
        synchronize(device)
    images_per_second = steps * batch / (time.perf_counter() - started)
    times, started = [], time.perf_counter()
    while len(times) < 2 or time.perf_counter() - started < seconds / 2:
        begun = time.perf_counter()
        trainer.step().item()
        times.append((time.perf_counter() - begun) * 1000)
    last = loss.item()
    if not last < 2 * first:
        raise RuntimeError(f"the loss went from {first} to {last}: this variant does not learn")
    return dict(
        images_per_second=round(images_per_second, 2),
        step_ms=round(statistics.median(times), 3),
        first_step_seconds=round(compile_seconds, 1),
        first_loss=round(first, 5),
        last_loss=round(last, 5),
    )


def best_seconds(work, device, repeats=5):
    work()
    synchronize(device)
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        for _ in range(3):
            work()
        synchronize(device)
        best = min(best, (time.perf_counter() - started) / 3)
    return best


def measure_peaks(device):
    """
    Rates of a large matrix product and of a large copy (read and write counted): the device's practical
    peaks.
    """
    size = 1024 if device.type == "cpu" else 8192
    bytes_copied = 2**28 if device.type == "cpu" else 2**30

    def product(dtype):
        a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
        return 2 * size**3 / best_seconds(lambda: a @ b, device)

    allow_tf32(False)
    peaks = dict(matmul_f32=product(torch.float32))
    if device.type == "cuda":
        allow_tf32(True)
        peaks["matmul_tf32"] = product(torch.float32)
        allow_tf32(False)
    peaks["matmul_bf16"] = product(torch.bfloat16)
    source = torch.empty(bytes_copied, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    seconds = best_seconds(lambda: target.copy_(source), device)
    emit(
        row="torch_peak",
        **{f"{name}_flops_per_second": round(value) for name, value in peaks.items()},
        copy_bytes_per_second=round(2 * bytes_copied / seconds),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="bench", choices=json.loads(NETWORKS.read_text()))
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--device", default="auto", help="auto, cuda, mps, cpu")
    parser.add_argument("--quick", action="store_true", help="a second a variant instead of four")
    parser.add_argument("--variants", default="", help="names separated by commas; default: all that the device has")
    arguments = parser.parse_args()
    device = pick_device(arguments.device)
    cuda = device.type == "cuda"
    emit(
        row="torch_machine",
        torch=torch.__version__,
        diffusers=diffusers.__version__,
        device=torch.cuda.get_device_name(device) if cuda else device.type,
        threads=torch.get_num_threads(),
        preset=arguments.preset,
        batch=arguments.batch,
    )
    measure_peaks(device)
    wanted = [name for name in arguments.variants.split(",") if name]
    for name, compiled, tf32, autocast in VARIANTS:
        # TF32 exists on NVIDIA GPUs only, and compiling for a processor takes minutes: both only on request.
        left_out = name not in wanted if wanted else not cuda and (tf32 and not autocast or compiled and device.type == "cpu")
        if left_out:
            continue
        allow_tf32(tf32 and cuda)
        torch.compiler.reset()
        row = dict(row="torch", variant=name, batch=arguments.batch)
        try:
            trainer = Trainer(arguments.preset, arguments.batch, device, compiled, autocast)
            seconds, warm_up = 1 if arguments.quick else 4, 10 if cuda else 1
            emit(**row, **measure(trainer, arguments.batch, device, seconds, warm_up))
        except Exception as error:  # A variant that fails (no compiler, say) does not stop the others.
            emit(**row, error=f"{type(error).__name__}: {str(error).splitlines()[0][:300]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
