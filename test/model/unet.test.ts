// Claim: the network, on plain JavaScript loops, gives diffusers' predictions (fixtures of interop/make_fixtures.py).
import { describe, expect, it } from 'vitest';
import { unet } from '../../src/model/unet.ts';
import { largestDifference, readFixture, toChannelsLast } from './fixtures.ts';
import { type Plain, plain, referenceOps } from './reference-ops.ts';

describe.each(['unet-heads', 'unet-cifar-like', 'unet-plain'])('%s', (name) => {
  const fixture = readFixture(name);
  const { config, parameters } = fixture;
  const batch = fixture.tensor('timesteps').data.length;
  const x = plain([batch, ...config.sampleSize, config.inChannels], toChannelsLast(fixture.tensor('input')));
  const timesteps = plain([batch], fixture.tensor('timesteps').data);
  const weights: Record<string, Plain> = {};
  fixture.group('weights').forEach((data, i) => {
    const spec = parameters[i];
    if (spec) weights[spec.name] = plain(spec.shape, data);
  });

  it('predicts what diffusers predicts, within 1e-5', () => {
    const prediction = unet(referenceOps, config, weights, x, timesteps);
    expect(prediction.shape).toEqual([batch, ...config.sampleSize, config.outChannels]);
    expect(largestDifference(prediction.data, toChannelsLast(fixture.tensor('prediction')))).toBeLessThan(
      1e-5,
    );
  });

  it('reads every weight, and names the one that is missing', () => {
    const read = new Set<string>();
    const watched = new Proxy(weights, {
      get(target, key) {
        read.add(String(key));
        return target[String(key)];
      },
    });
    unet(referenceOps, config, watched, x, timesteps);
    expect([...read].toSorted()).toEqual(parameters.map((spec) => spec.name).toSorted());
    const { 'conv_out.bias': _, ...lacking } = weights;
    expect(() => unet(referenceOps, config, lacking, x, timesteps)).toThrow('conv_out.bias');
  });
});
