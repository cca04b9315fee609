// Kernels bound by memory traffic, forward and backward: addition, silu, concatenating and splitting
// channels, nearest upsampling. Not here: reductions, the silu fused into a group norm (group-norm/).
import { type Binding, type Grid, gridOf, type Kernel, kernel } from './kernel.ts';
import { elementsOf, type Value } from './value.ts';
import type { Target } from './target.ts';

type Bindings = Record<string, Binding>;

/**
 * Invocations of a workgroup (THREADS) and, in `registers`, elements or pixels of one invocation (RUN): a
 * software GPU has SIMD of 4 lanes, and starting an invocation costs more than an element.
 */
const THREADS = { tiles: 256, registers: 4 } as const;
const RUN = 32;

const read = (value: Value): Binding => ({ value, access: 'read' });
const write = (value: Value): Binding => ({ value, access: 'write' });

/**
 * Bindings for storing a gradient in `to` under the name `name`, plus `add`. `add` is `to` itself (accumulate
 * in place), another value of the same shape, or null. `term(at)` is the WGSL to append to the gradient of
 * element `at`: ' + name[at]', or '' for null.
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

/**
 * Whether elements can be processed as vec4s. Pays in software too: 262,144 sums took 1.8 ms as f32, 0.9 ms
 * as vec4.
 */
const inFours = (...counts: number[]): boolean => counts.every((count) => count % 4 === 0);

const typed = (bindings: Bindings, four: boolean): Bindings =>
  Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => [
      name,
      { ...binding, type: four ? 'vec4<f32>' : 'f32' },
    ]),
  );

/**
 * WGSL: `alias T` (f32, or vec4<f32> if `four`), silu(x) = x sigmoid(x) and its derivative `silu_slope`, both
 * on T. The clamp keeps exp finite in float32; sigmoid rounds to 0 well before -80.
 */
export const siluFunctions = (four: boolean): string => /* wgsl */ `
alias T = ${four ? 'vec4<f32>' : 'f32'};
fn sigmoid(x: T) -> T { return 1.0 / (1.0 + exp(min(-x, T(80.0)))); }
fn silu(x: T) -> T { return x * sigmoid(x); }
fn silu_slope(x: T) -> T { let s = sigmoid(x); return s * (1.0 + x * (1.0 - s)); }`;

/**
 * One kernel that runs `statement` for every element `i` of `count`: a vec4 where 4 divides `count`, else an
 * f32.
 */
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

/** The iteration space of `forPixels`: `pixels` pixels of `channels` channels, in lines of `span` pixels. */
interface Walk {
  /** Need not be a multiple of `span`: the last line may be shorter. */
  pixels: number;
  span: number;
  channels: number;
  /** Whether a channel `c` is a vec4 of channels. */
  four: boolean;
}

/**
 * One kernel that runs `statement` for every channel `c` of every pixel. In scope too: `pixel`, and its line
 * `row` and `column` therein. Neighbouring lanes take neighbouring channels, so that their reads and stores
 * coalesce.
 */
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
  // Without integer division: each workgroup takes one line of pixels, each lane one channel.
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

/** y = a + b; all of one shape. */
export function add(target: Target, { a, b, y }: { a: Value; b: Value; y: Value }): Kernel[] {
  const bindings = { a: read(a), b: read(b), y: write(y) };
  return forElements(target, 'add', elementsOf(y), bindings, 'y[i] = a[i] + b[i];');
}

/** y += a; both of one shape. */
export function addInto(target: Target, { a, y }: { a: Value; y: Value }): Kernel[] {
  const bindings: Bindings = { a: read(a), y: { value: y, access: 'update' } };
  return forElements(target, 'add', elementsOf(y), bindings, 'y[i] += a[i];');
}

/** y = x sigmoid(x), as torch.nn.SiLU; both of one shape. */
export function silu(target: Target, { x, y }: { x: Value; y: Value }): Kernel[] {
  const bindings = { x: read(x), y: write(y) };
  return forElements(target, 'silu', elementsOf(y), bindings, 'y[i] = silu(x[i]);', siluFunctions);
}

/** dx = dy silu'(x) (+ add); all of one shape. If `add` is dx itself, the gradient accumulates in place. */
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
  /** Pixels of all pictures together. */
  rows: number;
  /** Channels of a and channels of b. */
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

/** y [rows, first + second] = a [rows, first] and b [rows, second] along channels, as torch.cat. */
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

/**
 * The gradient of concat: da [rows, first] = the first channels of dy (+ addA), db [rows, second] = the
 * others (+ addB). If addA is da, or addB is db, that gradient accumulates in place.
 */
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

/** The shape of the small pictures: [batch, height, width, channels]. */
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

/**
 * WGSL: `above` and `below`, the left elements of a pixel's 2x2 copies: line 2 row, column 2 column, width 2
 * span.
 */
const DOUBLED = /* wgsl */ `
        let above = ((2u * row) * (2u * params.span) + 2u * column) * params.channels + c;
        let below = above + 2u * params.span * params.channels;`;

/**
 * y [B, 2H, 2W, C] = x [B, H, W, C] upsampled by 2, as torch.nn.functional.interpolate with mode 'nearest'.
 */
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

/**
 * dx [B, H, W, C] = sums over 2x2 pixels of dy [B, 2H, 2W, C] (+ add; if `add` is dx, it accumulates in
 * place).
 */
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
