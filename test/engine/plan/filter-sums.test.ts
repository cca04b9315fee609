// Claims about which convolutions have their filter gradient's splits added together, over whole plans and
// without a device. Not here: what the sums are (kernels/conv).
import { describe, expect, test } from 'vitest';
import { elementsOf } from '../../../src/engine/plan/kernels/value.ts';
import { planTraining } from '../../../src/engine/plan/training-plan.ts';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
import { TILES } from './targets.ts';

function kernelsOf(preset: 'tiny' | 'bench' | 'cifar', bufferBytes = 2 ** 31 - 4) {
  const { parameters, network, inputs } = modelOfRun({ preset, imageSize: presetConfig(preset).imageSize });
  const spec = { parameters, network, inputs: inputs(4), microBatches: 1, target: TILES, bufferBytes };
  return planTraining(spec).gradients;
}

describe.each(['tiny', 'bench', 'cifar'] as const)('%s', (preset) => {
  const kernels = kernelsOf(preset);
  const sums = kernels.filter(({ op }) => op === 'conv filter sums');

  test('adds the splits of all convolutions in a few dispatches, of 4 MiB to 16 MiB', () => {
    expect(sums.length).toBeLessThanOrEqual({ tiny: 2, bench: 5, cifar: 9 }[preset]);
    for (const { bindings } of sums) expect(elementsOf(bindings[0]!.value)).toBeLessThanOrEqual(4 * 2 ** 20);
  });

  test('adds few at first, while the values of the forward pass live', () => {
    expect(elementsOf(sums[0]!.bindings[0]!.value)).toBeLessThanOrEqual(2 ** 20);
  });

  test('adds every group of partial sums once, behind all that write to it', () => {
    const partials = sums.map(({ bindings }) => bindings[0]!.value.id);
    expect(new Set(partials).size).toBe(partials.length);
    for (const [i, { op, bindings }] of kernels.entries()) {
      const partial = bindings.find(({ value }) => partials.includes(value.id));
      if (op === 'conv filter sums' || !partial) continue;
      const added = kernels.findIndex(
        ({ op, bindings }) => op === 'conv filter sums' && bindings[0]!.value.id === partial.value.id,
      );
      expect(added).toBeGreaterThan(i);
    }
  });

  test('writes each partial sum to a place of its own', () => {
    const places = kernels.flatMap(({ op, bindings, uniform }) => {
      const partial = bindings.find(({ value }) => value.label === 'filter partials');
      if (op === 'conv filter sums' || !partial) return [];
      const size = partial.type === 'f32' ? 1 : 4;
      const from = uniform[3]! * size;
      return [{ id: partial.value.id, from, to: from + partial.bytes! / 4 }];
    });
    for (const one of places)
      for (const other of places)
        if (one !== other && one.id === other.id)
          expect(one.to <= other.from || other.to <= one.from).toBe(true);
  });
});

test('gradients in different buffers are not added together', () => {
  const sums = kernelsOf('cifar', 64 * 2 ** 20).filter(({ op }) => op === 'conv filter sums');
  const shards = sums.map(({ bindings }) => bindings.find(({ access }) => access === 'update')!.value.label);
  expect(new Set(shards)).toEqual(new Set(['gradient 0', 'gradient 1', 'gradient 2']));
});
