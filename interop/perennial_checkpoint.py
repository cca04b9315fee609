"""Perennial's checkpoints in Python: reads and writes the .safetensors and .pt files that the page exports
and imports (docs/agreement.md), and makes objects of diffusers and torch from them. Not here: training
(continue_training.py).
"""

import hashlib
import json
import os
import pickle
import struct
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from diffusers import DDPMScheduler, UNet2DModel

from run_settings import position_of

FORMAT = "perennial-checkpoint"
VERSION = 1
ADAM = {"betas": (0.9, 0.999), "eps": 1e-8}

_GROUPS = {"weights": "unet.", "ema": "ema.", "exp_avg": "optimizer.exp_avg.", "exp_avg_sq": "optimizer.exp_avg_sq."}
_HISTORY = {"batch_losses": 1, "epoch_losses": 1, "batch_losses_by_quartile": 2}


class CheckpointError(Exception):
    """The file is not a whole Perennial checkpoint; the message names what was expected and what came."""


@dataclass(frozen=True)
class Checkpoint:
    """
    The state of a run at one step. Tensors are float32 on the CPU, by diffusers' names, in state_dict order.
    """

    metadata: dict  # str -> str: `__metadata__` of the .safetensors file without its digest
    weights: dict
    ema: dict
    exp_avg: dict
    exp_avg_sq: dict
    batch_losses: torch.Tensor  # [steps]
    epoch_losses: torch.Tensor  # [completed epochs]
    batch_losses_by_quartile: torch.Tensor  # [steps, 4], NaN where a step had no such timestep
    samples: torch.Tensor | None = None  # uint8 [16, height, width, channels] of this step; no .pt has them

    @property
    def global_step(self):
        return int(self.metadata["global_step"])

    @property
    def epoch(self):
        return int(self.metadata["epoch"])

    @property
    def config(self):
        """The run's settings: RunConfig of src/settings/settings.ts."""
        return json.loads(self.metadata["config"])

    @property
    def dataset(self):
        return json.loads(self.metadata["dataset"])

    @property
    def unet_config(self):
        return json.loads(self.metadata["unet_config"])

    def unet(self, weights="raw"):
        """A diffusers UNet2DModel with the raw or the EMA weights."""
        model = UNet2DModel.from_config(self.unet_config)
        model.load_state_dict(self.ema if weights == "ema" else self.weights)
        return model

    def scheduler(self):
        return DDPMScheduler.from_config(json.loads(self.metadata["scheduler_config"]))

    def optimizer(self, model):
        """torch's AdamW over the model's parameters, with the moments of this checkpoint."""
        optimizer = torch.optim.AdamW(model.parameters(), lr=1.0, weight_decay=self.config["weightDecay"], **ADAM)
        state = {"state": _state_by_index(self), "param_groups": optimizer.state_dict()["param_groups"]}
        optimizer.load_state_dict(state)
        return optimizer


def _state_by_index(checkpoint):
    """
    AdamW's state by parameter number. torch numbers parameters in the order of model.parameters(), which here
    is the order of state_dict. Empty at step 0.
    """
    if checkpoint.global_step == 0:
        return {}
    return {
        i: {
            "step": torch.tensor(float(checkpoint.global_step)),
            "exp_avg": checkpoint.exp_avg[name],
            "exp_avg_sq": checkpoint.exp_avg_sq[name],
        }
        for i, name in enumerate(checkpoint.weights)
    }


