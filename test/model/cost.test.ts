// Claims about the counted cost of a forward pass. 6.2 GMAC: the figure published for ddpm-cifar10-32.
import { expect, it } from 'vitest';
import { modelOfRun, networkOf } from '../../src/settings/presets.ts';
import { forwardCost } from '../../src/model/cost.ts';
import { modelOf } from '../../src/model/model.ts';
import { goldenCases } from '../interop/golden-files.ts';

const CIFAR = modelOfRun({ preset: 'cifar', imageSize: 32 });

it('ddpm-cifar10-32 makes 6.2 GMAC a picture', () => {
  expect(forwardCost(CIFAR, 1).multiplyAdds / 1e9).toBeCloseTo(6.2, 1);
});

it.each(goldenCases())('a pass touches every parameter once: $name', (golden) => {
  const model = modelOf(golden.network());
  expect(forwardCost(model, 1).parameters).toBe(model.parameterCount);
});

it('work and activations grow with the batch, parameters and operations do not', () => {
  const one = forwardCost(CIFAR, 1);
  expect(forwardCost(CIFAR, 4)).toEqual({
    ...one,
    multiplyAdds: 4 * one.multiplyAdds,
    activations: 4 * one.activations,
  });
});

it('a convolution is out pixels x out channels x in channels x 9', () => {
  const config = networkOf({ preset: 'tiny', imageSize: 16 });
  const wider = { ...config, outChannels: config.outChannels + 1 };
  const [h, w] = config.sampleSize;
  const more = forwardCost(modelOf(wider), 1).multiplyAdds - forwardCost(modelOf(config), 1).multiplyAdds;
  expect(more).toBe(h * w * (config.blockOutChannels[0] as number) * 9);
});
