// The benchmark's counter, on fakes of WebGPU's classes: it counts every call, passes results through and
// knows the bytes of the buffers that were not destroyed. Not here: a real device (npm run bench).
import { describe, expect, it } from 'vitest';
import { GpuCounter } from '../../bench/counting.ts';

/** New classes for each test: the counter never unwraps the classes it has wrapped. */
function fakeGpu() {
  class GPUBuffer {
    destroyed = 0;
    destroy() {
      this.destroyed++;
    }
  }
  class GPUDevice {
    createBuffer(_descriptor: { size: number }) {
      return new GPUBuffer();
    }
    createComputePipeline() {
      return 'pipeline';
    }
    createComputePipelineAsync() {
      return Promise.resolve('pipeline');
    }
  }
  class GPUQueue {
    submitted: unknown[] = [];
    submit(buffers: unknown[]) {
      this.submitted.push(buffers);
    }
  }
  class GPUComputePassEncoder {
    grids: number[][] = [];
    dispatchWorkgroups(...grid: number[]) {
      this.grids.push(grid);
    }
  }
  return { GPUBuffer, GPUDevice, GPUQueue, GPUComputePassEncoder };
}

describe('GpuCounter', () => {
  it('counts each kind of call and begins anew after a take', () => {
    const classes = fakeGpu();
    const counter = new GpuCounter(classes);
    const [device, queue, pass] = [
      new classes.GPUDevice(),
      new classes.GPUQueue(),
      new classes.GPUComputePassEncoder(),
    ];
    for (let i = 0; i < 3; i++) pass.dispatchWorkgroups(i, 1, 1);
    queue.submit([]);
    device.createBuffer({ size: 4 });
    device.createComputePipeline();
    void device.createComputePipelineAsync();
    expect(counter.take()).toEqual({ dispatches: 3, submits: 1, buffers: 1, pipelines: 2 });
    expect(counter.take()).toEqual({ dispatches: 0, submits: 0, buffers: 0, pipelines: 0 });
  });

  it('passes arguments, results and the object itself through', async () => {
    const classes = fakeGpu();
    const counter = new GpuCounter(classes);
    const pass = new classes.GPUComputePassEncoder();
    pass.dispatchWorkgroups(7, 2, 3);
    expect(pass.grids).toEqual([[7, 2, 3]]);
    const device = new classes.GPUDevice();
    expect(device.createBuffer({ size: 4 })).toBeInstanceOf(classes.GPUBuffer);
    expect(await device.createComputePipelineAsync()).toBe('pipeline');
    expect(counter.take().pipelines).toBe(1);
  });

  it('knows the bytes that are left on each device, and a buffer destroyed twice goes once', () => {
    const classes = fakeGpu();
    const counter = new GpuCounter(classes);
    const [one, other] = [new classes.GPUDevice(), new classes.GPUDevice()];
    const first = one.createBuffer({ size: 1000 });
    one.createBuffer({ size: 24 });
    other.createBuffer({ size: 5 });
    expect([counter.bytesOn(one), counter.bytesOn(other)]).toEqual([1024, 5]);
    first.destroy();
    first.destroy();
    expect(first.destroyed).toBe(2);
    expect([counter.bytesOn(one), counter.bytesOn(other)]).toEqual([24, 5]);
  });
});
