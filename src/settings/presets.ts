// The presets: the network of each, and the settings whose default it changes. Also the way from a run's
// settings to its network and back. Not here: what a setting is (settings.ts).
import { toClipConfig } from '../model/clip-config.ts';
import { toDiffusersUNet } from '../model/diffusers-unet.ts';
import { type Model, modelOf } from '../model/model.ts';
import type { TextEncoderConfig } from '../model/text-encoder-config.ts';
import {
  type NetworkConfig,
  UNET_DEFAULTS,
  type UNet2DConditionConfig,
  type UNet2DConfig,
  type UNetConfig,
} from '../model/unet-config.ts';
import { DEFAULTS, type PresetName, type Settings, type RunConfig, SETTINGS } from './settings.ts';

export interface Preset {
  title: string;
  /** One line under the title on the page. */
  note: string;
  network: NetworkConfig;
  /** Trained with the network, which reads the captions through it; null: the model knows no words. */
  textEncoder: TextEncoderConfig | null;
  settings: Partial<Settings>;
}

/** Blocks with attention at the lowest resolution only, as most small published configs have it. */
function attentionAtTheBottom(
  channels: number[],
): Pick<UNet2DConfig, 'blockOutChannels' | 'downBlockTypes' | 'upBlockTypes'> {
  return {
    blockOutChannels: channels,
    downBlockTypes: channels.map((_, i) => (i === channels.length - 1 ? 'AttnDownBlock2D' : 'DownBlock2D')),
    upBlockTypes: channels.map((_, i) => (i === 0 ? 'AttnUpBlock2D' : 'UpBlock2D')),
  };
}

/** What the networks with words have in common: attention at 16 x 16 and below, where it costs little. */
const TEXT_DEFAULTS = {
  className: 'UNet2DConditionModel',
  inChannels: 3,
  outChannels: 3,
  layersPerBlock: 1,
  midBlockType: 'UNetMidBlock2DCrossAttn',
  normNumGroups: 32,
  normEps: 1e-5,
  downsamplePadding: 1,
  flipSinToCos: true,
  freqShift: 0,
  useLinearProjection: false,
  encoderHidDim: null,
} as const satisfies Partial<UNet2DConditionConfig>;

/** A CLIPTextModel with an MLP of four times its width. Begin and end are the last ids, as in CLIP. */
const textEncoder = (of: {
  vocabSize: number;
  hiddenSize: number;
  layers: number;
  heads: number;
  tokens: number;
}): TextEncoderConfig => ({
  vocabSize: of.vocabSize,
  hiddenSize: of.hiddenSize,
  intermediateSize: 4 * of.hiddenSize,
  numHiddenLayers: of.layers,
  numAttentionHeads: of.heads,
  maxPositionEmbeddings: of.tokens,
  hiddenAct: 'quick_gelu',
  layerNormEps: 1e-5,
  bosTokenId: of.vocabSize - 2,
  eosTokenId: of.vocabSize - 1,
  padTokenId: of.vocabSize - 1,
});

/**
 * A text encoder for a UNet that came without one, in the sizes of the presets: `width` is that of the
 * context which the UNet reads. It has as many heads as divide the width, 8 at most, each of 8 channels at
 * least.
 */
export function textEncoderOfWidth(width: number): TextEncoderConfig {
  const heads = [8, 7, 6, 5, 4, 3, 2].find((count) => width % count === 0 && width >= 8 * count) ?? 1;
  const size =
    width < 128 ? { vocabSize: 1024, layers: 1, tokens: 16 } : { vocabSize: 4096, layers: 4, tokens: 32 };
  return textEncoder({ ...size, hiddenSize: width, heads });
}

