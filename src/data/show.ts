// A sample as a picture to look at. Pixels are shown as they are; latents by a linear map, which shows
// colours and layout in an eighth of the size, until there is an autoencoder to decode them. Not here:
// drawing samples (trainer/samples), PNG files.
import { SD_LATENTS, type Space } from './space.ts';

/**
 * A sample [size, size, channels] as opaque uint8 RGBA [size, size, 4]; what is beyond black and white is
 * clamped.
 */
export type Show = (sample: Float32Array, channels: number) => Uint8ClampedArray<ArrayBuffer>;

/** How samples of this space are shown. */
export function showOf(space: Space): Show {
  if (space.is === 'pixels') return showPixels;
  const factor = SD_LATENTS.scale / space.scale;
  return (sample, channels) => showPixels(rgbOfLatents(sample, channels, factor), 3);
}

/** -1..1 RGB or grey. */
const showPixels: Show = (sample, channels) => {
  const rgba = new Uint8ClampedArray((sample.length / channels) * 4);
  for (let i = 0, o = 0; i < sample.length; i += channels, o += 4) {
    for (let c = 0; c < 3; c++) rgba[o + c] = ((sample[i + (c % channels)] ?? 0) + 1) * 127.5;
    rgba[o + 3] = 255;
  }
  return rgba;
};

/**
 * Red, green and blue, -1..1, of each channel of latents of Stable Diffusion 1, times 0.18215: a linear fit
 * that ComfyUI publishes as its latent_rgb_factors.
 */
const RGB_OF_LATENTS = [
  [0.3512, 0.2297, 0.3227],
  [0.325, 0.4974, 0.235],
  [-0.2829, 0.1762, 0.2721],
  [-0.212, -0.2616, -0.7177],
] as const;

function rgbOfLatents(latents: Float32Array, channels: number, factor: number): Float32Array {
  const rgb = new Float32Array((latents.length / channels) * 3);
  for (let i = 0, o = 0; i < latents.length; i += channels, o += 3)
    RGB_OF_LATENTS.forEach((colour, channel) => {
      const value = (latents[i + channel] ?? 0) * factor;
      for (let c = 0; c < 3; c++) rgb[o + c] = (rgb[o + c] as number) + value * (colour[c] as number);
    });
  return rgb;
}
