// Rows of a table at given ids, with the rows of a second table for the places (text embedding), and their
// gradients. Tables are in the engine's layout, [C, V] and [C, P], so reads of a row are strided. Ids are
// whole numbers in float32. Not here: where ids come from.
import { gridOf, type Kernel, kernel } from './kernel.ts';
import type { Family, Target } from './target.ts';
import type { Value } from './value.ts';
import { type Bindings, forPixels, inFours, read, write } from './walks.ts';

export interface EmbeddingGeometry {
  batch: number;
  /** Ids of each row of the batch; at most `places`, if there are places. */
  length: number;
  channels: number;
  /** Rows of the table: an id is 0..entries - 1. */
  entries: number;
  /** Rows of the table of places; 0 if there is none. */
  places: number;
}

/**
 * y [B, L, C]: at each place, the table's row of the id plus the row of the place; torch.nn.Embedding. An id
 * that is out of range reads another row, never beyond the table.
 */
export interface Embedding {
  /** [B, L] */
  ids: Value;
  /** [C, entries] */
  table: Value;
  /** [C, places] */
  positions: Value | null;
  y: Value;
}

/** Both gradients are added to their old values if any bit of control[0] is set. */
export interface EmbeddingGradients {
  ids: Value;
  dy: Value;
  control: Value;
  /** [C, entries] */
  table: Value;
  /** [C, places]; zero in the rows from `length` on. */
  positions: Value | null;
}

/** y of `Embedding`. One dispatch. */
export function embedding(
  target: Target,
  { batch, length, channels, entries, places }: EmbeddingGeometry,
  { ids, table, positions, y }: Embedding,
): Kernel[] {
  const walk = { pixels: batch * length, span: length, channels, four: false };
  const place = positions ? ' + positions[c * params.places + column]' : '';
  const statement = /* wgsl */ `
        let id = min(u32(ids[pixel]), params.entries - 1u);
        y[pixel * params.channels + c] = table[c * params.entries + id]${place};`;
  const bindings: Bindings = {
    ids: read(ids),
    table: read(table),
    ...(positions ? { positions: read(positions) } : {}),
    y: write(y),
  };
  return forPixels(target, 'embedding', walk, bindings, statement, { entries, places });
}

/** One dispatch for each table. */
export function embeddingGradients(
  target: Target,
  geometry: EmbeddingGeometry,
  values: EmbeddingGradients,
): Kernel[] {
  const { positions } = values;
  const table = tableGradient(target, geometry, values);
  return positions ? [table, positionsGradient(target, geometry, values, positions)] : [table];
}

/** Invocations of a workgroup, each for a row of the table; in `tiles` also the ids it stages at a time. */
const THREADS = { tiles: 256, registers: 4 } as const;
/** Channels, or vec4s of channels, that an invocation sums. */
const GROUP = 4;
const GROUPS = [0, 1, 2, 3];

const each = (text: (g: number) => string): string => GROUPS.map(text).join('\n        ');

/**
 * Gradient of row v = the sum of dy over the places with id v, first to last: an invocation looks at every
 * place, so that no order depends on the GPU and nothing is sorted. Neighbouring invocations take
 * neighbouring rows, so that stores coalesce. One row's id is compared with all B L ids once for each 4 vec4s
 * of channels.
 */
