"""A run's state before its first step, computed from its seed as in src/model/init.ts. Not here: training."""

from dataclasses import replace
from math import prod

import numpy as np
import torch

from counter_random import STREAMS, normals, uniforms


def initial_weights(shapes, seed):
    """
    name -> tensor. shapes: name -> shape, in state_dict order, a text encoder's with `text_encoder.` before
    the name. nn.Conv2d and nn.Linear get U(-1, 1) / sqrt(fan_in), a cross-attention's values and output three
    times that; norms 1 and 0; a table of classes and the encoder normals.
    """
    weights, fan_in = {}, 0
    for index, (name, shape) in enumerate(shapes.items()):
        is_weight = name.endswith(".weight")
        if is_weight:  # the bias that follows has the same fan-in; 0 marks a norm
            fan_in = prod(shape[1:]) if len(shape) > 1 else 0
        std = normal_std(name, shapes)
        if std is not None:
            values = normals(seed, index, STREAMS["initialWeights"], prod(shape)).astype(np.float64) * std
        elif fan_in == 0:
            values = np.full(prod(shape), 1.0 if is_weight else 0.0)
        else:
            values = uniforms(seed, index, STREAMS["initialWeights"], prod(shape)).astype(np.float64)
            values = (2 * values - 1) * (text_gain(name) / np.sqrt(fan_in))
        weights[name] = torch.from_numpy(values.astype(np.float32)).reshape(tuple(shape))
    return weights


def text_gain(name):
    """How much larger than PyTorch's the weights start that carry a text into the UNet."""
    return 3 if name.endswith((".attn2.to_v.weight", ".attn2.to_out.0.weight")) else 1


def normal_std(name, shapes):
    """The standard deviation of the normal that a parameter starts from; None where it starts from none."""
    if not name.startswith("text_encoder."):
        is_table = name == "class_embedding.weight" and "class_embedding.bias" not in shapes
        return 1.0 if is_table else None
    if "layer_norm" in name:
        return None
    if name.endswith(".bias"):
        return 0.0
    if name.endswith("_embedding.weight"):
        return 0.5 if "token" in name else 0.02
    width = shapes["text_encoder.token_embedding.weight"][1]
    layers = sum(one.endswith(".layer_norm1.weight") for one in shapes)
    if name.endswith(".out_proj.weight"):
        return width**-0.5
    if name.endswith(".fc1.weight"):
        return (2 * width) ** -0.5
    return width**-0.5 * (2 * layers) ** -0.5  # k_proj, v_proj, q_proj, fc2


def initial_checkpoint(checkpoint):
    """The run of `checkpoint` before its first step."""
    weights = initial_weights({name: tensor.shape for name, tensor in checkpoint.weights.items()}, checkpoint.config["seed"])
    zeros = {name: torch.zeros_like(tensor) for name, tensor in weights.items()}
    start = {"name": "unet_step_0", "global_step": "0", "epoch": "0", "epoch_position": "0"}
    # Steps that were skipped since then have not been.
    metadata = {key: value for key, value in checkpoint.metadata.items() if key != "loss_scale"}
    return replace(
        checkpoint,
        metadata=metadata | start,
        weights=weights,
        ema={name: tensor.clone() for name, tensor in weights.items()},
        exp_avg=zeros,
        exp_avg_sq=dict(zeros),
        batch_losses=torch.zeros(0),
        epoch_losses=torch.zeros(0),
        batch_losses_by_quartile=torch.zeros(0, 4),
        samples=None,
    )
