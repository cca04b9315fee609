// The 16 samples of a checkpoint's step, which an exported file carries as the tensor `samples`. A slot never
// has them: they are drawn after its checkpoint is saved, and lie in the index until then. Not here: sheets
// (samples/sheet-png.ts), the file (export/file-with-samples.ts, import/offer.ts).
import { SAMPLE_COUNT } from '../settings/sample-counts.ts';
import type { RunConfig } from '../settings/settings.ts';
import { networkOf } from '../settings/presets.ts';
import type { SafetensorsHeader } from '../formats/safetensors.ts';

/** The tensor's name. */
export const SAMPLES = 'samples';

export interface CheckpointSamples {
  /** Pixels of an edge. */
  size: number;
  /** 3, or 1 for grey. Latents are kept as they are shown, in colours. */
  channels: number;
  /** uint8, [16, size, size, channels]. */
  data: Uint8Array<ArrayBuffer>;
}

type OfPictures = Pick<RunConfig, 'preset' | 'imageSize' | 'network'>;

/** Size and channels of the samples of a run with these settings. */
export const layoutOf = (config: OfPictures): Pick<CheckpointSamples, 'size' | 'channels'> => ({
  size: config.imageSize,
  channels: networkOf(config).inChannels === 1 ? 1 : 3,
});

/** Shape of the tensor: [16, height, width, channels]. */
export const shapeOf = ({ size, channels }: Pick<CheckpointSamples, 'size' | 'channels'>): number[] => [
  SAMPLE_COUNT,
  size,
  size,
  channels,
];

/** The entry of a file's samples; null where the file has none that its run could have drawn. */
export function samplesEntry(
  { entries }: SafetensorsHeader,
  config: OfPictures,
): SafetensorsHeader['entries'][number] | null {
  const entry = entries.find(({ name }) => name === SAMPLES);
  if (entry?.dtype !== 'U8' || entry.shape.join() !== shapeOf(layoutOf(config)).join()) return null;
  return entry;
}

/** The samples as uint8 RGBA, opaque. */
export function picturesOf({ size, channels, data }: CheckpointSamples): {
  size: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}[] {
  const pixels = size * size;
  return Array.from({ length: SAMPLE_COUNT }, (_, sample) => {
    const rgba = new Uint8ClampedArray(4 * pixels).fill(255);
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < 3; c++)
        rgba[4 * i + c] = data[(sample * pixels + i) * channels + (c % channels)] ?? 0;
    }
    return { size, rgba };
  });
}

/** Samples from uint8 RGBA pictures, in their order. */
export function samplesOf(
  pictures: readonly Uint8ClampedArray[],
  layout: Pick<CheckpointSamples, 'size' | 'channels'>,
): CheckpointSamples {
  const { size, channels } = layout;
  const pixels = size * size;
  const data = new Uint8Array(SAMPLE_COUNT * pixels * channels);
  pictures.forEach((rgba, sample) => {
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < channels; c++) data[(sample * pixels + i) * channels + c] = rgba[4 * i + c] ?? 0;
    }
  });
  return { ...layout, data };
}
