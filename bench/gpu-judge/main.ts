// `npm run judge`: reads the command line, has the kernels of a training step compiled for GPUs that are not
// here, prints one JSON object per line, the row of each GPU last. Words for people go to stderr. Not here:
// what a row means (README.md).
import { parseArgs } from 'node:util';
import { PRESET_NAMES } from '../../src/settings/settings.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { Row } from '../row.ts';
import { compileOn } from './drivers.ts';
import { AMD, INTEL, targetOf } from './gpus.ts';
import { stepKernels } from './kernels.ts';
import { estimateRows, statisticsRow } from './rows.ts';

const USAGE = `npm run judge -- [options]
  --preset NAME    ${PRESET_NAMES.join(', ')}; default small
  --batch N        pictures a step; default 16
  --gpu NAMES      of ${[...Object.keys(AMD), ...Object.keys(INTEL)].join(', ')}; default navi31,navi23,phoenix
  --kernels        also a row for each kernel (AMD)`;

interface CommandLine {
  preset: (typeof PRESET_NAMES)[number];
  batch: number;
  gpus: string[];
  kinds: boolean;
}

function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      preset: { type: 'string', default: 'small' },
      batch: { type: 'string' },
      gpu: { type: 'string', default: 'navi31,navi23,phoenix' },
      kernels: { type: 'boolean', default: false },
    },
  });
  const preset = PRESET_NAMES.find((name) => name === values.preset);
  if (!preset) throw new Error(`--preset: expected one of ${PRESET_NAMES.join(', ')}, got ${values.preset}`);
  const usual = preset === 'small' ? 16 : presetConfig(preset).batchSize;
  const batch = values.batch === undefined ? usual : Number(values.batch);
  if (!Number.isInteger(batch) || batch < 1)
    throw new Error(`--batch: expected a whole number of 1 or more, got ${values.batch}`);
  const gpus = values.gpu.split(',');
  gpus.forEach(targetOf);
  return { preset, batch, gpus, kinds: values.kernels };
}

/** Answers the exit code: 0, 1 where a kernel could not be judged, 2 where the command line is wrong. */
export function main(args: readonly string[]): number {
  let line: CommandLine;
  try {
    line = parseCommandLine(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  try {
    for (const gpu of line.gpus) for (const row of rowsOf(gpu, line)) console.log(JSON.stringify(row));
    return 0;
  } catch (error) {
    console.error(String(error).slice(0, 2000));
    return 1;
  }
}

function rowsOf(gpu: string, { preset, batch, kinds }: CommandLine): Row[] {
  const kernels = stepKernels(preset, batch, targetOf(gpu));
  const compiled = compileOn(
    gpu,
    kernels.map(({ source }) => source),
  );
  const about = { gpu, preset, batch, date: new Date().toISOString().slice(0, 10) };
  const amd = AMD[gpu];
  if (amd) return estimateRows(amd, kernels, compiled, about, kinds);
  return [statisticsRow(kernels, compiled, { title: INTEL[gpu]?.title, ...about })];
}
