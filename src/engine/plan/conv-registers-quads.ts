// How the convolutions for GPUs in software share what they load: the four invocations of a quad load four channels of a
// pixel, one each, and hand them round. Not here: the convolutions.
//
// Measured on SwiftShader: any load costs about 140 instructions, whether its four lanes read one address or four; a quad
// swap costs 2, a multiplication with its addition 4 to 5. So nothing is loaded twice, and no lane loads what another has.

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const SWAPS = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'];

/** Channels that a quad loads at a time, each in one of four slots. */
export const SLOTS = 4;

/** `slot0` to `slot3`: which channel of four stands in each slot; a different one in every lane of a quad. */
export function slots(quads: boolean): string {
  const other = (k: number) => (quads ? `${SWAPS[k]}(slot0)` : `slot0 ^ ${k}u`);
  return ['let slot0 = lane & 3u;', ...[1, 2, 3].map((k) => `let slot${k} = ${other(k)};`)].join('\n');
}

/** `name_0` to `name_3`, the value for each slot; `load` says how a lane reads it. */
export function spread(quads: boolean, name: string, load: (slot: number) => string): string {
  return range(SLOTS)
    .map((k) => `let ${name}_${k} = ${quads && k > 0 ? `${SWAPS[k]}(${name}_0)` : load(k)};`)
    .join(' ');
}

/** Rows of statements. */
export const lines = <T>(items: readonly T[], text: (item: T) => string): string =>
  items.map(text).join('\n');

/** The first lines of a body: `tile`, counted along the grid that `gridOf(count, 1)` makes; the surplus ends here. */
export const TILE_OF_GROUP = `let tile = group.y * 32768u + group.x;
if (tile >= params.tiles) { return; }`;
