// Before the first samples the grid shows the very noise that the sampler starts from.
import { expect, it } from 'vitest';
import { initialNoise } from '../../../src/diffusion/sampler.ts';
import { startNoise } from '../../../src/ui/pictures/start-noise.ts';

it('shows the noise of diffusion/sampler.ts', () => {
  const noise = initialNoise(7, 3, 8 * 8 * 3);
  const rgba = startNoise(7, 3, 8);
  for (let i = 0; i < 64; i++) {
    const wanted = [0, 1, 2].map((c) => new Uint8ClampedArray([((noise[3 * i + c] ?? 0) + 1) * 127.5])[0]);
    expect([...rgba.subarray(4 * i, 4 * i + 4)]).toEqual([...wanted, 255]);
  }
});
