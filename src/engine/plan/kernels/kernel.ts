// One compute dispatch as data: WGSL source, bound values, parameters and grid. The other files of this
// folder write kernels, run/program.ts compiles and encodes them. Not here: buffers, pipelines, what any
// kernel computes.
import type { Family } from './target.ts';
import { type Value, byteLengthOf } from './value.ts';

/**
 * `update` reads and writes. In WGSL every storage binding is read_write: all values may lie in one buffer,
 * and WebGPU allows one buffer to be bound several times in a dispatch only if all those usages are the same.
 */
export type Access = 'read' | 'write' | 'update';

export interface Binding {
  value: Value;
  access: Access;
  /**
   * Element type of the WGSL array; default: the value's own. An f32 value bound as u32 is read as its bits;
   * vec2<u32>: four halves.
   */
  type?: 'f32' | 'u32' | 'vec4<f32>' | 'vec2<u32>';
  /** Bytes of the value that the kernel reads or writes; default: all. */
  bytes?: number;
}

export type Grid = readonly [number, number, number];

export interface KernelSpec {
  /** The operation, for example "conv forward". The benchmark reports one row for each operation. */
  op: string;
  /** Keyed by the variable name in the WGSL source, in binding order; at most 8. */
  bindings: Record<string, Binding>;
  /** u32s that the body reads as `params.name`. */
  params?: Record<string, number>;
  /** f32s that the body reads as `params.name`. */
  floats?: Record<string, number>;
  /**
   * A u32 that always comes from the uniform (read as PLACE), so that kernels which differ only in it share
   * one pipeline. Default 0.
   */
  place?: number;
  workgroupSize: Grid;
  workgroups: Grid;
  /** Functions and workgroup variables that stand before main. */
  declarations?: string;
  /**
   * The body of main. In scope: `group` (workgroup id plus the dispatch's offset, vec3<u32>), `local` (local
   * invocation id, vec3<u32>) and `lane` (local invocation index, u32).
   */
  body: string;
  /** Whether the body uses WGSL's quad operations; the source then says `enable subgroups`. */
  quads?: boolean;
  /** Invocations of a subgroup; default: as the driver likes. The target must offer it. */
  subgroupSize?: number | null;
  /**
   * Floating-point operations; a multiply-add counts as two. Default 0: the kernel is bound by memory
   * traffic.
   */
  flops?: number;
}

/**
 * One dispatch. The uniform is bound at index `bindings.length` and holds: the offset added to every
 * workgroup id (x, y, z), `place`, then the parameters that are not constants of the source.
 */
export interface Kernel {
  readonly op: string;
  readonly source: string;
  readonly bindings: readonly Binding[];
  readonly uniform: Uint32Array<ArrayBuffer>;
  readonly workgroups: Grid;
  readonly flops: number;
  /** Sum of the byte lengths of all bound values. */
  readonly bytes: number;
}

/**
 * Estimated work of a kernel, in floating-point operations; one byte of memory traffic counts as four of
 * them.
 */
export const costOf = ({ flops, bytes }: Pick<Kernel, 'flops' | 'bytes'>): number => flops + 4 * bytes;

/** WGSL expression for a kernel's `place`. */
export const PLACE = 'uniforms.base.w';

const MAX_BINDINGS = 8;
/** Words of the uniform's first field, a vec4<u32>: the offset of the dispatch's grid, and `place`. */
const BASE_WORDS = 4;

/**
 * Builds the source and the uniform of a kernel. For `tiles` the parameters are constants of the source, for
 * `registers` they are fields of the uniform. Throws above 8 bindings, WebGPU's default limit for a shader
 * stage.
 */
export function kernel(family: Family, spec: KernelSpec): Kernel {
  const names = Object.keys(spec.bindings);
  if (names.length > MAX_BINDINGS) throw new Error(`${spec.op}: ${names.length} bindings, 8 are allowed`);
  const bindings = Object.values(spec.bindings);
  const params = Object.entries(spec.params ?? {});
  const floats = Object.entries(spec.floats ?? {});
  const inSource = family === 'tiles';
  const words = inSource ? [] : [...params.map(([, n]) => n), ...floats.map(([, n]) => floatWord(n))];
  const uniform = new Uint32Array(Math.ceil((BASE_WORDS + words.length) / 4) * 4);
  uniform.set(words, BASE_WORDS);
  uniform[BASE_WORDS - 1] = spec.place ?? 0;
  return {
    op: spec.op,
    source: sourceOf(spec, names, bindings, params, floats, inSource),
    bindings,
    uniform,
    workgroups: spec.workgroups,
    flops: spec.flops ?? 0,
    bytes: bindings.reduce((sum, { value, bytes = byteLengthOf(value) }) => sum + bytes, 0),
  };
}

function sourceOf(
  spec: KernelSpec,
  names: readonly string[],
  bindings: readonly Binding[],
  params: readonly [string, number][],
  floats: readonly [string, number][],
  inSource: boolean,
): string {
  const fields = [...params.map(([name]) => `${name}: u32,`), ...floats.map(([name]) => `${name}: f32,`)];
  const constants = [...params.map(([, n]) => `${n}u`), ...floats.map(([, n]) => floatLiteral(n))].join(', ');
  const size = spec.subgroupSize ? ` @subgroup_size(${spec.subgroupSize})` : '';
  const struct = fields.length > 0 ? `struct Shape { ${fields.join(' ')} }` : '';
  const uniform =
    inSource || fields.length === 0
      ? 'struct Uniform { base: vec4<u32> }'
      : 'struct Uniform { base: vec4<u32>, shape: Shape }';
  return [
    spec.quads || spec.subgroupSize ? 'enable subgroups;' : '',
    spec.subgroupSize ? 'enable subgroup_size_control;' : '',
    struct,
    uniform,
    ...bindings.map(
      ({ value, type = value.element }, i) =>
        `@group(0) @binding(${i}) var<storage, read_write> ${names[i]}: array<${type}>;`,
    ),
    `@group(0) @binding(${bindings.length}) var<uniform> uniforms: Uniform;`,
    inSource && fields.length > 0 ? `const params = Shape(${constants});` : '',
    spec.declarations ?? '',
    `@compute @workgroup_size(${spec.workgroupSize.join(', ')})${size}`,
    'fn main(@builtin(workgroup_id) group_of_dispatch: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>, @builtin(local_invocation_index) lane: u32) {',
    'let group = group_of_dispatch + uniforms.base.xyz;',
    // `params` names the constant or the uniform's field, so that a body reads the same in both families.
    !inSource && fields.length > 0 ? 'let params = uniforms.shape;' : '',
    spec.body,
    '}',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

const bits = new DataView(new ArrayBuffer(4));
function floatWord(value: number): number {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

function floatLiteral(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/**
 * Grid of at least ceil(count / per) workgroups, for `count` items of which one workgroup handles `per`. The
 * linear workgroup index is group.y * 32768 + group.x, within WebGPU's limit of 65,535 workgroups per
 * dimension. The grid may have more workgroups than needed; the body has to end those early.
 */
export function gridOf(count: number, per: number): Grid {
  const groups = Math.ceil(count / per);
  const x = Math.min(groups, 32_768);
  return [x, Math.ceil(groups / x), 1];
}
