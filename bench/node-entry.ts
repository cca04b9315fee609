// The benchmark in a process of its own on Dawn, Chromium's WebGPU, by the npm package `webgpu`; no browser.
// in-node.ts bundles it, starts it and receives its rows. Not here: what is measured (bench.ts).
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Row } from './row.ts';
import type { BenchOptions } from './options.ts';
import type { Summary } from './summary.ts';

/** What this process sends to the one that started it: one of the three fields. */
export interface NodeMessage {
  row?: Row;
  summary?: Summary;
  error?: string;
}

/** The part of the package's exports that is used. */
interface Dawn {
  create: (options: string[]) => GPU;
  globals: Record<string, unknown>;
}

const NO_ADAPTER = `Dawn found no graphics adapter. On Linux it needs the Vulkan loader (libvulkan.so.1) and a driver.
Without a GPU, Chromium's own software driver does:
LD_LIBRARY_PATH=/usr/lib/chromium VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json npm run bench -- --node`;

const send = (message: NodeMessage): void => void process.send?.(message);

async function run(options: BenchOptions): Promise<void> {
  // `require` also looks in NODE_PATH: the package may lie outside the project.
  const path = createRequire(import.meta.url).resolve('webgpu');
  const { create, globals } = (await import(pathToFileURL(path).href)) as Dawn;
  const gpu = create(['disable-dawn-features=timestamp_quantization']);
  if (!(await gpu.requestAdapter())) throw new Error(NO_ADAPTER);
  imitateBrowser(gpu, globals);
  const { runBench } = await import('./bench.ts');
  send({ summary: await runBench(options, cpuClock, (row) => send({ row })) });
}

/** Processor time of this process, ms; Dawn runs in it too. */
function cpuClock(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return Promise.resolve((user + system) / 1000);
}

/**
 * The globals of a page that tfjs and the engine read. Because there is a `document`, tfjs takes its browser
 * platform: its Node platform needs CommonJS.
 */
function imitateBrowser(gpu: GPU, globals: Dawn['globals']): void {
  const userAgent = `Node ${process.version} ${process.platform} ${process.arch}, Dawn`;
  const navigator = { gpu, userAgent, hardwareConcurrency: availableParallelism() };
  // `navigator` of newer versions of Node cannot be assigned.
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  Object.assign(globalThis, globals, { window: globalThis, document: {}, isSecureContext: true });
}

// Dawn would keep the process running when the work is done or the parent has ended.
process.once('disconnect', () => process.exit());
process.on('message', (options: BenchOptions) => {
  void run(options)
    .catch((error: unknown) => send({ error: error instanceof Error ? error.message : String(error) }))
    .finally(() => process.disconnect());
});
