// Convolutions and matrix products for GPUs in hardware: forward, gradient of the input, gradient of the filter.
// Not here: what is asked (conv.ts), kernels for GPUs in software (conv-registers.ts).
import type { ConvFilterGradient, ConvForward, ConvGeometry, ConvInputGradient } from './conv.ts';
import { gradientTo } from './elementwise.ts';
import { type Binding, gridOf, type Kernel, kernel, type Value } from './kernel.ts';

const THREADS = 64;
const read = (value: Value): Binding => ({ value, access: 'read' });

function paramsOf({ upsample, ...numbers }: ConvGeometry, count: number) {
  return { ...numbers, half: upsample ? 1 : 0, count };
}

const each = /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${THREADS}u + lane;
      if (i >= params.count) { return; }`;

function flopsOf({ batch, outHeight, outWidth, ins, outs, kernel: edge }: ConvGeometry): number {
  return 2 * batch * outHeight * outWidth * ins * outs * edge * edge;
}

export function convForward(geometry: ConvGeometry, values: ConvForward): Kernel[] {
  const { batch, outHeight, outWidth, outs } = geometry;
  const { x, weight, bias, perChannel, residual, y } = values;
  const count = batch * outHeight * outWidth * outs;
  const spec = {
    op: 'conv forward',
    bindings: {
      ...{ x: read(x), weight: read(weight), bias: read(bias) },
      ...(perChannel ? { per_channel: read(perChannel) } : {}),
      ...(residual ? { residual: read(residual) } : {}),
      y: { value: y, access: 'write' },
    } as Record<string, Binding>,
    params: paramsOf(geometry, count),
    workgroupSize: [THREADS, 1, 1] as const,
    workgroups: gridOf(count, THREADS),
    flops: flopsOf(geometry),
    body: /* wgsl */ `${each}
      let o = i % params.outs;
      let column = i / params.outs % params.outWidth;
      let row = i / params.outs / params.outWidth % params.outHeight;
      let b = i / params.outs / params.outWidth / params.outHeight;
      var sum = 0.0;
      for (var h = 0u; h < params.kernel; h++) {
        for (var w = 0u; w < params.kernel; w++) {
          let v = row * params.stride + h - params.padBefore;
          let u = column * params.stride + w - params.padBefore;
          if (v >= params.height || u >= params.width) { continue; }
          let pixel = (b * (params.height >> params.half) + (v >> params.half)) * (params.width >> params.half) + (u >> params.half);
          for (var c = 0u; c < params.ins; c++) {
            sum += x[pixel * params.ins + c] * weight[((h * params.kernel + w) * params.ins + c) * params.outs + o];
          }
        }
      }
      y[i] = sum + bias[o]${perChannel ? ' + per_channel[b * params.outs + o]' : ''}${residual ? ' + residual[i]' : ''};`,
  };
  return [kernel('tiles', spec)];
}

export function convInputGradient(geometry: ConvGeometry, values: ConvInputGradient): Kernel[] {
  const { batch, height, width, ins } = geometry;
  const count = batch * height * width * ins;
  const { bindings: dx, term } = gradientTo('dx', values.add, values.dx);
  const spec = {
    op: 'conv input gradient',
    bindings: { dy: read(values.dy), weight: read(values.weight), ...dx },
    params: paramsOf(geometry, count),
    workgroupSize: [THREADS, 1, 1] as const,
    workgroups: gridOf(count, THREADS),
    flops: flopsOf(geometry),
    body: /* wgsl */ `${each}
      let c = i % params.ins;
      let u = i / params.ins % params.width;
      let v = i / params.ins / params.width % params.height;
      let b = i / params.ins / params.width / params.height;
      var sum = 0.0;
      for (var h = 0u; h < params.kernel; h++) {
        for (var w = 0u; w < params.kernel; w++) {
          let row = (v + params.padBefore - h) / params.stride;
          let column = (u + params.padBefore - w) / params.stride;
          if (row * params.stride + h != v + params.padBefore || row >= params.outHeight) { continue; }
          if (column * params.stride + w != u + params.padBefore || column >= params.outWidth) { continue; }
          let pixel = (b * params.outHeight + row) * params.outWidth + column;
          for (var o = 0u; o < params.outs; o++) {
            sum += dy[pixel * params.outs + o] * weight[((h * params.kernel + w) * params.ins + c) * params.outs + o];
          }
        }
      }
      dx[i] = sum${term('i')};`,
  };
  return [kernel('tiles', spec)];
}

export function convFilterGradient(geometry: ConvGeometry, values: ConvFilterGradient): Kernel[] {
  const { kernel: edge, ins, outs } = geometry;
  const count = edge * edge * ins * outs;
  const spec = {
    op: 'conv filter gradient',
    bindings: {
      ...{ x: read(values.x), dy: read(values.dy), control: { ...read(values.control), type: 'u32' } },
      gradient: { value: values.gradient, access: 'update' },
    } as Record<string, Binding>,
    params: paramsOf(geometry, count),
    workgroupSize: [THREADS, 1, 1] as const,
    workgroups: gridOf(count, THREADS),
    flops: flopsOf(geometry),
    body: /* wgsl */ `${each}
      let o = i % params.outs;
      let c = i / params.outs % params.ins;
      let w = i / params.outs / params.ins % params.kernel;
      let h = i / params.outs / params.ins / params.kernel;
      var sum = 0.0;
      for (var p = 0u; p < params.batch * params.outHeight * params.outWidth; p++) {
        let u = p % params.outWidth * params.stride + w - params.padBefore;
        let v = p / params.outWidth % params.outHeight * params.stride + h - params.padBefore;
        let b = p / params.outWidth / params.outHeight;
        if (v >= params.height || u >= params.width) { continue; }
        let pixel = (b * (params.height >> params.half) + (v >> params.half)) * (params.width >> params.half) + (u >> params.half);
        sum += x[pixel * params.ins + c] * dy[p * params.outs + o];
      }
      if (control[0] != 0u) { sum += gradient[i]; }
      gradient[i] = sum;`,
  };
  return [kernel('tiles', spec)];
}

export function filterPartialShape(_geometry: ConvGeometry): number[] | null {
  return null;
}
