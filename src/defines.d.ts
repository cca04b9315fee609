// What the builds fill in (scripts/defines.ts). No code here.
/** The version of package.json. */
declare const __APP_VERSION__: string;
/** A digest of the code of the plan (src/engine/plan). */
declare const __PLAN_SOURCE__: string;
