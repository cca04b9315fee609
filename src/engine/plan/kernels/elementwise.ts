// Kernels that are memory traffic and little else: sums, silu, joining and parting channels, nearest upsampling; forward and
// gradient. Not here: any reduction, group norm with its own silu (group-norm.ts).
import { type Binding, type Grid, gridOf, type Kernel, kernel } from './kernel.ts';
import { elementsOf, type Value } from './value.ts';
import type { Target } from './target.ts';

type Bindings = Record<string, Binding>;

/** Invocations of a workgroup, and elements of each: in software SIMD lanes are 4, and starting an invocation is what costs. */
const THREADS = { tiles: 256, registers: 4 } as const;
const RUN = 32;

const read = (value: Value): Binding => ({ value, access: 'read' });
const write = (value: Value): Binding => ({ value, access: 'write' });

/**
 * Bindings of a gradient `name` that is written to `to`, added to `add`: in place (`add` is `to`), one that lies elsewhere, or
 * nothing. `term` is what to add at `at`.
 */
export function gradientTo(
  name: string,
  add: Value | null,
  to: Value,
  type: Binding['type'] = 'f32',
): { bindings: Bindings; term: (at: string) => string } {
  if (add?.id === to.id) {
    return { bindings: { [name]: { value: to, access: 'update', type } }, term: (at) => ` + ${name}[${at}]` };
  }
  const result: Bindings = { [name]: { value: to, access: 'write', type } };
  if (!add) return { bindings: result, term: () => '' };
  const other = `${name}_add`;
  const bindings: Bindings = { [other]: { value: add, access: 'read', type }, ...result };
  return { bindings, term: (at) => ` + ${other}[${at}]` };
}

/** Four numbers an invocation, in software too: 262,144 sums took 1.8 ms one by one and take 0.9 ms. */
const inFours = (...counts: number[]): boolean => counts.every((count) => count % 4 === 0);

const typed = (bindings: Bindings, four: boolean): Bindings =>
  Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => [
      name,
      { ...binding, type: four ? 'vec4<f32>' : 'f32' },
    ]),
  );

/** `alias T`, and x * sigmoid(x) with its slope, over T: a number or four. The clamp keeps infinities away (sigmoid is 0 long before). */
export const siluFunctions = (four: boolean): string => /* wgsl */ `
alias T = ${four ? 'vec4<f32>' : 'f32'};
fn sigmoid(x: T) -> T { return 1.0 / (1.0 + exp(min(-x, T(80.0)))); }
fn silu(x: T) -> T { return x * sigmoid(x); }
fn silu_slope(x: T) -> T { let s = sigmoid(x); return s * (1.0 + x * (1.0 - s)); }`;

/** `statement` for every element `i`. */
function forElements(
  { family }: Target,
  op: string,
  count: number,
  bindings: Bindings,
  statement: string,
  declarations: (four: boolean) => string = () => '',
): Kernel[] {
  const four = inFours(count);
  const elements = four ? count / 4 : count;
  const threads = THREADS[family];
  const run = family === 'tiles' ? 1 : RUN;
  const spec = {
    op,
    bindings: typed(bindings, four),
    params: { count: elements },
    workgroupSize: [threads, 1, 1] as Grid,
    workgroups: gridOf(elements, threads * run),
    declarations: declarations(four),
    body: /* wgsl */ `
      let first = (group.y * 32768u + group.x) * ${threads * run}u;
      let end = min(first + ${threads * run}u, params.count);
      for (var i = first + lane; i < end; i += ${threads}u) { ${statement} }`,
  };
  return [kernel(family, spec)];
}

interface Walk {
  /** Lines of `span` pixels; a line of pixels that are no picture may end early. */
  pixels: number;
  span: number;
  channels: number;
  four: boolean;
}

