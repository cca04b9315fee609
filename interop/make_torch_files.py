"""Writes the small .pt files that test/formats/torch-file.test.ts reads, with torch.save, and one
.safetensors file.

    python3 interop/make_torch_files.py [--out test/fixtures/torch]

contents.json holds the expected content of every file, as torch reads it. Not here: the golden fixtures of
networks and training (make_fixtures.py).
"""

import argparse
import json
import os
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file


def spelled(value):
    """The value as JSON: tensors as dtype, shape and numbers, dicts as lists of pairs, tuples marked."""
    if isinstance(value, torch.Tensor):
        return {
            "tensor": str(value.dtype).removeprefix("torch."),
            "shape": list(value.shape),
            "data": value.detach().to(torch.float32).flatten().tolist(),
        }
    if isinstance(value, dict):
        kind = "ordered" if isinstance(value, OrderedDict) else "dict"
        return {kind: [[key, spelled(item)] for key, item in value.items()]}
    if isinstance(value, tuple):
        return {"tuple": [spelled(item) for item in value]}
    if isinstance(value, list):
        return {"list": [spelled(item) for item in value]}
    if isinstance(value, torch.dtype):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return {"bigint": str(value)}
    return value


def checkpoint():
    """The dict that a training notebook saves, after three steps of AdamW on a network of two layers."""
    unet = torch.nn.Sequential(OrderedDict(conv_in=torch.nn.Conv2d(3, 2, 3), out=torch.nn.Linear(2, 2)))
    optimizer = torch.optim.AdamW(unet.parameters(), lr=1e-3, betas=(0.9, 0.99))
    losses = []
    for _ in range(3):
        loss = sum(parameter.square().sum() for parameter in unet.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {
        "unet": unet.state_dict(),
        "optimizer": optimizer.state_dict(),
        "global_step": 3,
        "epoch": 1,
        "batch_losses": losses,
        "epoch_losses": [sum(losses) / 3],
    }


def plain_values():
    return {
        "none": None,
        "yes": True,
        "no": False,
        "ints": [0, 255, 256, 65535, 65536, -1, -(2**31), 2**31, 2**40, -(2**40), 2**53 - 1, 2**70, -(2**70)],
        "floats": [0.0, -0.0, 1.5, 1e-8, 1e308],
        "text": ["", "a", "müll 🌍", "x" * 300],
        "tuple": (1, (2,), ()),
        "size": torch.Size([2, 3]),
        "dtype": torch.float32,
        7: {"deep": [[[{}]]]},
        "many": list(range(2500)),
    }


def views():
    """Tensors that are views: part of their storage, or in another order than row by row."""
    base = torch.arange(24, dtype=torch.float32)
    grid = base.view(2, 3, 4)
    return {
        "base": base,
        "grid": grid,
        "transposed": grid.permute(2, 0, 1),
        "column": grid[:, 1, 2],
        "every_second": base[1::2],
        "channels_last": torch.arange(16, dtype=torch.float32).view(1, 2, 2, 4).to(memory_format=torch.channels_last),
        "same": base,
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }


def dtypes():
    numbers = torch.tensor([0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 6e-8, 1e-5])
    floats = [torch.float32, torch.float16, torch.bfloat16, torch.float64]
    found = {str(dtype).removeprefix("torch."): numbers.to(dtype) for dtype in floats}
    for dtype in [torch.int64, torch.int32, torch.int16, torch.int8]:
        found[str(dtype).removeprefix("torch.")] = torch.tensor([0, 1, -1, 127, -128]).to(dtype)
    found["uint8"] = torch.tensor([0, 1, 255], dtype=torch.uint8)
    found["bool"] = torch.tensor([True, False, True])
    found["infinite"] = torch.tensor([float("inf"), float("-inf")], dtype=torch.float16)
    return found


class Runs:
    """As in a hostile file: Python calls a function of its choice when it loads this object."""

    def __reduce__(self):
        return os.system, ("true",)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "test/fixtures/torch")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    sound = {
        "checkpoint": checkpoint(),
        "state_dict": torch.nn.GroupNorm(2, 4).state_dict(),
        "values": plain_values(),
        "views": views(),
        "dtypes": dtypes(),
    }
    contents = {"made_with": f"torch {torch.__version__}", "files": {}}
    for name, value in sound.items():
        torch.save(value, out / f"{name}.pt")
        again = torch.load(out / f"{name}.pt", weights_only=True)
        contents["files"][name] = spelled(again)
    # JSON has no infinity.
    dict(contents["files"]["dtypes"]["dict"])["infinite"]["data"] = ["Infinity", "-Infinity"]
    floats = {name: tensor for name, tensor in sound["dtypes"].items() if tensor.is_floating_point()}
    save_file(floats | {"empty": torch.zeros(0, 2)}, out / "dtypes.safetensors", {"made_with": contents["made_with"]})
    torch.save(sound["state_dict"], out / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"weight": torch.ones(2), "more": Runs()}, out / "os_system.pt")
    torch.save({"weight": torch.ones(2, dtype=torch.complex64)}, out / "complex.pt")
    torch.save(torch.nn.Linear(2, 2), out / "whole_module.pt")
    torch.save(sound["state_dict"], out / "protocol_4.pt", pickle_protocol=4)
    torch.jit.save(torch.jit.script(torch.nn.ReLU()), out / "torchscript.pt")
    (out / "contents.json").write_text(json.dumps(contents, allow_nan=False, separators=(",", ":")) + "\n")
    for path in sorted(out.iterdir()):
        print(f"{path.stat().st_size:7} {path.name}")


if __name__ == "__main__":
    main()
