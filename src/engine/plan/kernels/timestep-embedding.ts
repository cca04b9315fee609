// The kernel of the sinusoidal timestep embedding. Sine and cosine use the arithmetic of eager/eager-ops.ts:
// WGSL's built-in functions promise an absolute error of only 2^-11 (5e-4), and only within -pi..pi. Not
// here: the frequencies (engine/embedding-frequencies.ts).
import { type Kernel, kernel } from './kernel.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';

export interface TimestepEmbeddingGeometry {
  batch: number;
  /** Even. */
  channels: number;
  /** Whether the cosines come first. */
  flipSinToCos: boolean;
}

/**
 * 2 pi as the sum of two numbers; a small integer times the first is exact in float32 (Cody-Waite reduction).
 */
const TURN_HIGH = 6.28125;
const TURN_LOW = 2 * Math.PI - TURN_HIGH;

const THREADS = 64;

/**
 * y [B, channels] = sines, then cosines, of timesteps [B] times frequencies [channels / 2]
 * (`embeddingFrequencies`), in radians. As diffusers.models.embeddings.get_timestep_embedding.
 */
export function timestepEmbedding(
  { family }: Target,
  { batch, channels, flipSinToCos }: TimestepEmbeddingGeometry,
  { timesteps, frequencies, y }: { timesteps: Value; frequencies: Value; y: Value },
): Kernel[] {
  const half = channels / 2;
  const spec = {
    op: 'timestep embedding',
    bindings: {
      timesteps: { value: timesteps, access: 'read' },
      frequencies: { value: frequencies, access: 'read' },
      y: { value: y, access: 'write' },
    } as const,
    params: {
      half,
      batch,
      sinesAt: flipSinToCos ? half : 0,
      cosinesAt: flipSinToCos ? 0 : half,
    },
    workgroupSize: [THREADS, 1, 1] as const,
    workgroups: [Math.ceil(half / THREADS), batch, 1] as const,
    body: /* wgsl */ `
      let i = group.x * ${THREADS}u + lane;
      if (i >= params.half || group.y >= params.batch) { return; }
      let angle = timesteps[group.y] * frequencies[i];
      let turns = round(angle * ${1 / (2 * Math.PI)});
      let near = (angle - turns * ${TURN_HIGH}) - turns * ${TURN_LOW};
      // Taylor series at a quarter of the angle (within pi / 4, error at most 3e-7), then the double-angle
      // formulas twice.
      let quarter = near * 0.25;
      let square = quarter * quarter;
      var sine = quarter * (((${-1 / 5040} * square + ${1 / 120}) * square + ${-1 / 6}) * square + 1.0);
      var cosine = (((${1 / 40320} * square + ${-1 / 720}) * square + ${1 / 24}) * square - 0.5) * square + 1.0;
      let half_sine = sine * cosine * 2.0;
      let half_cosine = 1.0 - sine * sine * 2.0;
      sine = half_sine * half_cosine * 2.0;
      cosine = 1.0 - half_sine * half_sine * 2.0;
      let row = group.y * 2u * params.half + i;
      y[row + params.sinesAt] = sine;
      y[row + params.cosinesAt] = cosine;`,
  };
  return [kernel(family, spec)];
}
