// The names that Vite replaces in the code of src/ (app-version.d.ts declares them): every configuration that
// serves or bundles that code takes this. Not here: the service worker's list of files
// (service-worker-plugin.ts).
import about from '../package.json' with { type: 'json' };

export const DEFINES = { __APP_VERSION__: JSON.stringify(about.version) };
