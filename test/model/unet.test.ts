// Claim: on plain JavaScript loops the network gives diffusers' predictions (interop/make_fixtures.py).
import { describe, expect, it } from 'vitest';
import { unet } from '../../src/model/unet.ts';
import { relativeDifference, toChannelsLast } from '../interop/golden-case.ts';
import { goldenCases } from '../interop/golden-files.ts';
import { type Plain, plain, referenceOps } from './reference-ops.ts';

describe.each(goldenCases())('$name', (golden) => {
  const { parameters, shape } = golden;
  const inputs = {
    sample: plain(shape, toChannelsLast(golden.tensor('input'))),
    timestep: plain([shape[0]], golden.tensor('timesteps').data),
  };
  const weights: Record<string, Plain> = {};
  golden.group('weights').forEach((data, i) => {
    const spec = parameters[i];
    if (spec) weights[spec.name] = plain(spec.shape, data);
  });

  it('predicts what diffusers predicts, within 1e-5', () => {
    const config = golden.network();
    const prediction = unet(referenceOps, config, weights, inputs);
    expect(prediction.shape).toEqual([...shape.slice(0, 3), config.outChannels]);
    expect(relativeDifference(prediction.data, toChannelsLast(golden.tensor('prediction')))).toBeLessThan(
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
    const config = golden.network();
    unet(referenceOps, config, watched, inputs);
    expect([...read].toSorted()).toEqual(parameters.map((spec) => spec.name).toSorted());
    const { 'conv_out.bias': _, ...lacking } = weights;
    expect(() => unet(referenceOps, config, lacking, inputs)).toThrow('conv_out.bias');
  });
});
