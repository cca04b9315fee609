"""The networks of the golden cases: a UNet of diffusers, alone or after a CLIPTextModel of transformers that
is trained with it, and what it reads beside pictures and timesteps. Not here: what is computed with it
(make_fixtures.py)."""

import json
from pathlib import Path

import torch
import transformers
from diffusers import UNet2DConditionModel, UNet2DModel
from transformers import CLIPTextConfig, CLIPTextModel

from counter_random import STREAMS, normals, uniform_below

# Versions beside make_fixtures.py's, of a case with an encoder.
ENCODER_VERSIONS = {"transformers": transformers.__version__}
CLASSES = {one.__name__: one for one in (UNet2DModel, UNet2DConditionModel)}
# Rows of encoder_hidden_states where no encoder of the case makes them.
CONTEXT_ROWS = 5


def read_network_config(path):
    """
    (class, UNet's arguments, options that begin with `_`) of a config.json. `_class_name` is UNet2DModel
    where it is missing; `_text_encoder` is the config.json of an encoder, `_text_length` the tokens of a
    text, the encoder's max_position_embeddings where it is missing.
    """
    fields = json.loads(Path(path).read_text())
    name = fields.get("_class_name", "UNet2DModel")
    if name not in CLASSES:
        raise SystemExit(f"{path}: _class_name is {name}; it may be {' or '.join(CLASSES)}")
    if fields.get("sample_size") is None:
        raise SystemExit(f"{path}: sample_size is missing: a pixel count, or [height, width]")
    options = {key: value for key, value in fields.items() if key.startswith("_")}
    arguments = {key: value for key, value in fields.items() if not key.startswith("_")}
    return CLASSES[name], arguments, options


def unet_of(fields, unet_class=UNet2DModel):
    return unet_class(**{key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()})


class Network(torch.nn.Module):
    """Predicts from pictures [B, C, H, W], timesteps [B] or one, and conditions by name."""

    def __init__(self, unet, text_encoder=None, text_length=None):
        super().__init__()
        self.unet, self.text_encoder = unet, text_encoder
        # UNet2DModel embeds classes as timesteps in float32, whatever its own type.
        unet.time_proj.register_forward_hook(lambda _, __, waves: waves.to(unet.dtype))
        self._text_length = text_length or (text_encoder and text_encoder.config.max_position_embeddings)

    def forward(self, x, timesteps, conditions):
        given = {name: value.to(x.dtype) if value.is_floating_point() else value for name, value in conditions.items()}
        if self.text_encoder is not None:
            given["encoder_hidden_states"] = self.text_encoder(given.pop("input_ids")).last_hidden_state
        elif isinstance(self.unet, UNet2DConditionModel):
            given.setdefault("encoder_hidden_states", None)
        return self.unet(x, timesteps, **given).sample

    def named(self):
        """(name, parameter), the UNet's first; the encoder's as in a checkpoint (docs/agreement.md)."""
        own = [(name, value) for name, value in self.unet.named_parameters()]
        assert [name for name, _ in own] == list(self.unet.state_dict()), "a buffer among the parameters"
        if self.text_encoder is None:
            return own
        return own + [(encoder_name(name), value) for name, value in self.text_encoder.named_parameters()]

    def facts(self):
        """Config and parameters for the metadata of a case."""
        config = {key: value for key, value in self.unet.config.items() if not key.startswith("_")}
        facts = {"config": {"_class_name": type(self.unet).__name__, **config}}
        facts["parameters"] = [[name, list(value.shape)] for name, value in self.named()]
        if self.text_encoder is not None:
            facts["textEncoder"] = json.loads(self.text_encoder.config.to_json_string(use_diff=False))
        return facts

    def conditions(self, batch, whole, real):
        """
        What the UNet reads beside pictures and timesteps. whole(name, below, shape) and real(name, shape)
        draw int64 below a limit and float32.
        """
        config, made = self.unet.config, {}
        kind, embedding = config.class_embed_type, 4 * config.block_out_channels[0]
        if kind == "timestep":
            made["class_labels"] = whole("class_labels", 1000, (batch,))
        elif kind == "identity":
            made["class_labels"] = real("class_labels", (batch, embedding))
        elif kind is not None:
            made["class_labels"] = real("class_labels", (batch, config.projection_class_embeddings_input_dim))
        elif config.num_class_embeds is not None:
            made["class_labels"] = whole("class_labels", config.num_class_embeds, (batch,))
        if self.text_encoder is not None:
            made["input_ids"] = whole("input_ids", self.text_encoder.config.vocab_size, (batch, self._text_length))
        elif (width := self._context_width()) is not None:
            made["encoder_hidden_states"] = real("encoder_hidden_states", (batch, self._text_length or CONTEXT_ROWS, width))
        return made

    def _context_width(self):
        """Channels of encoder_hidden_states; None where no block reads them."""
        read = [value.shape[1] for name, value in self.unet.named_parameters() if name.endswith(".attn2.to_k.weight")]
        return (self.unet.config.encoder_hid_dim or read[0]) if read else None

    def random_conditions(self, batch):
        """By torch's generator."""
        return self.conditions(batch, lambda _, below, shape: torch.randint(below, shape), lambda _, shape: torch.randn(shape))

    def step_conditions(self, batch, seed, step, size):
        """
        Those of a training step, from the words of its pictures beyond these, of which there are `size`:
        classes from `size` on, texts from 2 `size` on.
        """
        first = lambda name: size if name == "class_labels" else 2 * size

        def whole(name, below, shape):
            drawn = uniform_below(seed, step, STREAMS["drawing"], below, torch.Size(shape).numel(), first(name))
            return torch.from_numpy(drawn.astype("int64")).reshape(shape)

        def real(name, shape):
            drawn = normals(seed, step, STREAMS["drawing"], torch.Size(shape).numel(), first(name))
            return torch.from_numpy(drawn).reshape(shape)

        return self.conditions(batch, whole, real)


def encoder_name(name):
    """The name in a checkpoint of a parameter of CLIPTextModel, whose name may begin with `text_model.`."""
    return "text_encoder." + name.removeprefix("text_model.").removeprefix("embeddings.")


def seeded_network(path, seed):
    """
    The network of a config.json with PyTorch's initialisation, changed in two ways: norms differ from 1 and
    0, so that swapped parameters are noticed; first activations have a variance of 1e-3, so that norm_eps
    matters.
    """
    unet_class, fields, options = read_network_config(path)
    torch.manual_seed(seed)
    unet = unet_of(fields, unet_class)
    changed(unet)
    text_encoder = None
    if "_text_encoder" in options:
        text_encoder = CLIPTextModel(CLIPTextConfig(**options["_text_encoder"]))
        changed(text_encoder)
    return Network(unet, text_encoder, options.get("_text_length"))


@torch.no_grad()
def changed(module):
    for name, parameter in module.named_parameters():
        if "norm" in name:
            parameter.add_(0.2 * torch.randn_like(parameter))
        if name.startswith("conv_in."):
            parameter.mul_(0.05)
