// The benchmark in a page: what the program that drives the browser calls (in-browser.ts). Not here: what is measured.
import { runBench } from './bench.ts';
import type { Row } from './row.ts';
import type { BenchOptions } from './options.ts';
import type { Summary } from './summary.ts';

declare global {
  interface Window {
    /** Given by the program that drives the browser. */
    emitRow: (row: Row) => Promise<void>;
    /** Likewise. Processor time of the browser's GPU process, ms. */
    cpuClock: () => Promise<number>;
    runBench: (options: BenchOptions) => Promise<Summary>;
  }
}

window.runBench = (options) => runBench(options, window.cpuClock, (row) => void window.emitRow(row));
