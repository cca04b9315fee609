// Which files a host lets browsers keep for ever: those whose address changes with their content. `npm start`
// does so (vite.config.ts); another host has to be told. Not here: the security headers
// (src/security-headers.ts).

/** Matches paths with their query. */
export const IMMUTABLE = /^\/assets\/|^\/datasets\/.*\?/;
