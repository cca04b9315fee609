// The mean squared error of each picture, and the gradient of the weighted mean of these losses over a step.
// Not here: what the weights mean (diffusion/), the step's one loss (optimizer.ts, `stepVerdict`).
import { gridOf, type Kernel, kernel } from './kernel.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';
import { CONTROL } from './control.ts';
import { SCALER } from './loss-scaling.ts';

export interface BatchGeometry {
  batch: number;
  /** Values of one picture: height x width x channels. */
  perPicture: number;
}

export interface LossAndGradient {
  /** [B, perPicture] */
  prediction: Value;
  /** [B, perPicture] */
  target: Value;
  /** [B] */
  sampleWeights: Value;
  /** The numbers of `controlOf` (control.ts). */
  control: Value;
  /** In mixed precision the numbers of `scalerOf` (loss-scaling.ts), else null. */
  scaler: Value | null;
  /** Partial sums of squares, of the shape `lossPartialShape`. */
  partial: Value;
  /** [B, perPicture] */
  dPrediction: Value;
}

export interface PerPictureLoss {
  partial: Value;
  sampleWeights: Value;
  control: Value;
  /** [pictures of the step]; this micro-batch's are written from control's firstPicture on. */
  losses: Value;
  /** As `losses`, each times the picture's weight. */
  weighted: Value;
}

/**
 * Values of one partial sum. In `registers` four lanes interleave over 4 * 256 values: one partial sum each.
 */
const PER_SUM = 256;
const LANES = 4;
const THREADS = 64;

const partialSumsOf = ({ perPicture }: BatchGeometry): number =>
  LANES * Math.ceil(perPicture / (LANES * PER_SUM));

/** [B, partial sums of a picture] */
export const lossPartialShape = (geometry: BatchGeometry): number[] => [
  geometry.batch,
  partialSumsOf(geometry),
];

/**
 * WGSL: for every `step`th value of picture `b` from `first` + `lane` to `end`: stores its gradient, adds its
 * squared error to `sum`.
 */
const difference = (step: number, scaled: boolean): string => /* wgsl */ `
      let scale = 2.0 * sampleWeights[b] * control[${CONTROL.gradientScale}] / f32(params.per_picture)${scaled ? ` * scaler[${SCALER.scale}]` : ''};
      var sum = 0.0;
      for (var i = first + lane; i < end; i += ${step}u) {
        let difference = prediction[i] - goal[i];
        sum += difference * difference;
        dPrediction[i] = difference * scale;
      }`;

/**
 * dPrediction = 2 (prediction - target) weight gradientScale / perPicture, the gradient of the step's
 * weighted mean squared error, times the scale of `scaler`; `partial` = sums of the squared errors.
 */
export function lossAndGradient(
  { family }: Target,
  geometry: BatchGeometry,
  { prediction, target, sampleWeights, control, scaler, partial, dPrediction }: LossAndGradient,
): Kernel[] {
  const { batch, perPicture } = geometry;
  const parts = partialSumsOf(geometry);
  const shared = {
    op: 'loss',
    bindings: {
      prediction: { value: prediction, access: 'read' },
      goal: { value: target, access: 'read' },
      sampleWeights: { value: sampleWeights, access: 'read' },
      control: { value: control, access: 'read' },
      partial: { value: partial, access: 'write' },
      dPrediction: { value: dPrediction, access: 'write' },
      ...(scaler ? { scaler: { value: scaler, access: 'read' as const } } : {}),
    },
    params: { per_picture: perPicture, parts },
    flops: 4 * batch * perPicture,
  } as const;
  if (family === 'registers') {
    const span = LANES * PER_SUM;
    return [
      kernel(family, {
        ...shared,
        workgroupSize: [LANES, 1, 1],
        workgroups: [parts / LANES, batch, 1],
        body: /* wgsl */ `
      let b = group.y;
      let first = b * params.per_picture + group.x * ${span}u;
      let end = min(first + ${span}u, (b + 1u) * params.per_picture);
      ${difference(LANES, scaler !== null)}
      partial[b * params.parts + group.x * ${LANES}u + lane] = sum;`,
      }),
    ];
  }
  return [
    kernel(family, {
      ...shared,
      workgroupSize: [THREADS, 1, 1],
      workgroups: [parts, batch, 1],
      declarations: `var<workgroup> sums: array<f32, ${THREADS}>;`,
      body: /* wgsl */ `
      let b = group.y;
      let first = b * params.per_picture + group.x * ${PER_SUM}u;
      let end = min(first + ${PER_SUM}u, (b + 1u) * params.per_picture);
      ${difference(THREADS, scaler !== null)}
      sums[lane] = sum;
      for (var step = ${THREADS / 2}u; step > 0u; step /= 2u) {
        workgroupBarrier();
        if (lane < step) { sums[lane] += sums[lane + step]; }
      }
      if (lane == 0u) { partial[b * params.parts + group.x] = sums[0]; }`,
    }),
  ];
}

/**
 * losses[firstPicture + b] = mean squared error of picture b; weighted[firstPicture + b] = that times its
 * weight.
 */
export function perPictureLoss(
  { family }: Target,
  geometry: BatchGeometry,
  { partial, sampleWeights, control, losses, weighted }: PerPictureLoss,
): Kernel[] {
  const { batch, perPicture } = geometry;
  return [
    kernel(family, {
      op: 'loss per picture',
      bindings: {
        partial: { value: partial, access: 'read' },
        sampleWeights: { value: sampleWeights, access: 'read' },
        control: { value: control, access: 'read' },
        losses: { value: losses, access: 'write' },
        weighted: { value: weighted, access: 'write' },
      },
      params: { batch, parts: partialSumsOf(geometry), per_picture: perPicture },
      workgroupSize: [LANES, 1, 1],
      workgroups: gridOf(batch, LANES),
      body: /* wgsl */ `
      let b = (group.y * 32768u + group.x) * ${LANES}u + lane;
      if (b >= params.batch) { return; }
      var sum = 0.0;
      for (var i = 0u; i < params.parts; i++) { sum += partial[b * params.parts + i]; }
      let loss = sum / f32(params.per_picture);
      let at = u32(control[${CONTROL.firstPicture}]) + b;
      losses[at] = loss;
      weighted[at] = loss * sampleWeights[b];`,
    }),
  ];
}
