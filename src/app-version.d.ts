// The version of package.json, which the builds fill in (vite.config.ts, vitest.config.ts). No code here.
declare const __APP_VERSION__: string;
