// The version of package.json, put in by the build (vite.config.ts, vitest.config.ts). A declaration, no code.
declare const __APP_VERSION__: string;
