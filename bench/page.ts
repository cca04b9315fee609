// The benchmark in a page: the function that in-browser.ts calls. Not here: what is measured (bench.ts).
import { runBench } from './bench.ts';
import type { Row } from './row.ts';
import type { BenchOptions } from './options.ts';
import type { Summary } from './summary.ts';

declare global {
  interface Window {
    /** in-browser.ts provides it. */
    emitRow: (row: Row) => Promise<void>;
    /** in-browser.ts provides it: processor time of the browser's GPU process, ms. */
    cpuClock: () => Promise<number>;
    runBench: (options: BenchOptions) => Promise<Summary>;
  }
}

window.runBench = (options) => runBench(options, window.cpuClock, (row) => void window.emitRow(row));