/** Both models of 64 x 64: the larger has two layers for each of a block's one. */
const TEXT_64 = {
  network: {
    ...TEXT_DEFAULTS,
    blockOutChannels: [64, 128, 256, 256],
    downBlockTypes: ['DownBlock2D', 'DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
    upBlockTypes: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D', 'UpBlock2D'],
    crossAttentionDim: 256,
    attentionHeads: [8, 8, 8, 8],
    transformerLayersPerBlock: [1, 1, 1, 1],
  },
  textEncoder: textEncoder({ vocabSize: 4096, hiddenSize: 256, layers: 4, heads: 8, tokens: 32 }),
  settings: { imageSize: 64, maxSteps: 200_000, sampler: 'dpmpp_2m', sampleSteps: 20 },
} satisfies Omit<Preset, 'title' | 'note'>;

/**
 * What diffusers' DDPM networks learnt with. The table's defaults show more after few steps, but a comparison
 * with such a network needs these.
 */
const AS_DDPM: Partial<Settings> = {
  noiseSchedule: 'linear',
  predictionType: 'epsilon',
  minSnrGamma: 0,
  sampleSteps: 50,
};

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  tiny: {
    title: 'Tiny',
    note: '16 × 16, a first look',
    network: {
      ...UNET_DEFAULTS,
      blockOutChannels: [16, 24],
      downBlockTypes: ['DownBlock2D', 'DownBlock2D'],
      upBlockTypes: ['UpBlock2D', 'UpBlock2D'],
      layersPerBlock: 1,
      normNumGroups: 8,
      attentionHeadDim: null,
    },
    textEncoder: null,
    settings: {
      imageSize: 16,
      batchSize: 4,
      learningRate: 2e-3,
      warmupSteps: 10,
      maxSteps: 4000,
      checkpointEverySteps: 200,
      sampleEverySteps: 200,
    },
  },
  bench: {
    title: 'Bench',
    note: '32 × 32, to compare machines',
    network: {
      ...UNET_DEFAULTS,
      ...attentionAtTheBottom([32, 64, 64]),
      normNumGroups: 8,
      attentionHeadDim: null,
    },
    textEncoder: null,
    settings: { ...AS_DDPM, imageSize: 32, batchSize: 4 },
  },
  small: {
    title: 'Small',
    note: '32 × 32',
    network: { ...UNET_DEFAULTS, ...attentionAtTheBottom([64, 128, 128]) },
    textEncoder: null,
    settings: { imageSize: 32 },
  },
  cifar: {
    title: 'Large',
    note: '32 × 32, as ddpm-cifar10',
    network: {
      ...UNET_DEFAULTS,
      blockOutChannels: [128, 256, 256, 256],
      downBlockTypes: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
      upBlockTypes: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
      attentionHeadDim: null,
      normEps: 1e-6,
      downsamplePadding: 0,
      flipSinToCos: false,
      freqShift: 1,
    },
    textEncoder: null,
    settings: { ...AS_DDPM, imageSize: 32, batchSize: 64, maxSteps: 400_000 },
  },
  'text-tiny': {
    title: 'Tiny with words',
    note: '16 × 16',
    network: {
      ...TEXT_DEFAULTS,
      blockOutChannels: [16, 32],
      downBlockTypes: ['DownBlock2D', 'CrossAttnDownBlock2D'],
      upBlockTypes: ['CrossAttnUpBlock2D', 'UpBlock2D'],
      normNumGroups: 8,
      crossAttentionDim: 32,
      attentionHeads: [4, 4],
      transformerLayersPerBlock: [1, 1],
    },
    textEncoder: textEncoder({ vocabSize: 1024, hiddenSize: 32, layers: 1, heads: 4, tokens: 16 }),
    settings: {
      imageSize: 16,
      batchSize: 16,
      learningRate: 3e-3,
      learningRateSchedule: 'cosine',
      warmupSteps: 100,
      maxSteps: 3000,
      checkpointEverySteps: 500,
      sampleEverySteps: 250,
      sampler: 'dpmpp_2m',
      sampleSteps: 10,
      guidanceScale: 2.5,
    },
  },
  text: { title: 'Text', note: '64 × 64', ...TEXT_64 },
  'text-wide': {
    title: 'Large text',
    note: '64 × 64, deeper',
    ...TEXT_64,
    network: { ...TEXT_64.network, layersPerBlock: 2 },
  },
};

/** A new run's settings: the preset's own, and the table's defaults for the rest. */
export function presetConfig(preset: PresetName): RunConfig {
  return { ...DEFAULTS, ...PRESETS[preset].settings, preset, network: null, textEncoder: null, origin: null };
}

/** The settings that differ from their preset: what the user chose. */
export function changedSettings(config: RunConfig): Partial<Settings> {
  const own = presetConfig(config.preset);
  const names = Object.keys(SETTINGS) as (keyof Settings)[];
  return Object.fromEntries(
    names.filter((name) => config[name] !== own[name]).map((name) => [name, config[name]]),
  );
}

/** What names a run's model: its preset at an image size, or networks of its own. */
export type HasNetwork = Pick<RunConfig, 'preset' | 'imageSize'> &
  Partial<Pick<RunConfig, 'network' | 'textEncoder'>>;

/** Config of the network that a run with these settings trains; pictures are imageSize x imageSize. */
export function networkOf({ preset, imageSize, network = null }: HasNetwork): UNetConfig {
  return { ...(network ?? PRESETS[preset].network), sampleSize: [imageSize, imageSize] };
}

/** Config of the text encoder that is trained with it; null: the model knows no words. */
export const textEncoderOf = ({
  preset,
  network = null,
  textEncoder = null,
}: Pick<HasNetwork, 'preset' | 'network' | 'textEncoder'>): TextEncoderConfig | null =>
  network ? textEncoder : PRESETS[preset].textEncoder;

/** The model that a run with these settings trains. */
export const modelOfRun = (config: HasNetwork): Model => modelOf(networkOf(config), textEncoderOf(config));

/** Both networks of a run as text: equal where the networks are equal. */
export const networkText = (config: HasNetwork): string => textOf(networkOf(config), textEncoderOf(config));

const textOf = (unet: UNetConfig, textEncoder: TextEncoderConfig | null): string =>
  JSON.stringify([toDiffusersUNet(unet), clipText(textEncoder)]);

/** The encoder's config.json; the ids of its special tokens are its tokenizer's. */
const clipText = (textEncoder: TextEncoderConfig | null): unknown =>
  textEncoder && toClipConfig({ ...textEncoder, bosTokenId: 0, eosTokenId: 0, padTokenId: 0 });

/** The networks that a run must keep in its settings; null where its preset, at its image size, has them. */
export function ownNetworks(
  { preset, imageSize }: Pick<RunConfig, 'preset' | 'imageSize'>,
  unet: UNetConfig,
  textEncoder: TextEncoderConfig | null,
): Pick<RunConfig, 'network' | 'textEncoder'> {
  const { sampleSize: _, ...network } = unet;
  const isPreset = textOf(unet, textEncoder) === networkText({ preset, imageSize });
  return isPreset ? { network: null, textEncoder: null } : { network, textEncoder };
}
