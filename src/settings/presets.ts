// The presets: the network of each, and the settings whose default it changes. Also the way from a run's
// settings to its network and back. Not here: what a setting is (settings.ts).
import { toDiffusersUNet } from '../model/diffusers-unet.ts';
import { type Model, modelOf } from '../model/model.ts';
import {
  type NetworkConfig,
  UNET_DEFAULTS,
  type UNet2DConfig,
  type UNetConfig,
} from '../model/unet-config.ts';
import { DEFAULTS, type PresetName, type Settings, type RunConfig, SETTINGS } from './settings.ts';

export interface Preset {
  title: string;
  /** One line under the title on the page. */
  note: string;
  network: NetworkConfig;
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
    settings: { ...AS_DDPM, imageSize: 32, batchSize: 4 },
  },
  small: {
    title: 'Small',
    note: '32 × 32',
    network: { ...UNET_DEFAULTS, ...attentionAtTheBottom([64, 128, 128]) },
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
    settings: { ...AS_DDPM, imageSize: 32, batchSize: 64, maxSteps: 400_000 },
  },
};

/** A new run's settings: the preset's own, and the table's defaults for the rest. */
export function presetConfig(preset: PresetName): RunConfig {
  return { ...DEFAULTS, ...PRESETS[preset].settings, preset, network: null, origin: null };
}

/** The settings that differ from their preset: what the user chose. */
export function changedSettings(config: RunConfig): Partial<Settings> {
  const own = presetConfig(config.preset);
  const names = Object.keys(SETTINGS) as (keyof Settings)[];
  return Object.fromEntries(
    names.filter((name) => config[name] !== own[name]).map((name) => [name, config[name]]),
  );
}

/** Config of the network that a run with these settings trains; pictures are imageSize x imageSize. */
export function networkOf({
  preset,
  imageSize,
  network = null,
}: Pick<RunConfig, 'preset' | 'imageSize'> & Partial<Pick<RunConfig, 'network'>>): UNetConfig {
  return { ...(network ?? PRESETS[preset].network), sampleSize: [imageSize, imageSize] };
}

/** The model that a run with these settings trains. */
export const modelOfRun = (config: Parameters<typeof networkOf>[0]): Model => modelOf(networkOf(config));

/** The network a run must keep in its settings; null where its preset, at its image size, is that network. */
export function ownNetwork(
  { preset, imageSize }: Pick<RunConfig, 'preset' | 'imageSize'>,
  unet: UNetConfig,
): NetworkConfig | null {
  const text = (config: UNetConfig) => JSON.stringify(toDiffusersUNet(config));
  if (text(unet) === text(networkOf({ preset, imageSize }))) return null;
  const { sampleSize: _, ...network } = unet;
  return network;
}
