// Claims about how a group norm's groups lie side by side in a workgroup, for every norm of the presets: no
// device. Not here: the kernels (group-norm.gpu.test.ts).
import { describe, expect, test } from 'vitest';
import { heldLayoutOf, layoutOf } from '../../../../../src/engine/plan/kernels/group-norm/held-layout.ts';
import type { Target } from '../../../../../src/engine/plan/kernels/target.ts';
import { TILES } from '../../targets.ts';

const norm = (pixels: number, channels: number) => ({
  ...{ batch: 4, pixels, channels, groups: 32, eps: 1e-5, act: 'silu' as const },
});
const SIZES = [16, 64, 256, 1024, 4096];
const CHANNELS = [32, 64, 96, 128, 192, 256, 320, 384, 512];
const ALL = SIZES.flatMap((pixels) => CHANNELS.map((channels) => norm(pixels, channels)));

describe.each([1, 2] as const)('with %i operands held', (operands) => {
  const layouts = ALL.flatMap((geometry) => {
    const layout = heldLayoutOf(TILES, geometry, 'vec4<f32>', operands);
    return layout ? [{ geometry, layout }] : [];
  });

  test('each pixel of each channel belongs to one invocation', () => {
    for (const { geometry, layout } of layouts) {
      expect(layout.rows * layout.held).toBe(geometry.pixels);
      expect(geometry.channels % (4 * layout.columns)).toBe(0);
      expect(layout.threads).toBe(layout.rows * layout.columns);
      expect(layout.threads).toBeLessThanOrEqual(256);
    }
  });

  test('a workgroup has whole groups, and at most 64 numbers of an invocation are held', () => {
    for (const { layout } of layouts) {
      expect((4 * layout.columns) % layout.perGroup).toBe(0);
      expect(4 * layout.held * operands).toBeLessThanOrEqual(64);
    }
  });

  test('the sums are those of a workgroup for each group: as many parts as it has rows', () => {
    for (const { geometry, layout } of layouts) {
      const element = layout.perGroup % 4 === 0 ? 'vec4<f32>' : 'f32';
      expect(layout.parts * layout.rows).toBe(layoutOf(geometry, element).rows);
      expect(layout.held % layout.parts).toBe(0);
    }
  });
});

test('a forward norm of 32 x 32 x 64 reads 64 bytes of each pixel, one of 8 x 8 x 128 whole cache lines', () => {
  expect(heldLayoutOf(TILES, norm(1024, 64), 'vec4<f32>', 1)).toMatchObject({ columns: 4, held: 16 });
  expect(heldLayoutOf(TILES, norm(64, 128), 'vec4<f32>', 1)).toMatchObject({ columns: 8, held: 2 });
});

test('Intel holds half as much where its driver chooses the subgroups, else asks for its smallest', () => {
  const intel: Target = { ...TILES, vendor: 'intel' };
  expect(heldLayoutOf(intel, norm(1024, 64), 'vec4<f32>', 1)).toMatchObject({ held: 8, subgroupSize: null });
  const sized = { ...intel, subgroupSizes: [8, 16, 32] };
  expect(heldLayoutOf(sized, norm(1024, 64), 'vec4<f32>', 1)).toMatchObject({ held: 16, subgroupSize: 8 });
});

test('pixels that are no multiple of the rows are not held', () => {
  expect(heldLayoutOf(TILES, norm(15, 64), 'vec4<f32>', 1)).toBeNull();
});
