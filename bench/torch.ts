// PyTorch on the same machine: runs torch_baseline.py, then gives our speed as a ratio to each of its
// variants and as a share of the arithmetic and copying that PyTorch reaches. Not here: training in PyTorch
// (torch_baseline.py).
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';
import type { BenchOptions } from './options.ts';
import { rounded, type Summary } from './summary.ts';

const SCRIPT = fileURLToPath(new URL('torch_baseline.py', import.meta.url));

/**
 * The script's rows; each is also given to `emit` as it comes. The environment variable PYTHON names the
 * interpreter. Throws where Python ends with an error.
 */
export async function benchInTorch(options: BenchOptions, emit: (row: Row) => void): Promise<Row[]> {
  const python = process.env['PYTHON'] ?? 'python3';
  const args = ['--preset', options.preset, '--batch', String(options.batch)];
  if (options.quick) args.push('--quick');
  const child = spawn(python, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code ?? 0));
  });
  const rows: Row[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    // Lines that are no JSON are printed by libraries.
    if (!text.startsWith('{')) continue;
    const row = JSON.parse(text) as Row;
    rows.push(row);
    emit(row);
  }
  const code = await ended;
  if (code !== 0) {
    throw new Error(
      `${python} ended with ${code}: --torch needs the packages of interop/requirements.txt (PYTHON names another Python)`,
    );
  }
  return rows;
}

/** Rows that compare the two. ours: rows of our benchmark; torch: rows of the script. */
export function torchRatios(summary: Summary, ours: readonly Row[], torch: readonly Row[]): Row[] {
  const number = (row: Row | undefined, key: string) => (row?.[key] as number | undefined) ?? NaN;
  const peak = torch.find(({ row }) => row === 'torch_peak');
  const flops = number(peak, 'matmul_f32_flops_per_second');
  const copied = number(peak, 'copy_bytes_per_second');
  const share = (row: Row): Row => ({
    share_of_peak_f32: rounded((number(row, 'gflops_per_second') * 1e9) / flops),
    share_of_copy: rounded((number(row, 'gbytes_per_second') * 1e9) / copied),
  });
  const variants = torch.filter(({ row, error }) => row === 'torch' && error === undefined);
  return [
    ...ours
      .filter(({ row }) => row === 'kernel')
      .map((row) => ({ row: 'kernel_share', op: row['op'], ...share(row) })),
    ...ours.filter(({ row }) => row === 'speed').map((row) => ({ row: 'step_share', ...share(row) })),
    ...variants.map((row) => ({
      row: 'torch_ratio',
      variant: row['variant'],
      batch: summary.batch,
      images_per_second: summary.images_per_second,
      images_per_second_torch: row['images_per_second'],
      ratio_images: rounded(Number(summary.images_per_second) / number(row, 'images_per_second')),
      ratio_step: rounded(number(row, 'step_ms') / Number(summary.step_ms)),
    })),
  ];
}
