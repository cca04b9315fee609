// Claim: DDIM and DDPM draw the bits that they drew before there were other samplers: stored samples stay
// those of their run. The digests are of commit e657c3e; linear levels need only + - * / and sqrt, which are
// the same on every machine.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import { createSampler, initialNoise, stepNoise } from '../../src/diffusion/sampler.ts';

it.each([
  ['ddim', 'epsilon', 'leading', '996b0ebe3e1ea0fc'],
  ['ddim', 'epsilon', 'trailing', '404010ba861bccba'],
  ['ddim', 'v_prediction', 'leading', '8b94a975cdfd9b1c'],
  ['ddim', 'v_prediction', 'trailing', 'e3e117931c5666ad'],
  ['ddpm', 'epsilon', 'leading', 'a616d6fb8629cda0'],
  ['ddpm', 'epsilon', 'trailing', '8b890bdcc038da22'],
  ['ddpm', 'v_prediction', 'leading', '5cdf5cdb7195efcd'],
  ['ddpm', 'v_prediction', 'trailing', '19f572c7d4d34512'],
] as const)('%s, %s, %s', (sampler, predictionType, spacing, digest) => {
  const levels = noiseLevels({ predictionType, noiseSchedule: 'linear' });
  const drawn = createSampler({ levels, predictionType, sampler, spacing, steps: 7 });
  const hash = createHash('sha256');
  let x = initialNoise(3, 0, 3000);
  drawn.timesteps.forEach((_, i) => {
    const prediction = x.map((value) => value * 0.75 - 0.125);
    hash.update(drawn.clean(i, x, prediction));
    x = drawn.step(i, x, prediction, drawn.usesNoise(i) ? stepNoise(3, 0, 3000, i) : null);
    hash.update(x);
  });
  expect(hash.digest('hex').slice(0, 16)).toBe(digest);
});
