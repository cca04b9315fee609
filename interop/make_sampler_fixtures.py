"""Writes test/fixtures/samplers.json: what diffusers' schedulers make of noise, call by call, with the exact
denoiser of pictures distributed as N(0.6, 0.4^2). The noise is that of src/diffusion/sampler.ts.

Not here: DDIM and DDPM with fresh noise (make_fixtures.py).
"""

import itertools
import json
import math
from pathlib import Path

import diffusers
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler

from counter_random import STREAMS, normals

SIZE, SEED, SAMPLE, MEAN, DEVIATION = 12, 3, 5, 0.6, 0.4
SOLVERS = {"dpmpp_2m": DPMSolverMultistepScheduler, "unipc": UniPCMultistepScheduler}
SCHEDULES = {"linear": "linear", "cosine": "squaredcos_cap_v2"}


def denoised(x, signal, sigma):
    """x0 and eps that the best denoiser expects in x = signal x0 + sigma eps."""
    surprise = (x.double() - signal * MEAN) / (signal**2 * DEVIATION**2 + sigma**2)
    return MEAN + signal * DEVIATION**2 * surprise, sigma * surprise


def drawn(scheduler, steps, predict):
    """x after every call. predict(i, t, x): the network's output of call i at timestep t."""
    scheduler.set_timesteps(steps)
    x, after = torch.from_numpy(normals(SEED, SAMPLE, STREAMS["samples"], SIZE)).reshape(1, 3, 2, 2), []
    for i, t in enumerate(scheduler.timesteps):
        x = scheduler.step(predict(i, t, x).float(), t, x).prev_sample
        after.append([round(value, 6) for value in x.flatten().tolist()])
    return after


def of_table(sampler, scheduler, prediction_type, schedule, spacing, clip, steps):
    """A trajectory over the noise levels of a table of alpha-bar."""

    def predict(_, t, x):
        level = float(scheduler.alphas_cumprod[int(t)])
        signal, sigma = math.sqrt(level), math.sqrt(1 - level)
        clean, eps = denoised(x, signal, sigma)
        return eps if prediction_type == "epsilon" else signal * eps - sigma * clean

    after = drawn(scheduler, steps, predict)
    timesteps = [int(t) for t in scheduler.timesteps]
    facts = dict(schedule=schedule, spacing=spacing, clip=clip, timesteps=timesteps, after=after)
    return dict(sampler=sampler, predictionType=prediction_type) | facts


def of_flow(sampler, scheduler, shift, steps):
    """A trajectory over the noise levels of a flow."""

    def predict(i, _, x):
        sigma = float(scheduler.sigmas[i])
        clean, eps = denoised(x, 1 - sigma, sigma)
        return eps - clean

    after = drawn(scheduler, steps, predict)
    sigmas = [float(sigma) for sigma in scheduler.sigmas]
    return dict(sampler=sampler, predictionType="flow_prediction", shift=shift, sigmas=sigmas, after=after)


def trajectories():
    for steps in (4, 7, 20):
        for schedule, prediction_type in itertools.product(SCHEDULES, ("epsilon", "v_prediction")):
            base = dict(beta_schedule=SCHEDULES[schedule], prediction_type=prediction_type)
            for spacing, clip, sampler in itertools.product(("linspace", "trailing", "leading"), (False, True), SOLVERS):
                scheduler = SOLVERS[sampler](**base, timestep_spacing=spacing, thresholding=clip)
                yield of_table(sampler, scheduler, prediction_type, schedule, spacing, clip, steps)
            scheduler = DDIMScheduler(**base, timestep_spacing="trailing")
            yield of_table("ddim", scheduler, prediction_type, schedule, "trailing", True, steps)
        for shift in (1.0, 3.0):
            yield of_flow("euler", FlowMatchEulerDiscreteScheduler(shift=shift), shift, steps)
            for sampler, made in SOLVERS.items():
                options = dict(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift)
                yield of_flow(sampler, made(**options), shift, steps)


if __name__ == "__main__":
    made_by = f"interop/make_sampler_fixtures.py, diffusers {diffusers.__version__}, torch {torch.__version__.split('+')[0]}"
    facts = dict(madeBy=made_by, seed=SEED, sample=SAMPLE, size=SIZE, mean=MEAN, deviation=DEVIATION)
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in trajectories())
    target = Path(__file__).parent.parent / "test" / "fixtures" / "samplers.json"
    target.write_text(f'{json.dumps(facts)[:-1]}, "trajectories": [\n{lines}\n]}}\n')
