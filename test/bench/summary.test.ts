// The benchmark's last line: exactly the fields that other programs read (docs/agreement.md, section 6), and
// numbers that follow from the steps measured. Not here: measuring (npm run bench).
import { describe, expect, it } from 'vitest';
import { kernelRows } from '../../bench/kernel-rows.ts';
import { maxRelativeDifference, median, stepsPerSecond, type StepTime } from '../../bench/steps.ts';
import { rounded, summaryOf } from '../../bench/summary.ts';

const step = (stepMs: number, hostMs: number, dispatches: number, buffers: number): StepTime => ({
  stepMs,
  hostMs,
  cpuMs: NaN,
  loss: 1,
  counts: { dispatches, submits: 1, buffers, pipelines: 0 },
});

const MEASURED = {
  device: 'a GPU',
  adapter: 'webgpu/vendor/architecture//',
  network: 'bench',
  parameters: 1_624_323,
  batch: 4,
  ours: [step(100, 2, 400, 0), step(300, 1, 400, 0), step(110, 3, 400, 0)],
  stock: [step(1000, 200, 6505, 2000), step(1200, 300, 6505, 2001)],
  memory: { liveBytes: 50, allocatedBytes: 60, snapshotBytes: 30 },
  lossMaxRelDiff: 1.23456e-6,
  imagesPerSecond: 36.36363,
};

describe('summaryOf', () => {
  it('has exactly the agreed fields, in their order', () => {
    // Written out here: a change of SUMMARY_FIELDS must be one on purpose.
    expect(Object.keys(summaryOf(MEASURED))).toEqual([
      'device',
      'adapter',
      'network',
      'parameters',
      'batch',
      'step_ms',
      'step_ms_stock',
      'ratio_step',
      'host_ms_per_step',
      'host_ms_per_step_stock',
      'ratio_host',
      'dispatches_per_step',
      'dispatches_per_step_stock',
      'buffers_created_per_step',
      'live_bytes',
      'allocated_bytes',
      'snapshot_bytes',
      'loss_max_rel_diff',
      'images_per_second',
    ]);
  });

  it('takes medians of times and says ratios as stock over ours', () => {
    expect(summaryOf(MEASURED)).toMatchObject({
      step_ms: 110,
      step_ms_stock: 1100,
      ratio_step: 10,
      host_ms_per_step: 2,
      host_ms_per_step_stock: 250,
      ratio_host: 125,
      dispatches_per_step: 400,
      dispatches_per_step_stock: 6505,
      buffers_created_per_step: 0,
      live_bytes: 50,
      allocated_bytes: 60,
      snapshot_bytes: 30,
      loss_max_rel_diff: 1.235e-6,
      images_per_second: 36.36,
    });
  });

  it('shows a single buffer created in a single step', () => {
    const ours = [step(1, 1, 1, 0), step(1, 1, 1, 1), step(1, 1, 1, 0), step(1, 1, 1, 0)];
    expect(summaryOf({ ...MEASURED, ours }).buffers_created_per_step).toBe(0.25);
  });

  it('says null where no plan ran and where a number is none', () => {
    expect(summaryOf({ ...MEASURED, memory: null, lossMaxRelDiff: NaN })).toMatchObject({
      live_bytes: null,
      allocated_bytes: null,
      snapshot_bytes: null,
      loss_max_rel_diff: null,
    });
  });
});

describe('the numbers behind it', () => {
  it('takes the median of odd and even counts', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
  });

  it('takes the largest relative difference, and lets no NaN pass as small', () => {
    expect(maxRelativeDifference([1, 2.2, 3], [1, 2, 3])).toBeCloseTo(0.1);
    expect(maxRelativeDifference([NaN, 2], [1, 2])).toBeNaN();
    expect(maxRelativeDifference([1, NaN, 3], [1, 2, 3])).toBeNaN();
    expect(maxRelativeDifference([1], [1, 2])).toBeNaN();
  });

  it('keeps four digits of what is small and whole numbers of what is large', () => {
    expect([rounded(0.123456), rounded(1234.5), rounded(Infinity)]).toEqual([0.1235, 1235, null]);
  });

  it('keeps two steps in flight, never three', async () => {
    let [now, most] = [0, 0];
    const run = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
    };
    expect(await stepsPerSecond(6, run)).toBeGreaterThan(0);
    expect(most).toBe(2);
  });
});

describe('kernelRows', () => {
  it('joins times with what a plan says its kernels do', () => {
    const times = [
      { op: 'conv forward', dispatches: 2, ms: 3 },
      { op: 'add', dispatches: 1, ms: 1 },
    ];
    const kernels = [{ op: 'conv forward', dispatches: 2, flops: 6e6, bytes: 3e6 }];
    expect(kernelRows(times, { kernels })).toEqual([
      {
        row: 'kernel',
        op: 'conv forward',
        dispatches: 2,
        ms: 3,
        share: 0.75,
        gflops_per_second: 2,
        gbytes_per_second: 1,
      },
      {
        row: 'kernel',
        op: 'add',
        dispatches: 1,
        ms: 1,
        share: 0.25,
        gflops_per_second: null,
        gbytes_per_second: null,
      },
    ]);
  });

  it('still names the kernels where the device has no timestamps', () => {
    const kernels = [{ op: 'conv forward', dispatches: 2, flops: 6e6, bytes: 3e6 }];
    expect(kernelRows(null, { kernels })).toMatchObject([{ op: 'conv forward', dispatches: 2, ms: null }]);
  });
});
