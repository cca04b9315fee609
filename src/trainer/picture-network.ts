// Which networks can learn from the pictures of this app, which come without classes.
// Not here: which networks there are (model/diffusers-unet.ts).
import { SETTINGS } from '../settings/settings.ts';
import { FaultError } from '../fault.ts';
import { contextChannelsOf } from '../model/structure.ts';
import type { TextEncoderConfig } from '../model/text-encoder-config.ts';
import type { UNetConfig } from '../model/unet-config.ts';

/**
 * Throws FaultError kind `network` where the network's pictures are not square, or neither RGB nor grey,
 * where it reads texts without a text encoder, and where it reads a class.
 */
export function checkPictures(config: UNetConfig, textEncoder: TextEncoderConfig | null): void {
  const { sampleSize, inChannels, outChannels, classEmbedding } = config;
  const [height, width] = sampleSize;
  const { min, max } = SETTINGS.imageSize;
  if (height !== width || height < min || height > max)
    throw unfit('sample_size', `${height} x ${width}`, `a square of ${min} to ${max} pixels`);
  if (inChannels !== outChannels || (inChannels !== 1 && inChannels !== 3))
    throw unfit(
      'in_channels, out_channels',
      `${inChannels}, ${outChannels}`,
      '3 and 3 (colours), or 1 and 1 (grey)',
    );
  if (contextChannelsOf(config) !== null && !textEncoder)
    throw unfit('cross-attention', 'there', 'a network with its text encoder, or without cross-attention');
  if (classEmbedding)
    throw unfit('class embedding', classEmbedding.type, 'none: the pictures here come without classes');
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