def read_checkpoint(path):
    """Reads a .safetensors or .pt checkpoint; the content tells which. Raises CheckpointError."""
    with open(path, "rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
    try:
        return _read_torch(path) if is_zip else _read_safetensors(path)
    except (ValueError, KeyError, TypeError, RuntimeError, pickle.UnpicklingError) as error:
        raise CheckpointError(f"{path}: expected a Perennial checkpoint, got {type(error).__name__}: {error}") from error


def write_checkpoint(checkpoint, path):
    """
    Writes a .pt file where the path ends in .pt, else a .safetensors file. The file is written beside its
    name and then moved, so that a reader never sees half of it.
    """
    draft = Path(f"{path}.part")
    if str(path).endswith(".pt"):
        torch.save(_torch_content(checkpoint), draft)
    else:
        _write_safetensors(draft, *_safetensors_content(checkpoint))
    os.replace(draft, path)


def _checked(checkpoint):
    """
    The checkpoint with its tensors in state_dict order. Raises CheckpointError where names, shapes or lengths
    differ from those of its network and step.
    """
    if checkpoint.metadata.get("format") != FORMAT:
        raise CheckpointError(f"format: expected {FORMAT}, got {checkpoint.metadata.get('format')}")
    if int(checkpoint.metadata["version"]) > VERSION:
        raise CheckpointError(f"version: expected {VERSION} or older, got {checkpoint.metadata['version']}")
    if "unet_config" not in checkpoint.metadata:
        raise CheckpointError("unet_config: not in the metadata. Import the file in today's Perennial and export it again.")
    with torch.device("meta"):
        expected = {k: v.shape for k, v in UNet2DModel.from_config(checkpoint.unet_config).state_dict().items()}
    for group in _GROUPS:
        got = {name: tensor.shape for name, tensor in getattr(checkpoint, group).items()}
        for name in expected.keys() | got.keys():
            if expected.get(name) != got.get(name):
                raise CheckpointError(f"{_GROUPS[group]}{name}: expected {expected.get(name)}, got {got.get(name)}")
    steps = checkpoint.global_step
    samples = checkpoint.samples
    if samples is not None and (samples.dtype != torch.uint8 or samples.dim() != 4 or len(samples) != 16):
        raise CheckpointError(f"samples: expected uint8 [16, height, width, channels], got {samples.dtype} {list(samples.shape)}")
    if len(checkpoint.batch_losses) != steps or checkpoint.batch_losses_by_quartile.shape != (steps, 4):
        raise CheckpointError(f"history.batch_losses: expected {steps}, got {len(checkpoint.batch_losses)}")
    in_order = lambda tensors: {name: tensors[name] for name in expected}
    return replace(checkpoint, **{group: in_order(getattr(checkpoint, group)) for group in _GROUPS})


# ── .safetensors


def _read_safetensors(path):
    metadata, tensors = _safetensors_file(path)
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path}: expected metadata with format {FORMAT}, got {metadata.get('format')}")
    said, found = metadata.pop("content_sha256", None), _content_digest(metadata, tensors)
    if said != found:
        raise CheckpointError(f"{path} was altered: content_sha256 says {said}, its content has {found}")
    part = lambda prefix: {name[len(prefix) :]: t for name, t in tensors.items() if name.startswith(prefix)}
    groups = {group: part(prefix) for group, prefix in _GROUPS.items()}
    history = {name: tensors[f"history.{name}"] for name in _HISTORY}
    return _checked(Checkpoint(metadata, **groups, **history, samples=tensors.get("samples")))


def _safetensors_content(checkpoint):
    """(metadata with its digest, tensors by name in the file's order)."""
    tensors = {}
    for group, prefix in _GROUPS.items():
        tensors |= {prefix + name: tensor for name, tensor in getattr(checkpoint, group).items()}
    tensors |= {f"history.{name}": getattr(checkpoint, name) for name in _HISTORY}
    tensors = {name: tensor.detach().to("cpu", torch.float32).contiguous() for name, tensor in tensors.items()}
    if checkpoint.samples is not None:
        tensors["samples"] = checkpoint.samples.to("cpu").contiguous()
    return checkpoint.metadata | {"content_sha256": _content_digest(checkpoint.metadata, tensors)}, tensors


