// Claims about whole plans, before any device: the number of dispatches of a step, memory close to what must
// live at once, every layer of every preset.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PRESET_NAMES, type PresetName } from '../../../src/settings/settings.ts';
import { Emission } from '../../../src/engine/plan/emission.ts';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
import { planInference } from '../../../src/engine/plan/inference-plan.ts';
import type { Target } from '../../../src/engine/plan/kernels/target.ts';
import { planTraining } from '../../../src/engine/plan/training-plan.ts';
import { REGISTERS, TARGETS, TILES } from './targets.ts';

/** Most dispatches of a step, by family of kernels. */
const DISPATCHES: Record<PresetName, Record<Target['family'], number>> = {
  tiny: { tiles: 125, registers: 170 },
  bench: { tiles: 300, registers: 370 },
  small: { tiles: 300, registers: 330 },
  cifar: { tiles: 360, registers: 430 },
  'text-tiny': { tiles: 310, registers: 340 },
  text: { tiles: 600, registers: 700 },
  'text-wide': { tiles: 850, registers: 1000 },
};

function specOf(preset: PresetName, target: Target, batch: number) {
  const { imageSize } = presetConfig(preset);
  const { parameters, network, inputs } = modelOfRun({ preset, imageSize });
  return {
    parameters,
    network,
    inputs: inputs(batch),
    microBatches: 1,
    target,
    bufferBytes: 2 ** 31 - 4,
  };
}

/** Invocations of a workgroup, as the shader says; NaN where it does not. */
function invocationsOf(source: string): number {
  const edges = /@workgroup_size\((\d+), (\d+), (\d+)\)/.exec(source)?.slice(1) ?? [NaN];
  return edges.map(Number).reduce((product, edge) => product * edge, 1);
}

describe.each(PRESET_NAMES)('%s', (preset) => {
  describe.each(TARGETS)('of $family', (target) => {
    const plan = planTraining(specOf(preset, target, 4));
    const dispatches = [...plan.mix, ...plan.gradients, ...plan.update];

    test('keeps within its dispatches', () => {
      console.log(`${preset} of ${target.family}: ${dispatches.length} dispatches a step`);
      expect(dispatches.length).toBeLessThanOrEqual(DISPATCHES[preset][target.family]);
    });

    test('joins, parts and doubles channels inside other kernels', () => {
      const ops = new Set(dispatches.map(({ op }) => op));
      for (const op of ['concat', 'concat backward', 'upsample']) expect(ops).not.toContain(op);
    });

    test('allocates at most half more than must live at once', () => {
      const ratio = plan.allocatedBytes / plan.liveBytes;
      const megabytes = (plan.allocatedBytes / 2 ** 20).toFixed(1);
      console.log(`${preset} of ${target.family}: ${megabytes} MiB, ${ratio.toFixed(3)} of what lives`);
      expect(ratio).toBeLessThan(1.5);
    });

    test('asks for what WebGPU allows: 8 bindings, 65,535 workgroups a side, 256 invocations', () => {
      for (const { op, source, bindings, workgroups } of dispatches) {
        expect(bindings.length, op).toBeLessThanOrEqual(8);
        for (const edge of workgroups) expect(edge, op).toBeLessThanOrEqual(65_535);
        for (const edge of workgroups) expect(edge, op).toBeGreaterThan(0);
        expect(invocationsOf(source), op).toSatisfy((count: number) => count >= 1 && count <= 256);
      }
    });

    test('binds no value twice in one dispatch', () => {
      for (const { op, bindings } of dispatches)
        expect(new Set(bindings.map(({ value }) => value.id)).size, op).toBe(bindings.length);
    });

    test('samples with a plan that needs less', () => {
      const inference = planInference(specOf(preset, target, 4));
      expect(inference.forward.length).toBeLessThan(dispatches.length / 2);
      expect(inference.allocatedBytes).toBeLessThan(plan.allocatedBytes);
    });
  });

  test('few pipelines serve all layers in software', () => {
    const { mix, gradients, update } = planTraining(specOf(preset, REGISTERS, 4));
    const sources = new Set([...mix, ...gradients, ...update].map(({ source }) => source));
    console.log(`${preset}: ${sources.size} pipelines in software`);
    expect(sources.size).toBeLessThan(60);
  });
});

test('a step of small, batch 16, takes at most 300 dispatches on an AMD GPU', () => {
  const amd: Target = { ...TILES, vendor: 'amd', subgroupSizes: [32, 64] };
  const { mix, gradients, update } = planTraining(specOf('small', amd, 16));
  expect(mix.length + gradients.length + update.length).toBeLessThanOrEqual(300);
});

afterEach(() => void vi.restoreAllMocks());

test('what no buffer holds is refused before a kernel is made, by name and size', () => {
  const spec = {
    ...specOf('cifar', REGISTERS, 512),
    inputs: { sample: [512, 256, 256, 3], timestep: [512] } as const,
  };
  const emitted = vi.spyOn(Emission.prototype, 'emit');
  expect(() => planTraining({ ...spec, bufferBytes: 2 ** 30 })).toThrow(
    expect.objectContaining({
      fault: expect.objectContaining({ kind: 'memory', expected: 'at most 1024 MiB' }),
    }),
  );
  expect(emitted).not.toHaveBeenCalled();
  planTraining(specOf('tiny', REGISTERS, 4));
  // The spy does see kernels where a plan is made.
  expect(emitted).toHaveBeenCalled();
});
