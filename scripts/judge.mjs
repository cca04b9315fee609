// `npm run judge`: runs bench/gpu-judge/main.ts, which Node 20 cannot load by itself. Nothing else is here.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('../bench/gpu-judge/main.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exit(module.main(process.argv.slice(2)));
