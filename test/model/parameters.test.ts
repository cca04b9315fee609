// Claims about the list of parameters: it has diffusers' names, shapes and order, compared in full for the
// small fixtures and by count and digest for published and likely configurations (interop/make_fixtures.py).
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { modelOfRun, networkOf } from '../../src/settings/presets.ts';
import type { UNetConfig } from '../../src/model/unet-config.ts';
import { modelOf } from '../../src/model/model.ts';
import { conditionNetworks } from '../interop/condition-networks.ts';
import { goldenCases, readJson } from '../interop/golden-files.ts';

interface Published {
  name: string;
  config: UNetConfig;
  tensors: number;
  parameters: number;
  sha256: string;
}
const { networks: plain } = readJson('networks') as { networks: Published[] };
const networks: Published[] = [...plain, ...conditionNetworks()];

it.each(goldenCases())('$name: names, shapes and order are diffusers`', (golden) => {
  expect(golden.model().parameters).toEqual(golden.parameters);
});

it.each(networks)(
  '$name: $parameters parameters in diffusers` order',
  ({ config, tensors, parameters, sha256 }) => {
    const model = modelOf(config);
    expect(model.parameters).toHaveLength(tensors);
    expect(model.parameterCount).toBe(parameters);
    const lines = model.parameters.map((spec) => `${spec.name} ${spec.shape.join(',')}\n`).join('');
    expect(createHash('sha256').update(lines).digest('hex')).toBe(sha256);
  },
);

describe('the published counts', () => {
  it.each([
    ['google/ddpm-cifar10-32', 35_746_307],
    ['diffusers train_unconditional', 113_673_219],
    ['diffusers course, butterflies', 18_536_323],
    ['diffusers course, MNIST', 1_707_009],
    ['preset bench', 1_624_323],
    ['preset small', 6_472_195],
  ])('%s has %i', (name, count) => {
    const config = networks.find((network) => network.name === name)?.config;
    expect(config && modelOf(config).parameterCount).toBe(count);
  });

  it.each([
    ['cifar', 'google/ddpm-cifar10-32'],
    ['bench', 'preset bench'],
    ['small', 'preset small'],
  ] as const)('preset %s is %s, field by field', (preset, name) => {
    expect(networkOf({ preset, imageSize: 32 })).toEqual(
      networks.find((network) => network.name === name)?.config,
    );
  });

  it('preset tiny has about 100,000', () => {
    const count = modelOfRun({ preset: 'tiny', imageSize: 16 }).parameterCount;
    expect(count).toBeGreaterThan(90_000);
    expect(count).toBeLessThan(115_000);
  });
});
