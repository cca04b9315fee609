// Claim: on plain JavaScript loops the network gives the predictions of diffusers, and of transformers'
// encoder before it (interop/make_fixtures.py).
import { describe, expect, it } from 'vitest';
import { relativeDifference, toChannelsLast } from '../interop/golden-case.ts';
import { goldenCases } from '../interop/golden-files.ts';
import { type Plain, plain, referenceOps } from './reference-ops.ts';

describe.each(goldenCases())('$name', (golden) => {
  const { parameters, shape } = golden;
  const inputs = {
    sample: plain(shape, toChannelsLast(golden.tensor('input'))),
    timestep: plain([shape[0]], golden.tensor('timesteps').data),
    ...Object.fromEntries(
      Object.entries(golden.conditions).map(([name, one]) => [name, plain([...one.shape], one.data)]),
    ),
  };
  const weights: Record<string, Plain> = {};
  golden.group('weights').forEach((data, i) => {
    const spec = parameters[i];
    if (spec) weights[spec.name] = plain(spec.shape, data);
  });

  it('predicts what diffusers predicts, within 1e-5', () => {
    const { network, config } = golden.model();
    const prediction = network(referenceOps, weights, inputs);
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
    const { network } = golden.model();
    network(referenceOps, watched, inputs);
    expect([...read].toSorted()).toEqual(parameters.map((spec) => spec.name).toSorted());
    const { 'conv_out.bias': _, ...lacking } = weights;
    expect(() => network(referenceOps, lacking, inputs)).toThrow('conv_out.bias');
  });
});