/** `statement` for every channel `c` of every pixel: `pixel`, or `column` of the line `row`. Lanes run along channels. */
function forPixels(
  { family }: Target,
  op: string,
  { pixels, span, channels, four }: Walk,
  bindings: Bindings,
  statement: string,
  params: Record<string, number> = {},
): Kernel[] {
  const width = four ? channels / 4 : channels;
  const threads = THREADS[family];
  const flat = /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${threads}u + lane;
      if (i >= params.pixels * params.channels) { return; }
      let pixel = i / params.channels;
      let c = i % params.channels;
      let row = pixel / params.span;
      let column = pixel % params.span;
      ${statement}`;
  // No division: a line of pixels a workgroup, a channel a lane.
  const lines = /* wgsl */ `
      let c = group.y * ${threads}u + lane;
      if (c >= params.channels) { return; }
      let row = group.x;
      var pixel = row * params.span;
      let columns = min(params.span, params.pixels - pixel);
      for (var column = 0u; column < columns; column++) {
        ${statement}
        pixel++;
      }`;
  const spec = {
    op,
    bindings: typed(bindings, four),
    params: { pixels, span, channels: width, ...params },
    workgroupSize: [threads, 1, 1] as Grid,
    workgroups:
      family === 'tiles'
        ? gridOf(pixels * width, threads)
        : ([Math.ceil(pixels / span), Math.ceil(width / threads), 1] as Grid),
    body: family === 'tiles' ? flat : lines,
  };
  return [kernel(family, spec)];
}

/** y = a + b. */
export function add(target: Target, { a, b, y }: { a: Value; b: Value; y: Value }): Kernel[] {
  const bindings = { a: read(a), b: read(b), y: write(y) };
  return forElements(target, 'add', elementsOf(y), bindings, 'y[i] = a[i] + b[i];');
}

/** y += a. */
export function addInto(target: Target, { a, y }: { a: Value; y: Value }): Kernel[] {
  const bindings: Bindings = { a: read(a), y: { value: y, access: 'update' } };
  return forElements(target, 'add', elementsOf(y), bindings, 'y[i] += a[i];');
}

/** y = x sigmoid(x). torch.nn.SiLU. */
export function silu(target: Target, { x, y }: { x: Value; y: Value }): Kernel[] {
  const bindings = { x: read(x), y: write(y) };
  return forElements(target, 'silu', elementsOf(y), bindings, 'y[i] = silu(x[i]);', siluFunctions);
}

/** dx = dy silu'(x) (+ add). `add` may be dx itself: then in place. */
export function siluGradient(
  target: Target,
  { x, dy, add: before, dx }: { x: Value; dy: Value; add: Value | null; dx: Value },
): Kernel[] {
  const { bindings, term } = gradientTo('dx', before, dx);
  return forElements(
    target,
    'silu backward',
    elementsOf(dx),
    { x: read(x), dy: read(dy), ...bindings },
    `dx[i] = dy[i] * silu_slope(x[i])${term('i')};`,
    siluFunctions,
  );
}

export interface ConcatGeometry {
  /** Pixels of all pictures. */
  rows: number;
  /** Channels of a and of b. */
  first: number;
  second: number;
}

function concatWalk({ rows, first, second }: ConcatGeometry) {
  const four = inFours(first, second);
  const width = four ? first / 4 : first;
  return {
    walk: { pixels: rows, span: RUN, channels: first + second, four },
    params: { first: width, second: four ? second / 4 : second },
  };
}

/** y [rows, first + second] = a [rows, first] beside b [rows, second]. */
export function concat(
  target: Target,
  geometry: ConcatGeometry,
  { a, b, y }: { a: Value; b: Value; y: Value },
): Kernel[] {
  const { walk, params } = concatWalk(geometry);
  const statement = /* wgsl */ `
        if (c < params.first) { y[pixel * params.channels + c] = a[pixel * params.first + c]; }
        else { y[pixel * params.channels + c] = b[pixel * params.second + c - params.first]; }`;
  const bindings = { a: read(a), b: read(b), y: write(y) };
  return forPixels(target, 'concat', walk, bindings, statement, params);
}

/** da, db = the two parts of dy (+ addA, + addB, each of which may be its own result: then in place). The gradient of concat. */
export function split(
  target: Target,
  geometry: ConcatGeometry,
  { dy, addA, addB, da, db }: { dy: Value; addA: Value | null; addB: Value | null; da: Value; db: Value },
): Kernel[] {
  const { walk, params } = concatWalk(geometry);
  const [toA, toB] = [gradientTo('da', addA, da), gradientTo('db', addB, db)];
  const statement = /* wgsl */ `
        let part = dy[pixel * params.channels + c];
        if (c < params.first) { let at = pixel * params.first + c; da[at] = part${toA.term('at')}; }
        else { let at = pixel * params.second + c - params.first; db[at] = part${toB.term('at')}; }`;
  const bindings = { dy: read(dy), ...toA.bindings, ...toB.bindings };
  return forPixels(target, 'concat backward', walk, bindings, statement, params);
}

/** Of the small picture. */
export interface UpsampleGeometry {
  batch: number;
  height: number;
  width: number;
  channels: number;
}

const upsampleWalk = ({ batch, height, width, channels }: UpsampleGeometry): Walk => ({
  pixels: batch * height * width,
  span: width,
  channels,
  four: inFours(channels),
});

/** Places of the four doubled pixels: line 2 row, column 2 column, of pictures 2 span wide. */
const DOUBLED = /* wgsl */ `
        let above = ((2u * row) * (2u * params.span) + 2u * column) * params.channels + c;
        let below = above + 2u * params.span * params.channels;`;

/** y [B, 2H, 2W, C] = each pixel of x [B, H, W, C] four times. torch's nearest interpolation by 2. */
export function upsample(
  target: Target,
  geometry: UpsampleGeometry,
  { x, y }: { x: Value; y: Value },
): Kernel[] {
  const statement = /* wgsl */ `${DOUBLED}
        let value = x[pixel * params.channels + c];
        y[above] = value;
        y[above + params.channels] = value;
        y[below] = value;
        y[below + params.channels] = value;`;
  const bindings = { x: read(x), y: write(y) };
  return forPixels(target, 'upsample', upsampleWalk(geometry), bindings, statement);
}

/** dx [B, H, W, C] = sums of 2x2 pixels of dy (+ add, which may be dx itself: then in place). */
export function upsampleGradient(
  target: Target,
  geometry: UpsampleGeometry,
  { dy, add: before, dx }: { dy: Value; add: Value | null; dx: Value },
): Kernel[] {
  const { bindings, term } = gradientTo('dx', before, dx);
  const statement = /* wgsl */ `${DOUBLED}
        let at = pixel * params.channels + c;
        dx[at] = ((dy[above] + dy[above + params.channels]) + (dy[below] + dy[below + params.channels]))${term('at')};`;
  const all = { dy: read(dy), ...bindings };
  return forPixels(target, 'upsample backward', upsampleWalk(geometry), all, statement);
}
