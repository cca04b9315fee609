// What the numbers of a data set's pictures are: pixels, or the latents that an autoencoder makes of pixels.
// Not here: showing them (show.ts), an autoencoder, of which there is none yet.

/** `scale`: what the autoencoder's latents are multiplied by, so that their standard deviation is about 1. */
export interface Latents {
  readonly is: 'latents';
  readonly channels: 4;
  readonly scale: number;
}

export type Space = { readonly is: 'pixels' } | Latents;

/** -1..1. What a set without `space` has. */
export const PIXELS: Space = { is: 'pixels' };

/** Of the AutoencoderKL of Stable Diffusion 1 and 2: a pixel of 4 numbers for each 8 x 8 pixels. */
export const SD_LATENTS: Latents = { is: 'latents', channels: 4, scale: 0.18215 };
