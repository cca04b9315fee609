// Kernels bound by memory traffic, forward and backward: addition, copies, concatenating and splitting
// channels, nearest upsampling. Not here: activations (activations.ts), reductions.
import { gradientTo } from './gradient-to.ts';
import type { Kernel } from './kernel.ts';
import { elementsOf, type Value } from './value.ts';
import type { Target } from './target.ts';
import { type Bindings, forElements, forPixels, inFours, read, RUN, type Walk, write } from './walks.ts';

/** y = a + b; all of one shape. */
export function add(target: Target, { a, b, y }: { a: Value; b: Value; y: Value }): Kernel[] {
  const bindings = { a: read(a), b: read(b), y: write(y) };
  return forElements(target, 'add', elementsOf(y), bindings, 'y[i] = a[i] + b[i];');
}

/** y = x; both of one shape. */
export function copy(target: Target, { x, y }: { x: Value; y: Value }): Kernel[] {
  return forElements(target, 'copy', elementsOf(y), { x: read(x), y: write(y) }, 'y[i] = x[i];');
}

/** y += a; both of one shape. */
export function addInto(target: Target, { a, y }: { a: Value; y: Value }): Kernel[] {
  const bindings: Bindings = { a: read(a), y: { value: y, access: 'update' } };
  return forElements(target, 'add', elementsOf(y), bindings, 'y[i] += a[i];');
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
