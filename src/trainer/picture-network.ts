// Which networks can draw and learn from the pictures of this app, and in which space.
// Not here: which networks there are (model/diffusers-unet.ts).
import { PIXELS, SD_LATENTS, type Space } from '../data/space.ts';
import { SETTINGS } from '../settings/settings.ts';
import { FaultError } from '../fault.ts';
import { contextChannelsOf } from '../model/structure.ts';
import type { TextEncoderConfig } from '../model/text-encoder-config.ts';
import type { UNetConfig } from '../model/unet-config.ts';

/** The space of the network's samples, by its channels: 1 or 3 are pixels, 4 Stable Diffusion's latents. */
export const spaceOfNetwork = ({ inChannels }: Pick<UNetConfig, 'inChannels'>): Space =>
  inChannels === SD_LATENTS.channels ? SD_LATENTS : PIXELS;

/**
 * Throws FaultError kind `network` where the network's pictures are not square, or neither RGB nor grey nor
 * latents; where it reads texts without a text encoder; where it asks for more of a picture than its class.
 */
export function checkPictures(config: UNetConfig, textEncoder: TextEncoderConfig | null): void {
  const { sampleSize, inChannels, outChannels, classEmbedding } = config;
  const [height, width] = sampleSize;
  const { min, max } = SETTINGS.imageSize;
  if (height !== width || height < min || height > max)
    throw unfit('sample_size', `${height} x ${width}`, `a square of ${min} to ${max} pixels`);
  if (inChannels !== outChannels || ![1, 3, SD_LATENTS.channels].includes(inChannels))
    throw unfit(
      'in_channels, out_channels',
      `${inChannels}, ${outChannels}`,
      '3 and 3 (colours), 1 and 1 (grey), or 4 and 4 (latents)',
    );
  if (contextChannelsOf(config) !== null && !textEncoder)
    throw unfit('cross-attention', 'there', 'a network with its text encoder, or without cross-attention');
  if (classEmbedding && classEmbedding.type !== 'table')
    throw unfit(
      'class_embed_type',
      classEmbedding.type,
      'null; with num_class_embeds the classes of the pictures are numbered',
    );
}

function unfit(field: string, got: string, supported: string): FaultError {
  return new FaultError({
    kind: 'network',
    title: `${field} is ${got}`,
    what: 'Nothing was imported, and nothing on this computer was changed.',
    expected: `${field}: ${supported}`,
    got,
    todo: ['Choose another model.'],
  });
}
