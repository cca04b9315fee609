"""Writes test/fixtures/models: one small UNet2DModel, saved by diffusers in every form that the page imports.

`python3 interop/make_model_folders.py`. Not here: numbers to compare with (make_fixtures.py), .pt files
(make_torch_files.py).
"""

import shutil
from pathlib import Path

import torch
from diffusers import DDPMPipeline, DDPMScheduler, UNet2DModel

OUT = Path(__file__).parent.parent / "test" / "fixtures" / "models"


def small_unet():
    torch.manual_seed(11)
    return UNet2DModel(
        sample_size=8, in_channels=1, out_channels=1, block_out_channels=(4, 8), layers_per_block=1, norm_num_groups=2,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
    )  # fmt: skip


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    DDPMPipeline(unet=small_unet(), scheduler=scheduler).save_pretrained(OUT / "pipeline")
    small_unet().half().save_pretrained(OUT / "halves")
    small_unet().bfloat16().save_pretrained(OUT / "bfloats")
    small_unet().save_pretrained(OUT / "pickled", safe_serialization=False)
    for path in sorted(OUT.rglob("*")):
        if path.is_file():
            print(path.relative_to(OUT), path.stat().st_size)
