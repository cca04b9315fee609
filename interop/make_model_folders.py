"""Writes test/fixtures/models: one small UNet2DModel, saved by diffusers in every form that the page imports,
`words`, a UNet2DConditionModel with CLIPTextModel and CLIPTokenizer as diffusers and transformers save them,
`padded`, tokenizers that fill texts up with "!", as Stable Diffusion 2's, and `classes`, a UNet2DModel of six
classes.

`python3 interop/make_model_folders.py`. Not here: numbers to compare with (make_fixtures.py), .pt files
(make_torch_files.py).
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from diffusers import DDPMPipeline, DDPMScheduler, UNet2DConditionModel, UNet2DModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

OUT = Path(__file__).parent.parent / "test" / "fixtures" / "models"


def small_unet():
    torch.manual_seed(11)
    return UNet2DModel(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=(4, 8), layers_per_block=1, norm_num_groups=2,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
    )  # fmt: skip


def write_vocabulary(folder):
    """vocab.json and merges.txt: all bytes and four merges."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in visible] + [chr(256 + i) for i in range(256 - len(visible))]
    merges = [("r", "e"), ("re", "d</w>"), ("c", "i"), ("ci", "r")]
    names = [*letters, *(f"{letter}</w>" for letter in letters), *(a + b for a, b in merges), "<|startoftext|>", "<|endoftext|>"]
    Path(folder, "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    Path(folder, "merges.txt").write_text("\n".join(["#version: 0.2", *(f"{a} {b}" for a, b in merges), ""]))


def small_tokenizer():
    """Texts of 8 tokens."""
    with tempfile.TemporaryDirectory() as folder:
        write_vocabulary(folder)
        return CLIPTokenizer.from_pretrained(folder, model_max_length=8, pad_token="<|endoftext|>")


def save_words(out):
    """The three folders, and in expected.json what the tokenizer makes of a few texts."""
    tokenizer = small_tokenizer()
    torch.manual_seed(12)
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=3, out_channels=3, block_out_channels=(8,), layers_per_block=1, norm_num_groups=4,
        down_block_types=("CrossAttnDownBlock2D",), up_block_types=("CrossAttnUpBlock2D",), cross_attention_dim=16,
        attention_head_dim=2,
    )  # fmt: skip
    size = len(tokenizer)
    config = CLIPTextConfig(
        vocab_size=size, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=8, bos_token_id=size - 2, eos_token_id=size - 1, pad_token_id=size - 1,
    )  # fmt: skip
    unet.save_pretrained(out / "unet")
    CLIPTextModel(config).save_pretrained(out / "text_encoder")
    tokenizer.save_pretrained(out / "tokenizer")
    DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction").save_pretrained(out / "scheduler")
    texts = ["A Red  circle", "red, red 12 É 🙂", ""]
    ids = tokenizer(texts, padding="max_length", truncation=True).input_ids
    (out / "expected.json").write_text(json.dumps({"texts": texts, "ids": ids}) + "\n")


def save_padded(out):
    """The same tokenizer, padding with "!": `separate` as the folder of Stable Diffusion 2 has it, whose two
    files disagree; `whole` as transformers saves that; in expected.json what it makes of a few texts."""
    separate = out / "separate"
    separate.mkdir(parents=True)
    write_vocabulary(separate)
    names = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 10, **names, "pad_token": "<|endoftext|>"}
    (separate / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (separate / "special_tokens_map.json").write_text(json.dumps({**names, "pad_token": "!"}, indent=2) + "\n")
    tokenizer = CLIPTokenizer.from_pretrained(separate)
    texts = ["A Red  circle", "red!", "red!! wow! ", "re!d", "", "! é!🙂", "circle " * 9, "red " * 7 + "!! red"]
    ids = tokenizer(texts, padding="max_length", truncation=True).input_ids
    tokenizer.save_pretrained(out / "whole")
    (out / "expected.json").write_text(json.dumps({"texts": texts, "ids": ids}) + "\n")


def save_classes(out):
    """A folder of UNet and scheduler, without names of the classes."""
    torch.manual_seed(13)
    unet = UNet2DModel(
        sample_size=8, in_channels=3, out_channels=3, block_out_channels=(4,), layers_per_block=1, norm_num_groups=2,
        down_block_types=("DownBlock2D",), up_block_types=("UpBlock2D",), add_attention=False, num_class_embeds=6,
    )  # fmt: skip
    scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    DDPMPipeline(unet=unet, scheduler=scheduler).save_pretrained(out)


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    DDPMPipeline(unet=small_unet(), scheduler=scheduler).save_pretrained(OUT / "pipeline")
    small_unet().half().save_pretrained(OUT / "halves")
    small_unet().bfloat16().save_pretrained(OUT / "bfloats")
    small_unet().save_pretrained(OUT / "pickled", safe_serialization=False)
    save_words(OUT / "words")
    save_padded(OUT / "padded")
    save_classes(OUT / "classes")
    for path in sorted(OUT.rglob("*")):
        if path.is_file():
            print(path.relative_to(OUT), path.stat().st_size)
