// Pieces of WGSL source text that the kernels of both families are written with. Not here: the kernels.

/** 0, 1, ... count - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Statements, one a line. */
export const lines = <T>(items: readonly T[], text: (item: T, index: number) => string): string =>
  items.map(text).join('\n');

/** The statements of a loop of `count` turns written out, since Tint does not unroll loops. */
export const unroll = (count: number, text: (turn: number) => string): string => lines(range(count), text);
