// How the app is built and served. The rest of the build is
// in scripts/: the service worker, the notices of what ships.
import { defineConfig, type Plugin } from 'vite';
import { DEFINES } from './scripts/defines.ts';
import { serviceWorker } from './scripts/service-worker-plugin.ts';
import { collectShipped, thirdPartyNotices } from './scripts/third-party-notices.ts';
import { IMMUTABLE } from './scripts/immutable-paths.ts';
import { SECURITY_HEADERS } from './src/security-headers.ts';
import { PREBUNDLED } from './scripts/prebundled.ts';

/** The comments of licences alone are 281 kB; THIRD-PARTY-NOTICES.txt ships in their place. */
const output = { comments: { legal: false } };
/** Without the advice that a slow machine gets about the time of plugins. */
const rolldownOptions = { output, checks: { bundlerTimings: false } };

export default defineConfig({
  base: './',
  appType: 'mpa', // an address that does not exist is a 404, not the page
  define: DEFINES,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions,
  },
  worker: { format: 'es', plugins: () => [collectShipped()], rolldownOptions },
  optimizeDeps: { include: PREBUNDLED },
  // Another port would be another origin: another, empty store.
  preview: { port: 4173, strictPort: true, cors: false, headers: { ...SECURITY_HEADERS } },
  plugins: [collectShipped(), serviceWorker(), thirdPartyNotices(), tellHeadersAreMissing(), keepForEver()],
});

/** The development server needs inline scripts for its reloads: it sends no policy, and says so. */
function tellHeadersAreMissing(): Plugin {
  return {
    name: 'perennial:no-headers-in-development',
    apply: 'serve',
    configureServer(server) {
      server.httpServer?.once('listening', () => {
        server.config.logger.info(
          '\n  Development: no security headers, no service worker. `npm start` has both.',
        );
      });
    },
  };
}

/** Lets browsers keep, without asking again, the files whose address changes with their content. */
function keepForEver(): Plugin {
  return {
    name: 'perennial:immutable',
    configurePreviewServer(server) {
      server.middlewares.use(({ url = '' }, response, next) => {
        if (IMMUTABLE.test(url)) response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
        next();
      });
    },
  };
}
