// The claim that the mixture on the GPU uses the normals of src/random.ts. Not a test: the tests call it.
import { expect } from 'vitest';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { type BatchGeometry, mixNoise } from '../../../../src/engine/plan/kernels/mix-noise.ts';
import { normals, STREAMS } from '../../../../src/random.ts';
import { wavy } from '../../reference.ts';
import { runKernels, value } from './run-kernels.ts';

/** Input and target within 1e-6. `first`: index of the batch's first value in the step's noise. */
export async function claimMixture(
  target: Target,
  { batch, perPicture }: BatchGeometry,
  { seed, step, first }: { seed: number; step: number; first: number },
): Promise<void> {
  const shape = [batch, perPicture];
  const [pictures, input, goal] = [
    value('pictures', shape),
    value('input', shape),
    value('target', shape),
  ] as const;
  const [mix, seeds] = [value('mix', [batch, 4]), value('seeds', [4], 'u32')];
  const [picture, m] = [wavy(shape, 1).data, wavy([batch, 4], 2).data];
  const kernels = mixNoise(target, { batch, perPicture }, { pictures, mix, seeds, input, target: goal });
  const read = await runKernels(
    kernels,
    new Map<typeof mix, ArrayLike<number>>([
      [pictures, picture],
      [mix, m],
      [seeds, Uint32Array.of(seed, STREAMS.noise, step, first)],
    ]),
  );
  const noise = normals(seed, step, STREAMS.noise, batch * perPicture, first);
  const mixed = (of: number) =>
    Array.from(noise, (z, i) => {
      const at = 4 * Math.floor(i / perPicture) + of;
      return (m[at] as number) * (picture[i] as number) + (m[at + 1] as number) * z;
    });
  for (const [result, expected] of [
    [read(input), mixed(0)],
    [read(goal), mixed(2)],
  ] as const) {
    const off = expected.map((x, i) => Math.abs((result[i] as number) - x));
    expect(Math.max(...off)).toBeLessThan(1e-6);
  }
}
