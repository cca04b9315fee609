// The fields of diffusers' UNet2DModel config that Perennial supports, in camelCase. Not here: how a network
// is trained (settings/settings.ts), how it computes (unet.ts), config.json (diffusers-unet.ts).

export type DownBlockType = 'DownBlock2D' | 'AttnDownBlock2D';
export type UpBlockType = 'UpBlock2D' | 'AttnUpBlock2D';

/**
 * Config of a diffusers.UNet2DModel (0.30 and later) with dropout 0, silu, the default
 * resnet_time_scale_shift and the positional time embedding.
 */
export interface UNetConfig {
  /** [height, width] in pixels; each must divide by 2^(blocks - 1). */
  sampleSize: [number, number];
  inChannels: number;
  outChannels: number;
  blockOutChannels: number[];
  layersPerBlock: number;
  downBlockTypes: DownBlockType[];
  upBlockTypes: UpBlockType[];
  /** Attention in the middle block; diffusers' add_attention. */
  addAttention: boolean;
  /** Channels of one head; null: one head. */
  attentionHeadDim: number | null;
  normNumGroups: number;
  normEps: number;
  /** 1 pads every side; 0 pads right and bottom only, as the DDPM paper's code does. */
  downsamplePadding: 0 | 1;
  flipSinToCos: boolean;
  freqShift: number;
}

/** A network without the size of its pictures, which a run's imageSize gives. */
export type NetworkConfig = Omit<UNetConfig, 'sampleSize'>;

/** UNet2DModel's own defaults, for the fields a preset does not name. */
export const UNET_DEFAULTS = {
  inChannels: 3,
  outChannels: 3,
  layersPerBlock: 2,
  addAttention: true,
  attentionHeadDim: 8,
  normNumGroups: 32,
  normEps: 1e-5,
  downsamplePadding: 1,
  flipSinToCos: true,
  freqShift: 0,
} as const satisfies Partial<UNetConfig>;
