// Claims: pixels are shown as they are, latents by the published map of Stable Diffusion 1, whatever they are
// scaled by.
import { expect, it } from 'vitest';
import { showOf } from '../../src/data/show.ts';
import { PIXELS, SD_LATENTS } from '../../src/data/space.ts';

it('shows pixels from black to white, grey in all three colours, and clamps the rest', () => {
  const show = showOf(PIXELS);
  expect([...show(Float32Array.of(-1, 0, 1, -2, 2, 0.5), 3)]).toEqual([0, 128, 255, 255, 0, 255, 191, 255]);
  expect([...show(Float32Array.of(-1, 1), 1)]).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
});

it('shows latents as ComfyUI previews them: (latents @ latent_rgb_factors + 1) / 2', () => {
  const show = showOf(SD_LATENTS);
  // Of one channel at a time: 127.5 (1 + factor), factors of Stable Diffusion 1.
  expect([...show(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 1), 4)]).toEqual([
    Math.round(127.5 * 1.3512),
    Math.round(127.5 * 1.2297),
    Math.round(127.5 * 1.3227),
    255,
    Math.round(127.5 * (1 - 0.212)),
    Math.round(127.5 * (1 - 0.2616)),
    Math.round(127.5 * (1 - 0.7177)),
    255,
  ]);
  // The same latents before they are scaled.
  const unscaled = showOf({ ...SD_LATENTS, scale: 1 });
  const latents = Float32Array.of(0.5, -1, 0.25, 2);
  expect(
    unscaled(
      latents.map((value) => value / 0.18215),
      4,
    ),
  ).toEqual(show(latents, 4));
});
