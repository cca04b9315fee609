// Kernels that run one statement for every element or for every channel of every pixel, in both families. Not
// here: the statements (elementwise.ts, activations.ts).
import { type Binding, type Grid, gridOf, type Kernel, kernel } from './kernel.ts';
import type { Value } from './value.ts';
import type { Target } from './target.ts';

export type Bindings = Record<string, Binding>;

/**
 * Invocations of a workgroup (THREADS) and, in `registers`, elements or pixels of one invocation (RUN): a
 * software GPU has SIMD of 4 lanes, and starting an invocation costs more than an element.
 */
const THREADS = { tiles: 256, registers: 4 } as const;
export const RUN = 32;

/** Binds a value that a kernel only reads. */
export const read = (value: Value): Binding => ({ value, access: 'read' });
/** Binds a value that a kernel only writes. */
export const write = (value: Value): Binding => ({ value, access: 'write' });

/**
 * Whether elements can be processed as vec4s. Pays in software too: 262,144 sums took 1.8 ms as f32, 0.9 ms
 * as vec4.
 */
export const inFours = (...counts: number[]): boolean => counts.every((count) => count % 4 === 0);

const typed = (bindings: Bindings, four: boolean): Bindings =>
  Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => [
      name,
      { ...binding, type: four ? 'vec4<f32>' : 'f32' },
    ]),
  );

/**
 * One kernel that runs `statement` for every element `i` of `count`: a vec4 where 4 divides `count`, else an
 * f32.
 */
export function forElements(
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
export interface Walk {
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
export function forPixels(
  { family }: Target,
  op: string,
  { pixels, span, channels, four }: Walk,
  bindings: Bindings,
  statement: string,
  params: Record<string, number> = {},
  declarations = '',
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
    declarations,
    body: family === 'tiles' ? flat : lines,
  };
  return [kernel(family, spec)];
}
