// The blocks of a kernel's machine code and the loops they make. Not here: single instructions
// (machine-code.ts), how often a loop runs (estimate.ts).
import { decode, type Instruction } from './machine-code.ts';

export interface Block {
  readonly code: readonly Instruction[];
  /** The block that each branch goes to, by its place in `code`. */
  readonly targets: ReadonlyMap<number, number>;
  /** Branches, by their place in `code`, that nearly all workgroups take. */
  readonly usual: ReadonlySet<number>;
}

/** Blocks `from` to `back`, both included: the last one branches to the first. */
export interface Loop {
  readonly from: number;
  readonly back: number;
  readonly code: readonly Instruction[];
  readonly fmas: number;
  /** Whether another loop lies within. */
  readonly outer: boolean;
}

export interface MachineCode {
  readonly blocks: readonly Block[];
  readonly loops: readonly Loop[];
  /** The block where the second of two products of a dispatch begins; null where there is one. */
  readonly second: number | null;
}

const sumOf = (code: readonly Instruction[]): number => code.reduce((sum, { fmas }) => sum + fmas, 0);

/** Whether code only adds up what lies in workgroup memory: sums of the bias, which few workgroups make. */
const isRare = (code: readonly Instruction[]): boolean =>
  code.some(({ kind, store }) => kind === 'lds' && !store) &&
  code.every(({ fmas, kind }) => fmas === 0 && kind !== 'barrier');

/** Blocks and loops of the lines that Mesa printed. */
export function blocksOf(lines: readonly string[]): MachineCode {
  const labels = new Map<string, number>();
  const codes: Instruction[][] = [];
  for (const line of lines) {
    const label = /^(BB\d+):/.exec(line)?.[1];
    if (label !== undefined) labels.set(label, codes.push([]) - 1);
    else if (/^\s+[a-z]/.test(line) && !line.includes('then repeated')) codes.at(-1)?.push(decode(line));
  }
  const targetsOf = (code: readonly Instruction[]) =>
    new Map(
      code.flatMap(({ target }, at) => {
        const to = target === null ? undefined : labels.get(target);
        return to === undefined ? [] : [[at, to] as const];
      }),
    );
  const targets = codes.map(targetsOf);
  const backs = new Map<number, number>();
  targets.forEach((all, i) => {
    for (const to of all.values()) if (to <= i) backs.set(to, Math.max(i, backs.get(to) ?? 0));
  });
  const between = (from: number, to: number) => codes.slice(from, to).flat();
  const inLoop = (i: number, to: number) => [...backs].some(([from, back]) => from <= i && to <= back + 1);
  const usual = targets.map(
    (all, i) =>
      new Set(
        [...all]
          .filter(([at, to]) => !codes[i]?.[at]?.always && to > i + 1 && inLoop(i, to))
          .filter(([, to]) => isRare(between(i + 1, to)))
          .map(([at]) => at),
      ),
  );
  const blocks = codes.map((code, i) => ({
    code,
    targets: targets[i] ?? new Map(),
    usual: usual[i] ?? new Set(),
  }));
  const loops = loopsOf(blocks, backs);
  return { blocks, loops, second: secondOf(blocks, loops) };
}

/** The loops that multiply what lies in workgroup memory, and lie in no other; in order. */
export const products = (loops: readonly Loop[]): Loop[] =>
  loops.filter(
    (loop) =>
      loop.fmas > 0 &&
      loop.code.some(({ kind }) => kind === 'lds') &&
      !loops.some((other) => other !== loop && other.from <= loop.from && other.back >= loop.back),
  );

/** A branch over the first product to the second one tells the workgroups of both apart. */
function secondOf(blocks: readonly Block[], loops: readonly Loop[]): number | null {
  const [first, second] = products(loops);
  if (!first || !second) return null;
  const targets = blocks.flatMap(({ targets }, i) => (i < first.from ? [...targets.values()] : []));
  return targets.find((to) => to > first.back && to <= second.from) ?? null;
}

function loopsOf(blocks: readonly Block[], backs: ReadonlyMap<number, number>): Loop[] {
  const skipped = new Set(
    blocks.flatMap(({ targets, usual }, i) =>
      [...usual].flatMap((at) => {
        const to = targets.get(at) ?? i + 1;
        return Array.from({ length: to - i - 1 }, (_, k) => i + 1 + k);
      }),
    ),
  );
  const spans = [...backs].toSorted(([a], [b]) => a - b);
  return spans.map(([from, back]) => {
    const code = blocks
      .slice(from, back + 1)
      .flatMap((block, i) => (skipped.has(from + i) ? [] : block.code));
    const outer = spans.some(([a, b]) => (a !== from || b !== back) && a >= from && b <= back);
    return { from, back, code, fmas: sumOf(code), outer };
  });
}
