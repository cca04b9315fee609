// Functions that write repeated WGSL statements, for the kernels of both families. Not here: the kernels.

/** The integers 0, 1, ... count - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The statements `text(item, index)` of all items, one on each line. */
export const lines = <T>(items: readonly T[], text: (item: T, index: number) => string): string =>
  items.map(text).join('\n');

/**
 * The unrolled statements of a loop of `count` iterations. Tint, Chromium's WGSL compiler, unrolls no loops
 * itself.
 */
export const unroll = (count: number, text: (iteration: number) => string): string =>
  lines(range(count), text);
