// How the gallery is built for its tests, which open it some 200 times: a built page opens in a third of the
// time. For looking, `npm run dev` serves it as /test/ui/gallery.html.
import { join } from 'node:path';
import { defineConfig } from 'vite';
import app from '../../vite.config.ts';

const root = import.meta.dirname;
const project = join(root, '../..');

export default defineConfig({
  root,
  publicDir: join(project, 'public'),
  define: app.define,
  oxc: app.oxc,
  worker: { format: 'es' },
  build: {
    outDir: join(project, 'node_modules/.gallery'),
    emptyOutDir: true,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: join(root, 'gallery.html') },
  },
  preview: { port: 4174, strictPort: true },
});
