// Activations and their gradients: silu, gelu by the normal distribution, CLIP's quick gelu, and the gated
// gelu of transformers. Not here: the silu fused into a group norm (group-norm/).
import { ERFC_COEFFICIENTS, ERFC_LIMIT } from '../../erfc.ts';
import { gradientTo } from './gradient-to.ts';
import type { Kernel } from './kernel.ts';
import { elementsOf, type Value } from './value.ts';
import type { Target } from './target.ts';
import { forElements, forPixels, inFours, read, RUN, type Walk, write } from './walks.ts';

/** An activation of one argument, by its name in ops.ts. */
export type Activation = 'silu' | 'gelu' | 'quickGelu';

/** WGSL: `alias T`, f32 or, if `four`, vec4<f32>. */
const alias = (four: boolean): string => `alias T = ${four ? 'vec4<f32>' : 'f32'};`;

/**
 * WGSL: `alias T` (f32, or vec4<f32> if `four`), silu(x) = x sigmoid(x) and its derivative `silu_slope`, both
 * on T. The clamp keeps exp finite in float32; sigmoid rounds to 0 well before -80.
 */
export const siluFunctions = (four: boolean): string => /* wgsl */ `
${alias(four)}
fn sigmoid(x: T) -> T { return 1.0 / (1.0 + exp(min(-x, T(80.0)))); }
fn silu(x: T) -> T { return x * sigmoid(x); }
fn silu_slope(x: T) -> T { let s = sigmoid(x); return s * (1.0 + x * (1.0 - s)); }`;

/**
 * WGSL: `alias T`, quick_gelu(x) = x sigmoid(1.702 x) and its derivative `quick_gelu_slope`, both on T. The
 * clamp as in `siluFunctions`.
 */
const quickGeluFunctions = (four: boolean): string => /* wgsl */ `
${alias(four)}
fn sigmoid(x: T) -> T { return 1.0 / (1.0 + exp(min(-x, T(80.0)))); }
fn quick_gelu(x: T) -> T { return x * sigmoid(1.702 * x); }
fn quick_gelu_slope(x: T) -> T { let s = sigmoid(1.702 * x); return s * (1.0 + 1.702 * x * (1.0 - s)); }`;

/** A number as WGSL reads an f32: with a point or an exponent. */
const literal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** The polynomial of erfc.ts in `t`, by Horner's rule. */
const polynomial = ERFC_COEFFICIENTS.reduceRight(
  (sum, coefficient) => (sum === '' ? literal(coefficient) : `(${literal(coefficient)} + t * ${sum})`),
  '',
);

/**
 * WGSL: `alias T`, gelu(x) = x Phi(x) and its derivative Phi(x) + x phi(x) as `gelu_slope`, both on T, with
 * Phi the normal distribution and phi its density. Phi by erfc of |x|, because 1 + erf(x) cancels below 0:
 * largest error of gelu 3.8e-7, of its slope 2.5e-7.
 */
const geluFunctions = (four: boolean): string => /* wgsl */ `
${alias(four)}
fn phi(x: T) -> T {
  let near = min(abs(x), T(${literal(ERFC_LIMIT)}));
  let z = near * ${literal(Math.SQRT1_2)};
  let t = 1.0 / (1.0 + 0.5 * z);
  let upper = 0.5 * t * exp(${polynomial} - z * z);
  return select(1.0 - upper, upper, x < T(0.0));
}
fn gelu(x: T) -> T { return x * phi(x); }
fn gelu_slope(x: T) -> T {
  let near = min(abs(x), T(${literal(ERFC_LIMIT)}));
  return phi(x) + x * (exp(-0.5 * near * near) * ${literal(1 / Math.sqrt(2 * Math.PI))});
}`;

/** Each activation: the name of its row in the benchmark, its name in WGSL, and the functions in WGSL. */
const ACTIVATIONS: Record<Activation, { op: string; name: string; functions: (four: boolean) => string }> = {
  silu: { op: 'silu', name: 'silu', functions: siluFunctions },
  gelu: { op: 'gelu', name: 'gelu', functions: geluFunctions },
  quickGelu: { op: 'quick gelu', name: 'quick_gelu', functions: quickGeluFunctions },
};

/**
 * y = activation(x), both of one shape: torch.nn.SiLU, torch.nn.GELU, transformers' QuickGELUActivation.
 */
export function activation(target: Target, of: Activation, { x, y }: { x: Value; y: Value }): Kernel[] {
  const { op, name, functions } = ACTIVATIONS[of];
  const bindings = { x: read(x), y: write(y) };
  return forElements(target, op, elementsOf(y), bindings, `y[i] = ${name}(x[i]);`, functions);
}

/**
 * dx = dy activation'(x) (+ add); all of one shape. If `add` is dx itself, the gradient accumulates in place.
 */
export function activationGradient(
  target: Target,
  of: Activation,
  { x, dy, add: before, dx }: { x: Value; dy: Value; add: Value | null; dx: Value },
): Kernel[] {
  const { op, name, functions } = ACTIVATIONS[of];
  const { bindings, term } = gradientTo('dx', before, dx);
  return forElements(
    target,
    `${op} backward`,
    elementsOf(dx),
    { x: read(x), dy: read(dy), ...bindings },
    `dx[i] = dy[i] * ${name}_slope(x[i])${term('i')};`,
    functions,
  );
}

/** Rows and channels of geglu's result; its argument has twice the channels. */
export interface GegluGeometry {
  rows: number;
  channels: number;
}

const gegluWalk = ({ rows, channels }: GegluGeometry): Walk => ({
  pixels: rows,
  span: RUN,
  channels,
  four: inFours(channels),
});

/** WGSL: `at`, the element of x that is multiplied; its gate is `params.channels` further. */
const PAIR = /* wgsl */ `
        let at = 2u * pixel * params.channels + c;
        let gate = at + params.channels;`;

/**
 * y [rows, channels] = the first channels of x [rows, 2 channels] times gelu of the others: Shazeer 2020,
 * "GLU Variants Improve Transformer"; diffusers' GEGLU behind its projection.
 */
export function geglu(target: Target, geometry: GegluGeometry, { x, y }: { x: Value; y: Value }): Kernel[] {
  const walk = gegluWalk(geometry);
  const statement = /* wgsl */ `${PAIR}
        y[pixel * params.channels + c] = x[at] * gelu(x[gate]);`;
  const bindings = { x: read(x), y: write(y) };
  return forPixels(target, 'geglu', walk, bindings, statement, {}, geluFunctions(walk.four));
}

/**
 * dx [rows, 2 channels] = dy gelu(gate), then dy x gelu'(gate) (+ add; if `add` is dx, it accumulates in
 * place).
 */
export function gegluGradient(
  target: Target,
  geometry: GegluGeometry,
  { x, dy, add: before, dx }: { x: Value; dy: Value; add: Value | null; dx: Value },
): Kernel[] {
  const walk = gegluWalk(geometry);
  const { bindings, term } = gradientTo('dx', before, dx);
  const statement = /* wgsl */ `${PAIR}
        let slope = dy[pixel * params.channels + c];
        let open = x[gate];
        dx[at] = slope * gelu(open)${term('at')};
        dx[gate] = slope * x[at] * gelu_slope(open)${term('gate')};`;
  const all = { x: read(x), dy: read(dy), ...bindings };
  return forPixels(target, 'geglu backward', walk, all, statement, {}, geluFunctions(walk.four));
}
