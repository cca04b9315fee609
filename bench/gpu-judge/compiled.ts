// Reads what compile.mjs and the layer wrote: what a driver's compiler made of each source. Not here: what
// the machine code means (blocks.ts).
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

export interface Compiled {
  /** The driver's own numbers, by its names for them: "VGPRs", "Spill Count". */
  readonly statistics: ReadonlyMap<string, number>;
  /** Invocations of a subgroup. */
  readonly waveSize: number;
  readonly machineCode: readonly string[];
  /** Why there is no pipeline; null where there is one. */
  readonly error: string | null;
}

/** What a source is known by in the files of compiled kernels. */
export const hashOf = (source: string): string =>
  createHash('sha256').update(source).digest('hex').slice(0, 16);

/** By `hashOf` the source. Empty where there is no such file. */
export function readCompiled(file: string): Map<string, Compiled> {
  const text = existsSync(file) ? readFileSync(file, 'latin1') : '';
  const parts = text.split(/^@source /m).slice(1);
  // A compilation that was broken off has no last line, and is made again.
  return new Map(
    parts.filter((part) => /^@compiled /m.test(part)).map((part) => [part.slice(0, 16), read(part)]),
  );
}

function read(part: string): Compiled {
  const statistics = [...part.matchAll(/^@statistic (.*): ([-\d.e+]+)$/gm)];
  return {
    statistics: new Map(statistics.map(([, name = '', value]) => [name, Number(value)])),
    waveSize: Number(/^@executable .*subgroup size (\d+)/m.exec(part)?.[1] ?? 0),
    machineCode: /^@text .*\n([^]*?)\n@end$/m.exec(part)?.[1]?.split('\n') ?? [],
    error: /^@(?:error|failed) (.*)$/m.exec(part)?.[1] ?? null,
  };
}
