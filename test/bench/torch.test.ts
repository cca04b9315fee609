// How the benchmark compares our speed with PyTorch's: ratios above 1 mean ours is faster, shares are of
// PyTorch's own peaks. Not here: running PyTorch.
import { expect, it } from 'vitest';
import type { Summary } from '../../bench/summary.ts';
import { torchRatios } from '../../bench/torch.ts';

const SUMMARY = { batch: 4, step_ms: 10, images_per_second: 300 } as Summary;

it('gives a ratio to each variant that ran and shares of the measured peaks', () => {
  const ours = [
    { row: 'machine' },
    { row: 'kernel', op: 'conv forward', gflops_per_second: 500, gbytes_per_second: 20 },
    { row: 'speed', gflops_per_second: 250, gbytes_per_second: 10 },
  ];
  const torch = [
    { row: 'torch_peak', matmul_f32_flops_per_second: 1e12, copy_bytes_per_second: 1e11 },
    { row: 'torch', variant: 'eager f32', images_per_second: 200, step_ms: 15 },
    { row: 'torch', variant: 'compile f32', error: 'no compiler' },
  ];
  expect(torchRatios(SUMMARY, ours, torch)).toEqual([
    { row: 'kernel_share', op: 'conv forward', share_of_peak_f32: 0.5, share_of_copy: 0.2 },
    { row: 'step_share', share_of_peak_f32: 0.25, share_of_copy: 0.1 },
    {
      row: 'torch_ratio',
      variant: 'eager f32',
      batch: 4,
      images_per_second: 300,
      images_per_second_torch: 200,
      ratio_images: 1.5,
      ratio_step: 1.5,
    },
  ]);
});
