// Claims about gradient checkpointing before any device: which kernels run again and that nothing else
// changes, and what it saves and costs for the presets at their own batch. That the gradients have the same
// bits is claimed on a GPU (run/presets.gpu.test.ts).
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../../src/engine/plan/kernels/kernel.ts';
import type { Target } from '../../../src/engine/plan/kernels/target.ts';
import { planTraining } from '../../../src/engine/plan/training-plan.ts';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
import type { PresetName } from '../../../src/settings/settings.ts';
import { REGISTERS, TARGETS, TILES } from './targets.ts';

const AGAIN = / again\b/g;

function planOf(preset: PresetName, target: Target, gradientCheckpointing: boolean) {
  const { imageSize, batchSize } = presetConfig(preset);
  const { parameters, network, inputs } = modelOfRun({ preset, imageSize });
  const sizes = { inputs: inputs(batchSize), microBatches: 1, bufferBytes: 2 ** 31 - 4 };
  return planTraining({ parameters, network, ...sizes, target, gradientCheckpointing });
}

/** The labels of what a kernel reads or writes. */
const labelsOf = ({ bindings }: Kernel, kind: 'read' | 'written'): string[] =>
  bindings.filter(({ access }) => (access === 'read') === (kind === 'read')).map(({ value }) => value.label);

/** A parameter's place in its segment: "resnets conv1". */
const PART = /(resnets|attentions|encoder\.layers)\.\d+\.(?:transformer_blocks\.\d+\.)?(.+)\.weight/;

/** All that a dispatch is, but where its values lie. */
const shown = ({ op, source, uniform, workgroups, bindings }: Kernel): string =>
  [
    ...[op, source, uniform.join(), workgroups.join()],
    ...bindings.map(
      ({ value, access }) => `${access} ${value.label.replaceAll(AGAIN, '')} ${value.shape.join()}`,
    ),
  ].join('\n');

describe.each(TARGETS)('$family', (target) => {
  const plain = planOf('text-tiny', target, false);
  const checkpointed = planOf('text-tiny', target, true);
  /** Dispatches that the plain plan does not have at their place. */
  const again = new Set<Kernel>();
  const expected = plain.gradients.map(shown);
  for (const kernel of checkpointed.gradients)
    if (shown(kernel) === expected[0]) expected.shift();
    else again.add(kernel);

  test('the dispatches of the plain plan are all there, in their order', () => {
    expect(expected).toEqual([]);
    expect(checkpointed.mix.map(shown)).toEqual(plain.mix.map(shown));
    expect(checkpointed.update.map(shown)).toEqual(plain.update.map(shown));
  });

  test('what runs again are kernels of the forward pass', () => {
    const forward = new Set(plain.gradients.map(shown));
    expect([...again].filter((kernel) => !forward.has(shown(kernel)))).toEqual([]);
    // `nothing` stands in the place of a term that a layer does not have.
    const made = [...again].flatMap((kernel) => labelsOf(kernel, 'written'));
    expect(made.filter((label) => !/ again\b|^nothing /.test(label))).toEqual([]);
  });

  test('each segment runs again up to the last of its layers, whose result is kept', () => {
    const weights = [...again].flatMap((kernel) =>
      labelsOf(kernel, 'read').filter((label) => /weight/.test(label)),
    );
    const parts = weights.flatMap((label) => PART.exec(label)?.slice(1).join(' ') ?? []);
    const of = (segment: string, ...own: string[]) => own.map((part) => `${segment} ${part}`);
    expect([...new Set(parts)].toSorted()).toEqual([
      ...of('attentions', 'attn1.to_out.0', 'attn1.to_q', 'attn2.to_out.0', 'attn2.to_q'),
      ...of('attentions', 'ff.net.0.proj', 'ff.net.2', 'norm', 'norm1', 'norm2', 'norm3', 'proj_in'),
      ...of('encoder.layers', 'layer_norm1', 'layer_norm2', 'mlp.fc1'),
      ...of('encoder.layers', 'self_attn.out_proj', 'self_attn.q_proj'),
      ...of('resnets', 'conv1', 'norm1', 'norm2'),
    ]);
  });
});

describe.each([
  // Of the plain plan's arena and arithmetic; measured: 0.48 and 1.17, 0.38 and 1.17, 0.34 and 1.18.
  { preset: 'small', arena: 0.5, flops: 1.2 },
  { preset: 'cifar', arena: 0.4, flops: 1.2 },
  { preset: 'text', arena: 0.4, flops: 1.2 },
] as const)('$preset', ({ preset, arena, flops }) => {
  test('takes far less memory for some more arithmetic', () => {
    const [kept, again] = [planOf(preset, TILES, false), planOf(preset, TILES, true)];
    const flopsOf = (plan: typeof kept) => plan.gradients.reduce((sum, kernel) => sum + kernel.flops, 0);
    const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    const giga = (plan: typeof kept) => `${(flopsOf(plan) / 1e9).toFixed(0)} GFLOP`;
    for (const [name, plan] of Object.entries({ kept, again }))
      console.log(
        `${preset}, ${name}: ${mebibytes(plan.allocatedBytes)}, arena ${mebibytes(plan.arena.bytes)}, ${giga(plan)}, ${[...plan.mix, ...plan.gradients, ...plan.update].length} dispatches`,
      );
    expect(again.arena.bytes / kept.arena.bytes).toBeLessThan(arena);
    expect(flopsOf(again) / flopsOf(kept)).toBeLessThan(flops);
  });
});

test('no more kinds of kernels are compiled', () => {
  const sourcesOf = (again: boolean) =>
    new Set(planOf('tiny', REGISTERS, again).gradients.map(({ source }) => source));
  expect(sourcesOf(true)).toEqual(sourcesOf(false));
});
