"""UNet2DConditionModels that the tests know by the number and the digest of their parameters: candidates for
training in the browser, those of public notebooks, Stable Diffusion 1.5, and one for each option. Not here:
what they compute (make_fixtures.py)."""


def _config(channels, context, cross, layers=2, heads=8, size=64, pictures=3, groups=32, **options):
    """Arguments of UNet2DConditionModel. cross: the levels with cross-attention, from the full size down."""
    levels = len(channels)
    at = lambda kind, places: [f"CrossAttn{kind}" if i in places else kind for i in range(levels)]
    return dict(
        sample_size=size, in_channels=pictures, out_channels=pictures, block_out_channels=channels,
        layers_per_block=layers, down_block_types=at("DownBlock2D", cross),
        up_block_types=at("UpBlock2D", [levels - 1 - level for level in cross]),
        cross_attention_dim=context, attention_head_dim=heads, norm_num_groups=groups,
    ) | options  # fmt: skip


_TINY = dict(layers=1, heads=4, size=16, groups=8)
_LATENTS = dict(size=32, pictures=4)
CONDITION_NETWORKS = {
    "text-tiny 16px A (16,32) L1 x32 down1": _config([16, 32], 32, [1], **_TINY),
    "text-tiny 16px B (32,64) L1 x64 down1": _config([32, 64], 64, [1], **_TINY),
    "text-tiny 16px C (16,24) L1 x32 all": _config([16, 24], 32, [0, 1], **_TINY),
    "text-mini 32px (32,64,64) x128 down1,2": _config([32, 64, 64], 128, [1, 2], heads=4, size=32, groups=8),
    "text-small 32px (64,128,128) x256 down1,2": _config([64, 128, 128], 256, [1, 2], size=32),
    "text 64px (64,128,256,256) x256 L2 down2,3": _config([64, 128, 256, 256], 256, [2, 3]),
    "text 64px (64,128,256,256) x256 L2 down1,2,3": _config([64, 128, 256, 256], 256, [1, 2, 3]),
    "text 64px (64,128,256,256) x512 L2 down1,2,3": _config([64, 128, 256, 256], 512, [1, 2, 3]),
    "text 64px (96,192,256,256) x256 L2 down2,3": _config([96, 192, 256, 256], 256, [2, 3]),
    "text 64px (128,128,256,256) x256 L2 down2,3": _config([128, 128, 256, 256], 256, [2, 3]),
    "text 64px (128,256,256,256) x256 L2 down2,3": _config([128, 256, 256, 256], 256, [2, 3]),
    "text 64px (128,192,256,256) x256 L2 down2,3": _config([128, 192, 256, 256], 256, [2, 3]),
    "text 64px (64,128,256,512) x512 L2 down2,3": _config([64, 128, 256, 512], 512, [2, 3]),
    "yunjinli 128px (64,128,256) x512 L1 down0,1": _config([64, 128, 256], 512, [0, 1], layers=1, size=128),
    "seed train8 latents (128,256,256) x512 L2 down1": _config([128, 256, 256], 512, [1], **_LATENTS),
    **{
        f"seed train10? latents ({','.join(map(str, channels))}) x512 down0,1,2": _config(channels, 512, [0, 1, 2], **_LATENTS)
        for channels in (
            [128, 128, 256, 256],
            [64, 128, 256, 256],
            [64, 128, 256, 512],
            [128, 256, 256, 256],
            [128, 256, 384, 512],
            [128, 256, 512, 512],
        )
    },
    "seed train10? L1 (128,256,256,512) x512 down0,1,2": _config([128, 256, 256, 512], 512, [0, 1, 2], layers=1, **_LATENTS),
    "SD1.5": _config([320, 640, 1280, 1280], 768, [0, 1, 2], pictures=4),
    "opts linear proj, T2": _config(
        [32, 64], 48, [0, 1], use_linear_projection=True, transformer_layers_per_block=2, **_TINY
    ),
    "opts class embed + hid proj": _config([32, 64], 48, [1], num_class_embeds=11, encoder_hid_dim=40, **_TINY),
    "opts class projection": _config(
        [32, 64], 48, [1], class_embed_type="projection", projection_class_embeddings_input_dim=40, **_TINY
    ),
    "opts mid plain": _config([32, 64], 48, [1], mid_block_type="UNetMidBlock2D", **_TINY),
    "opts mid none": _config([32, 64], 48, [1], mid_block_type=None, **_TINY),
}
