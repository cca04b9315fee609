"""Perennial's checkpoints in Python: reads and writes the .safetensors and .pt files that the page exports
and imports (docs/agreement.md), reads the diffusers folder that it exports, and makes objects of diffusers
and torch from them. Not here: training (continue_training.py).
"""

import hashlib
import json
import os
import pickle
import struct
import tempfile
import zipfile
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from diffusers import DDPMScheduler
from safetensors.torch import load_file

from run_settings import position_of
from text_network import TEXT_ENCODER, TextNetwork, clip_name, encoder_name, load_weights, named_parameters, text_encoder_of, unet_of

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
    The state of a run at one step. Tensors are float32 on the CPU, by diffusers' names, in state_dict order;
    after them, with `text_encoder.` before the name, those of the text encoder of a run with words.
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
    def skipped_steps(self):
        """Steps of mixed precision that were not applied, and that the optimizer does not count."""
        return json.loads(self.metadata.get("loss_scale", "{}")).get("skipped", 0)

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

    @property
    def text_encoder_config(self):
        """config.json of the CLIPTextModel; None: the model knows no words."""
        text = self.metadata.get("text_encoder_config")
        return None if text is None else json.loads(text)

    @property
    def classes(self):
        """Names of the classes, each by its number; None: the network draws by no class."""
        return None if self.unet_config.get("num_class_embeds") is None else json.loads(self.metadata["classes"])

    def network(self, weights="raw"):
        """
        The UNet of diffusers, or a TextNetwork where the model knows words, with the raw or the EMA weights.
        """
        return load_weights(_network_of(self), self.ema if weights == "ema" else self.weights)

    def scheduler(self):
        return DDPMScheduler.from_config(json.loads(self.metadata["scheduler_config"]))

    def optimizer(self, model):
        """torch's AdamW over the model's parameters, with the moments of this checkpoint."""
        optimizer = torch.optim.AdamW(model.parameters(), lr=1.0, weight_decay=self.config["weightDecay"], **ADAM)
        state = {"state": _state_by_index(self), "param_groups": optimizer.state_dict()["param_groups"]}
        optimizer.load_state_dict(state)
        return optimizer


def _network_of(checkpoint):
    unet, encoder = unet_of(checkpoint.unet_config), checkpoint.text_encoder_config
    return unet if encoder is None else TextNetwork(unet, text_encoder_of(encoder))


def _state_by_index(checkpoint):
    """
    AdamW's state by parameter number. torch numbers parameters in the order of model.parameters(), which here
    is the order of state_dict. Empty at step 0.
    """
    if checkpoint.global_step == 0:
        return {}
    return {
        i: {
            "step": torch.tensor(float(checkpoint.global_step - checkpoint.skipped_steps)),
            "exp_avg": checkpoint.exp_avg[name],
            "exp_avg_sq": checkpoint.exp_avg_sq[name],
        }
        for i, name in enumerate(checkpoint.weights)
    }


def read_checkpoint(path):
    """
    Reads a .safetensors or .pt checkpoint, or a diffusers folder or its zip; the content tells which. Raises
    CheckpointError.
    """
    try:
        if Path(path).is_dir():
            return _read_folder(Path(path))
        if not zipfile.is_zipfile(path):
            return _read_safetensors(path)
        archive = zipfile.ZipFile(path)
        if "model_index.json" not in archive.namelist():
            return _read_torch(path)
        with tempfile.TemporaryDirectory() as folder:
            archive.extractall(folder)
            return _read_folder(Path(folder))
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
    _check_classes(checkpoint)
    with torch.device("meta"):
        expected = {name: values.shape for name, values in named_parameters(_network_of(checkpoint))}
    for group in _GROUPS:
        got = {name: tensor.shape for name, tensor in getattr(checkpoint, group).items()}
        for name in expected.keys() | got.keys():
            if expected.get(name) != got.get(name):
                raise CheckpointError(f"{_tensor_name(group, name)}: expected {expected.get(name)}, got {got.get(name)}")
    steps = checkpoint.global_step
    samples = checkpoint.samples
    if samples is not None and (samples.dtype != torch.uint8 or samples.dim() != 4 or len(samples) != 16):
        raise CheckpointError(f"samples: expected uint8 [16, height, width, channels], got {samples.dtype} {list(samples.shape)}")
    if len(checkpoint.batch_losses) != steps or checkpoint.batch_losses_by_quartile.shape != (steps, 4):
        raise CheckpointError(f"history.batch_losses: expected {steps}, got {len(checkpoint.batch_losses)}")
    in_order = lambda tensors: {name: tensors[name] for name in expected}
    return replace(checkpoint, **{group: in_order(getattr(checkpoint, group)) for group in _GROUPS})


def _check_classes(checkpoint):
    rows = checkpoint.unet_config.get("num_class_embeds")
    if rows is None:
        return
    names = json.loads(checkpoint.metadata.get("classes", "null"))
    if not isinstance(names, list) or not 1 <= len(set(names)) == len(names) <= rows:
        raise CheckpointError(f"classes: expected 1 to {rows} different names, as the network has, got {str(names)[:64]}")


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
    groups["weights"] |= {name: t for name, t in tensors.items() if name.startswith(TEXT_ENCODER)}
    history = {name: tensors[f"history.{name}"] for name in _HISTORY}
    return _checked(Checkpoint(metadata, **groups, **history, samples=tensors.get("samples")))


