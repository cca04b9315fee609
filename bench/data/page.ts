// The page of `npm run bench:data`: starts the worker, because only workers have sync access handles. Not
// here: what is measured (import-worker.ts).
import * as Comlink from 'comlink';
import type { DataBench } from './import-worker.ts';

declare global {
  interface Window {
    dataBench: Comlink.Remote<DataBench>;
  }
}

window.dataBench = Comlink.wrap<DataBench>(
  new Worker(new URL('./import-worker.ts', import.meta.url), { type: 'module', name: 'bench' }),
);