def as_json(value):
    """Exactly as JavaScript's JSON.stringify writes it: the digest is computed over these characters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _bytes_of(tensor):
    return tensor.numpy().astype("u1" if tensor.dtype == torch.uint8 else "<f4", copy=False).tobytes()


def _content_digest(metadata, tensors):
    """
    SHA-256 over the metadata, sorted by key, and every tensor's name, shape and bytes, in the file's order.
    """
    lines = [as_json([key, metadata[key]]) for key in sorted(metadata)]
    lines += [as_json([name, list(t.shape), hashlib.sha256(_bytes_of(t)).hexdigest()]) for name, t in tensors.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _safetensors_file(path):
    """
    (metadata, tensors in the file's order: float32, and uint8 for `samples`). Not by the safetensors library,
    which sorts by name: the digest depends on the file's order.
    """
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))[0]
        if not 2 <= length <= 16 * 2**20:
            raise CheckpointError(f"{path}: expected a safetensors header of at most 16 MiB, got {length} bytes")
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    metadata, tensors = header.pop("__metadata__", {}), {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, end = entry["data_offsets"]
        kind = "U8" if name == "samples" else "F32"
        if entry["dtype"] != kind or end > len(data):
            raise CheckpointError(f"{name}: expected {kind} within the file, got {entry['dtype']} up to byte {end} of {len(data)}")
        dtype = torch.uint8 if kind == "U8" else torch.float32
        count = (end - start) // dtype.itemsize
        values = torch.frombuffer(data, dtype=dtype, count=count, offset=start) if count else torch.zeros(0)
        tensors[name] = values.reshape(entry["shape"]).clone()
    return metadata, tensors


def _write_safetensors(path, metadata, tensors):
    """Writes the tensors in this order. The safetensors library would change it, and so the digest."""
    header, offset = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        end = offset + tensor.numel() * tensor.itemsize
        dtype = "U8" if tensor.dtype == torch.uint8 else "F32"
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    text = as_json(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(_bytes_of(tensor))


# ── .pt: the keys that training notebooks use (unet, optimizer, ...), and Perennial's beside them


def _torch_content(checkpoint):
    config = checkpoint.config
    with torch.device("meta"):
        optimizer = torch.optim.AdamW(UNet2DModel.from_config(checkpoint.unet_config).parameters(), **ADAM)
    group = optimizer.state_dict()["param_groups"][0]
    group |= {"lr": config["learningRate"], "weight_decay": config["weightDecay"]}
    return {
        "unet": OrderedDict(checkpoint.weights),
        "optimizer": {"state": _state_by_index(checkpoint), "param_groups": [group]},
        "global_step": checkpoint.global_step,
        "epoch": checkpoint.epoch,
        "batch_losses": checkpoint.batch_losses.tolist(),
        "epoch_losses": checkpoint.epoch_losses.tolist(),
        "ema": OrderedDict(checkpoint.ema),
        "batch_losses_by_quartile": checkpoint.batch_losses_by_quartile,
        "perennial_config": dict(checkpoint.metadata),
    }


def _read_torch(path):
    content = torch.load(path, map_location="cpu", weights_only=True)
    if "perennial_config" not in content:
        raise CheckpointError(f"{path}: expected perennial_config, got {sorted(content)}. Import it in Perennial and export it.")
    names, metadata = list(content["unet"]), dict(content["perennial_config"])
    floats = lambda tensors: {name: tensor.float() for name, tensor in tensors.items()}
    state = content["optimizer"]["state"]
    step, epoch = content["global_step"], content["epoch"]
    moments = lambda key: {
        name: state[i][key].float() if state else torch.zeros_like(content["unet"][name]) for i, name in enumerate(names)
    }
    losses = _of_length(torch.tensor(content["batch_losses"], dtype=torch.float32), step)
    quartiles = _of_length(content["batch_losses_by_quartile"], step)
    metadata |= _moved_on(metadata, step, epoch)
    return _checked(
        Checkpoint(
            metadata,
            weights=floats(content["unet"]),
            ema=floats(content["ema"]),
            exp_avg=moments("exp_avg"),
            exp_avg_sq=moments("exp_avg_sq"),
            batch_losses=losses,
            epoch_losses=torch.tensor(content["epoch_losses"], dtype=torch.float32),
            batch_losses_by_quartile=quartiles,
        )
    )


def _of_length(values, length):
    """The first `length` values; NaN for values that another program did not record while it trained."""
    known = values[:length]
    return torch.cat([known, torch.full((length - len(known), *values.shape[1:]), torch.nan)])


def _moved_on(metadata, step, epoch):
    """
    Metadata fields after training by another program: the file's own counters are current, its text is of the
    time of its export.
    """
    config = json.loads(metadata["config"])
    if position_of(config, json.loads(metadata["dataset"])["count"], step)[0] != epoch:
        config["origin"] = {"globalStep": step, "epoch": epoch}
    return {"global_step": str(step), "epoch": str(epoch), "config": as_json(config)}
