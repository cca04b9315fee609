"""A run's state before its first step, computed from its seed as in src/model/init.ts. Not here: training."""

from dataclasses import replace
from math import prod

import numpy as np
import torch

from counter_random import STREAMS, uniforms


def initial_weights(shapes, seed):
    """
    name -> tensor. shapes: name -> shape, in state_dict order. nn.Conv2d and nn.Linear get U(-1, 1) /
    sqrt(fan_in), norms 1 and 0.
    """
    weights, fan_in = {}, 0
    for index, (name, shape) in enumerate(shapes.items()):
        is_weight = name.endswith(".weight")
        if is_weight:  # the bias that follows has the same fan-in; 0 marks a norm
            fan_in = prod(shape[1:]) if len(shape) > 1 else 0
        if fan_in == 0:
            weights[name] = torch.full(tuple(shape), 1.0 if is_weight else 0.0)
            continue
        values = uniforms(seed, index, STREAMS["initialWeights"], prod(shape)).astype(np.float64)
        weights[name] = torch.from_numpy(((2 * values - 1) / np.sqrt(fan_in)).astype(np.float32)).reshape(tuple(shape))
    return weights


def initial_checkpoint(checkpoint):
    """The run of `checkpoint` before its first step."""
    weights = initial_weights({name: tensor.shape for name, tensor in checkpoint.weights.items()}, checkpoint.config["seed"])
    zeros = {name: torch.zeros_like(tensor) for name, tensor in weights.items()}
    start = {"name": "unet_step_0", "global_step": "0", "epoch": "0", "epoch_position": "0"}
    return replace(
        checkpoint,
        metadata=checkpoint.metadata | start,
        weights=weights,
        ema={name: tensor.clone() for name, tensor in weights.items()},
        exp_avg=zeros,
        exp_avg_sq=dict(zeros),
        batch_losses=torch.zeros(0),
        epoch_losses=torch.zeros(0),
        batch_losses_by_quartile=torch.zeros(0, 4),
        samples=None,
    )
