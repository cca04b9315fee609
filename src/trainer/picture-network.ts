// Which networks can learn from the pictures of this app.
// Not here: which networks there are (model/diffusers-unet.ts).
import { SETTINGS } from '../settings/settings.ts';
import { FaultError } from '../fault.ts';
import type { UNetConfig } from '../model/unet-config.ts';

/** Throws FaultError kind `network` where the network's pictures are not square, or neither RGB nor grey. */
export function checkPictures({ sampleSize, inChannels, outChannels }: UNetConfig): void {
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
