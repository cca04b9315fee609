"""The networks of a run in PyTorch: a UNet of diffusers, alone or after the CLIPTextModel that is trained
with it, under one roof for one optimizer, and the way between the names of their parameters and those of a
checkpoint. Not here: files (perennial_checkpoint.py), captions (step_captions.py).
"""

import torch
from diffusers import UNet2DConditionModel, UNet2DModel

# What stands before the names of the encoder's tensors in a checkpoint.
TEXT_ENCODER = "text_encoder."
_CLASSES = {one.__name__: one for one in (UNet2DModel, UNet2DConditionModel)}


def unet_of(config):
    """The UNet of a config.json, with weights of its class's own initialisation."""
    return _CLASSES[config.get("_class_name", "UNet2DModel")].from_config(config)


def text_encoder_of(config):
    """The CLIPTextModel of a config.json."""
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(CLIPTextConfig(**{key: value for key, value in config.items() if key not in ("architectures", "model_type")}))


def encoder_name(name):
    """
    A checkpoint's name of a parameter of CLIPTextModel, which version 4 calls `text_model.<name>`, 5
    `<name>`.
    """
    return TEXT_ENCODER + name.removeprefix("text_model.").removeprefix("embeddings.")


def clip_name(name):
    """The name in CLIPTextModel.state_dict() of transformers 5 of a tensor of a checkpoint's encoder."""
    own = name.removeprefix(TEXT_ENCODER)
    return f"{'embeddings.' if '_embedding.' in own else ''}{own}"


class TextNetwork(torch.nn.Module):
    """
    Predicts from pictures, timesteps, the ids of texts, and classes where the UNet draws by them. Its
    parameters are the UNet's, then the encoder's: in this order an optimizer numbers them.
    """

    def __init__(self, unet, text_encoder):
        super().__init__()
        self.unet, self.text_encoder = unet, text_encoder

    def forward(self, pictures, timesteps, input_ids, class_labels=None):
        states = self.text_encoder(input_ids).last_hidden_state
        return self.unet(pictures, timesteps, encoder_hidden_states=states, class_labels=class_labels)


def named_parameters(network):
    """(name in a checkpoint, parameter) of a UNet or a TextNetwork, in the order of a checkpoint."""
    if not isinstance(network, TextNetwork):
        return list(network.named_parameters())
    own = [(encoder_name(name), values) for name, values in network.text_encoder.named_parameters()]
    return [*network.unet.named_parameters(), *own]


def load_weights(network, weights):
    """Gives the network the tensors of a checkpoint. Raises KeyError where one is missing."""
    with torch.no_grad():
        for name, values in named_parameters(network):
            values.copy_(weights[name])
    return network
