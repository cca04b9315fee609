// The kernels of a training step as they would run on a GPU: its own target, default tile shapes. Not here:
// their machine code (drivers.ts), their time (estimate.ts).
import type { Kernel } from '../../src/engine/plan/kernels/kernel.ts';
import type { Target } from '../../src/engine/plan/kernels/target.ts';
import { planTraining } from '../../src/engine/plan/training-plan.ts';
import { modelOfRun, presetConfig } from '../../src/settings/presets.ts';
import type { PresetName } from '../../src/settings/settings.ts';

/** WebGPU's default limits would cut the vectors of `cifar`; GPUs that are judged have this much at least. */
const BUFFER_BYTES = 2 ** 31 - 4;

/** All dispatches of one step, in order. */
export function stepKernels(preset: PresetName, batch: number, target: Target): Kernel[] {
  const { imageSize } = presetConfig(preset);
  const { parameters, network, inputs } = modelOfRun({ preset, imageSize });
  const spec = {
    parameters,
    network,
    inputs: inputs(batch),
    microBatches: 1,
    target,
    bufferBytes: BUFFER_BYTES,
  };
  const { mix, gradients, update } = planTraining(spec);
  return [...mix, ...gradients, ...update];
}

/** Invocations of a workgroup. */
export const threadsOf = ({ source }: Pick<Kernel, 'source'>): number =>
  (/@workgroup_size\(([\d, ]+)\)/.exec(source)?.[1] ?? '1')
    .split(',')
    .reduce((product, edge) => product * Number(edge), 1);

/** A constant of a kernel's source by its name; undefined where the source has none of that name. */
export function paramOf({ source }: Pick<Kernel, 'source'>, name: string): number | undefined {
  const fields = /struct Shape \{(.*)\}/.exec(source)?.[1] ?? '';
  const names = [...fields.matchAll(/(\w+):/g)].map(([, field]) => field);
  const values = /const params = Shape\((.*)\);/.exec(source)?.[1]?.split(', ') ?? [];
  const value = values[names.indexOf(name)];
  return value === undefined ? undefined : Number.parseFloat(value);
}