def _tensor_name(group, name):
    """Of the raw weights only the UNet's have a prefix; the encoder's names have their owner in them."""
    return name if group == "weights" and name.startswith(TEXT_ENCODER) else _GROUPS[group] + name


def _safetensors_content(checkpoint):
    """(metadata with its digest, tensors by name in the file's order)."""
    tensors = {}
    for group in _GROUPS:
        tensors |= {_tensor_name(group, name): tensor for name, tensor in getattr(checkpoint, group).items()}
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


# ── the folder of diffusers that the page exports


def _read_folder(folder):
    """
    The run of an exported folder before its first step, from the folder's weights: there is nothing else in
    it.
    """
    about = folder / "perennial.json"
    if not about.is_file():
        raise CheckpointError(f"{folder}: expected perennial.json, as the page exports it. Import the folder in Perennial and export it.")
    metadata = json.loads(about.read_text())
    config = json.loads(metadata["config"]) | {"origin": None}
    start = {"name": "unet_step_0", "global_step": "0", "epoch": "0", "epoch_position": "0", "config": as_json(config)}
    weights = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    if (encoder := folder / "text_encoder" / "model.safetensors").is_file():
        weights |= {encoder_name(name): tensor for name, tensor in load_file(encoder).items()}
    zeros = lambda: {name: torch.zeros_like(tensor) for name, tensor in weights.items()}
    return _checked(
        Checkpoint(
            metadata | start,
            weights=weights,
            ema={name: tensor.clone() for name, tensor in weights.items()},
            exp_avg=zeros(),
            exp_avg_sq=zeros(),
            batch_losses=torch.zeros(0),
            epoch_losses=torch.zeros(0),
            batch_losses_by_quartile=torch.zeros(0, 4),
        )
    )


# ── .pt: the keys that training notebooks use (unet, optimizer, ...; with words unet_state_dict, ...), and
# Perennial's beside them


def _torch_content(checkpoint):
    config = checkpoint.config
    with torch.device("meta"):
        optimizer = torch.optim.AdamW(_network_of(checkpoint).parameters(), **ADAM)
    group = optimizer.state_dict()["param_groups"][0]
    group |= {"lr": config["learningRate"], "weight_decay": config["weightDecay"]}
    keys = _keys(checkpoint.text_encoder_config is not None)
    return {
        **_split(checkpoint.weights, keys["weights"]),
        keys["optimizer"]: {"state": _state_by_index(checkpoint), "param_groups": [group]},
        "global_step": checkpoint.global_step,
        "epoch": checkpoint.epoch,
        "batch_losses": checkpoint.batch_losses.tolist(),
        "epoch_losses": checkpoint.epoch_losses.tolist(),
        **_split(checkpoint.ema, keys["ema"]),
        "batch_losses_by_quartile": checkpoint.batch_losses_by_quartile,
        "perennial_config": dict(checkpoint.metadata),
    }


def _keys(has_words):
    """The keys of a .pt: of the networks first the UNet's, then the text encoder's where there is one."""
    if not has_words:
        return {"weights": ["unet"], "ema": ["ema"], "optimizer": "optimizer"}
    both = ["unet_state_dict", "text_encoder_state_dict"]
    return {"weights": both, "ema": [f"ema_{key}" for key in both], "optimizer": "optimizer_state_dict"}


def _split(tensors, keys):
    """The state_dicts of the networks, each by its own library's names."""
    unet = OrderedDict((name, t) for name, t in tensors.items() if not name.startswith(TEXT_ENCODER))
    encoder = OrderedDict((clip_name(name), t) for name, t in tensors.items() if name.startswith(TEXT_ENCODER))
    return dict(zip(keys, (unet, encoder)))


def _joined(content, keys):
    """name in a checkpoint -> float32 tensor, of the state_dicts under these keys."""
    unet, *encoder = (content[key] for key in keys)
    own = {encoder_name(name): tensor.float() for one in encoder for name, tensor in one.items()}
    return {name: tensor.float() for name, tensor in unet.items()} | own


def _read_torch(path):
    content = torch.load(path, map_location="cpu", weights_only=True)
    if "perennial_config" not in content:
        raise CheckpointError(f"{path}: expected perennial_config, got {sorted(content)}. Import it in Perennial and export it.")
    metadata = dict(content["perennial_config"])
    keys = _keys("text_encoder_config" in metadata)
    weights = _joined(content, keys["weights"])
    state = content[keys["optimizer"]]["state"]
    step, epoch = content["global_step"], content["epoch"]
    moments = lambda key: {
        name: state[i][key].float() if state else torch.zeros_like(tensor) for i, (name, tensor) in enumerate(weights.items())
    }
    losses = _of_length(torch.tensor(content["batch_losses"], dtype=torch.float32), step)
    quartiles = _of_length(content["batch_losses_by_quartile"], step)
    metadata |= _moved_on(metadata, step, epoch)
    return _checked(
        Checkpoint(
            metadata,
            weights=weights,
            ema=_joined(content, keys["ema"]),
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