function tableGradient(
  { family }: Target,
  { batch, length, channels, entries }: EmbeddingGeometry,
  { ids, dy, control, table }: EmbeddingGradients,
): Kernel {
  const four = inFours(channels);
  const type = four ? 'vec4<f32>' : 'f32';
  const width = four ? channels / 4 : channels;
  const threads = THREADS[family];
  const rowBlocks = Math.ceil(entries / threads);
  const groups = Math.ceil(width / GROUP);
  const count = batch * length;
  const add = (place: string) => /* wgsl */ `let at = (${place}) * params.width;
          ${each((g) => `sum${g} += dy[at + c${g}];`)}`;
  return kernel(family, {
    op: 'embedding backward',
    bindings: {
      ids: { value: ids, access: 'read', type: idsInFours(family, count) ? 'vec4<f32>' : 'f32' },
      dy: { value: dy, access: 'read', type },
      control: { value: control, access: 'read', type: 'u32' },
      gradient: { value: table, access: 'update' },
    },
    params: { count, width, entries, rowBlocks, groups },
    workgroupSize: [threads, 1, 1],
    workgroups: gridOf(rowBlocks * groups, 1),
    flops: count * entries * groups,
    declarations: family === 'tiles' ? `var<workgroup> staged: array<f32, ${threads}>;` : '',
    body: /* wgsl */ `
      let index = group.y * 32768u + group.x;
      if (index >= params.rowBlocks * params.groups) { return; }
      let v = index % params.rowBlocks * ${threads}u + lane;
      let wanted = f32(v);
      let c = index / params.rowBlocks * ${GROUP}u;
      ${each((g) => `let c${g} = min(c + ${g}u, params.width - 1u);\n        var sum${g} = ${type}(0.0);`)}
      ${family === 'tiles' ? staged(add) : inOrder(idsInFours(family, count), add)}
      if (v >= params.entries) { return; }
      let adds = control[0] != 0u;
      ${each((g) => `if (c + ${g}u < params.width) { ${store(four, g)} }`)}`,
  });
}

/** In `registers`, where a load costs as much as ten comparisons, four ids come in one load if possible. */
const idsInFours = (family: Family, count: number): boolean => family === 'registers' && inFours(count);

/** WGSL: the loop over all ids, read one by one or in fours. */
const inOrder = (four: boolean, add: (place: string) => string): string =>
  four
    ? /* wgsl */ `
      for (var q = 0u; q < params.count / 4u; q++) {
        let found = ids[q] == vec4<f32>(wanted);
        if (any(found)) {
          for (var k = 0u; k < 4u; k++) { if (found[k]) { ${add('4u * q + k')} } }
        }
      }`
    : `for (var p = 0u; p < params.count; p++) { if (ids[p] == wanted) { ${add('p')} } }`;

/** WGSL: as the loop over all ids, which come into workgroup memory a block at a time. */
const staged = (add: (place: string) => string): string => /* wgsl */ `
      for (var block = 0u; block < params.count; block += ${THREADS.tiles}u) {
        if (block + lane < params.count) { staged[lane] = ids[block + lane]; }
        workgroupBarrier();
        let found = min(${THREADS.tiles}u, params.count - block);
        for (var p = 0u; p < found; p++) {
          if (staged[p] == wanted) { ${add('block + p')} }
        }
        workgroupBarrier();
      }`;

/** WGSL that stores `sum{g}`: four channels, or one. */
function store(four: boolean, g: number): string {
  const one = (channel: string, sum: string) => /* wgsl */ `{
          let to = (${channel}) * params.entries + v;
          var result = ${sum};
          if (adds) { result += gradient[to]; }
          gradient[to] = result;
        }`;
  if (!four) return one(`c + ${g}u`, `sum${g}`);
  return [0, 1, 2, 3].map((k) => one(`4u * (c + ${g}u) + ${k}u`, `sum${g}[${k}]`)).join('\n        ');
}

/** Gradient of the row of place l = the sum of dy over the batch at l, first to last. */
function positionsGradient(
  { family }: Target,
  { batch, length, channels, places }: EmbeddingGeometry,
  { dy, control }: EmbeddingGradients,
  positions: Value,
): Kernel {
  const threads = THREADS[family];
  return kernel(family, {
    op: 'embedding backward',
    bindings: {
      dy: { value: dy, access: 'read' },
      control: { value: control, access: 'read', type: 'u32' },
      gradient: { value: positions, access: 'update' },
    },
    params: { batch, length, channels, places },
    workgroupSize: [threads, 1, 1],
    workgroups: gridOf(channels * places, threads),
    body: /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${threads}u + lane;
      if (i >= params.channels * params.places) { return; }
      let place = i % params.places;
      let c = i / params.places;
      var sum = 0.0;
      if (place < params.length) {
        for (var b = 0u; b < params.batch; b++) {
          sum += dy[(b * params.length + place) * params.channels + c];
        }
      }
      if (control[0] != 0u) { sum += gradient[i]; }
      gradient[i] = sum;`,
  });
}
