// The fields of diffusers' UNet2DModel and UNet2DConditionModel configs that Perennial supports, in
// camelCase. Not here: how a network is trained (settings/settings.ts), how it computes (unet.ts),
// config.json (diffusers-unet.ts), the encoder of its texts (text-encoder-config.ts).

export type DownBlockType = 'DownBlock2D' | 'AttnDownBlock2D';
export type UpBlockType = 'UpBlock2D' | 'AttnUpBlock2D';
export type ConditionDownBlockType = 'DownBlock2D' | 'CrossAttnDownBlock2D';
export type ConditionUpBlockType = 'UpBlock2D' | 'CrossAttnUpBlock2D';
export type ConditionMidBlockType = 'UNetMidBlock2DCrossAttn' | 'UNetMidBlock2D' | null;

/**
 * What is added to the embedded timestep for a picture's class. `table`: a learnt row for each of `count`
 * classes (num_class_embeds); `timestep`: as the timestep itself; `identity`: the input; the projections, of
 * UNet2DConditionModel only: two linear layers or one over `inputChannels` numbers.
 */
export type ClassEmbedding =
  | { type: 'table'; count: number }
  | { type: 'timestep' }
  | { type: 'identity' }
  | { type: 'projection'; inputChannels: number }
  | { type: 'simple_projection'; inputChannels: number };

/** What both classes have: dropout 0, silu, default resnet_time_scale_shift, positional time embedding. */
interface SharedConfig {
  /** [height, width] in pixels; each must divide by 2^(blocks - 1). */
  sampleSize: [number, number];
  inChannels: number;
  outChannels: number;
  blockOutChannels: number[];
  layersPerBlock: number;
  normNumGroups: number;
  normEps: number;
  /** 1 pads every side; 0 pads right and bottom only, as the DDPM paper's code does. */
  downsamplePadding: 0 | 1;
  flipSinToCos: boolean;
  freqShift: number;
  /** Absent: the network knows no classes. */
  classEmbedding?: ClassEmbedding;
}

/** Config of a diffusers.UNet2DModel (0.30 and later). */
export interface UNet2DConfig extends SharedConfig {
  className?: undefined;
  downBlockTypes: DownBlockType[];
  upBlockTypes: UpBlockType[];
  /** Attention in the middle block; diffusers' add_attention. */
  addAttention: boolean;
  /** Channels of one head; null: one head. */
  attentionHeadDim: number | null;
}

/**
 * Config of a diffusers.UNet2DConditionModel (0.30 and later). Lists have one number for each level, from the
 * full size down.
 */
export interface UNet2DConditionConfig extends SharedConfig {
  className: 'UNet2DConditionModel';
  downBlockTypes: ConditionDownBlockType[];
  /** `UNetMidBlock2D` is one resnet here, null no middle at all. */
  midBlockType: ConditionMidBlockType;
  upBlockTypes: ConditionUpBlockType[];
  /** Channels of the context that every cross-attention reads. */
  crossAttentionDim: number;
  /** Number of heads. diffusers calls the field attention_head_dim, which in UNet2DModel are channels. */
  attentionHeads: number[];
  /** BasicTransformerBlocks in each Transformer2DModel. */
  transformerLayersPerBlock: number[];
  useLinearProjection: boolean;
  /** Channels of encoder_hidden_states before a linear layer to crossAttentionDim; null: no such layer. */
  encoderHidDim: number | null;
}

export type UNetConfig = UNet2DConfig | UNet2DConditionConfig;

/** A network without the size of its pictures, which a run's imageSize gives. */
export type NetworkConfig = Omit<UNet2DConfig, 'sampleSize'> | Omit<UNet2DConditionConfig, 'sampleSize'>;

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
} as const satisfies Partial<UNet2DConfig>;
