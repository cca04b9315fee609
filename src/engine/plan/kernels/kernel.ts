// One compute dispatch as data: WGSL, the values it binds, its parameters and its grid. Kernels are written by the files
// beside this one and run by program.ts. Not here: buffers, pipelines, what any kernel computes.
import type { Family } from './target.ts';
import { type Value, byteLengthOf } from './value.ts';

/** `update` reads and writes. All are bound as read_write: they may lie in one buffer, which WebGPU allows only so. */
export type Access = 'read' | 'write' | 'update';

export interface Binding {
  value: Value;
  access: Access;
  /** Element type of the WGSL array; the value's own when left out. Words of f32 may be read as u32, for their bits. */
  type?: 'f32' | 'u32' | 'vec4<f32>';
}

export type Grid = readonly [number, number, number];

export interface KernelSpec {
  /** The operation, one row of the benchmark: "conv forward". */
  op: string;
  /** By the name that the body uses, at most 8. */
  bindings: Record<string, Binding>;
  /** u32s the body reads as `params.name`. */
  params?: Record<string, number>;
  /** f32s the body reads as `params.name`. */
  floats?: Record<string, number>;
  /** A u32 the source reads as PLACE: from the uniform for `tiles` too, so that it makes no source of its own. */
  place?: number;
  workgroupSize: Grid;
  workgroups: Grid;
  /** Functions and workgroup variables in front of main. */
  declarations?: string;
  /** main's body; has `group` (vec3<u32>, the workgroup), `local` (vec3<u32>) and `lane` (local index, u32). */
  body: string;
  /** Whether the body uses WGSL's quad operations, which `enable subgroups` allows. */
  quads?: boolean;
  /** Floating-point operations, multiply and add counted apart; 0 where memory is what it costs. */
  flops?: number;
}

/** One dispatch. The uniform stands at binding `bindings.length`: the first workgroup, then the parameters not in the source. */
export interface Kernel {
  readonly op: string;
  readonly source: string;
  readonly bindings: readonly Binding[];
  readonly uniform: Uint32Array<ArrayBuffer>;
  readonly workgroups: Grid;
  readonly flops: number;
  /** Bytes of all bound values. */
  readonly bytes: number;
}

/** Work in floating-point operations; moving a byte counts as four. */
export const costOf = ({ flops, bytes }: Pick<Kernel, 'flops' | 'bytes'>): number => flops + 4 * bytes;

export const PLACE = 'uniforms.base.w';

const MAX_BINDINGS = 8;
/** vec4<u32>: where the grid of this dispatch begins, and its `place`. */
const BASE_WORDS = 4;

/** Builds a kernel; `tiles` writes the parameters into the source, `registers` into the uniform. */
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
    bytes: bindings.reduce((sum, { value }) => sum + byteLengthOf(value), 0),
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
  const struct = fields.length > 0 ? `struct Shape { ${fields.join(' ')} }` : '';
  const uniform =
    inSource || fields.length === 0
      ? 'struct Uniform { base: vec4<u32> }'
      : 'struct Uniform { base: vec4<u32>, shape: Shape }';
  return [
    spec.quads ? 'enable subgroups;' : '',
    struct,
    uniform,
    ...bindings.map(
      ({ value, type = value.element }, i) =>
        `@group(0) @binding(${i}) var<storage, read_write> ${names[i]}: array<${type}>;`,
    ),
    `@group(0) @binding(${bindings.length}) var<uniform> uniforms: Uniform;`,
    inSource && fields.length > 0 ? `const params = Shape(${constants});` : '',
    // A name for the uniform's part, so that a body reads the same in both families.
    spec.declarations ?? '',
    `@compute @workgroup_size(${spec.workgroupSize.join(', ')})`,
    'fn main(@builtin(workgroup_id) group_of_dispatch: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>, @builtin(local_invocation_index) lane: u32) {',
    'let group = group_of_dispatch + uniforms.base.xyz;',
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

/** `count` things, `per` of them handled by one workgroup, as a grid within WebGPU's limit per dimension; the body drops the surplus. */
export function gridOf(count: number, per: number): Grid {
  const groups = Math.ceil(count / per);
  const x = Math.min(groups, 32_768);
  return [x, Math.ceil(groups / x), 1];
}
