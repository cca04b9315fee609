// The one Trusted Types policy: the address of a script must be of our own origin. Imported first by the page
// and by every worker that starts another, because the policy must exist before any other module runs:
// importing this file makes it. Without Trusted Types nothing happens. Not here: the header that makes
// browsers ask for the policy (security-headers.ts).

/** The part of the Trusted Types API that is used; TypeScript's libraries do not have it yet. */
interface PolicyFactory {
  readonly defaultPolicy: object | null;
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): object;
}

/**
 * `url` itself where it is an address of the origin of `base`.
 * Throws TypeError for any other, blob: and data: too.
 */
function ownScriptUrl(url: string, base: string): string {
  const home = new URL(base);
  const target = new URL(url, base);
  if (target.protocol === home.protocol && target.origin === home.origin) return url;
  throw new TypeError(`A script must come from ${home.origin}, got ${target.href.slice(0, 200)}`);
}

const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
if (trustedTypes && !trustedTypes.defaultPolicy) {
  trustedTypes.createPolicy('default', { createScriptURL: (url) => ownScriptUrl(url, location.href) });
}

// oxlint-disable-next-line unicorn/require-module-specifiers -- makes a module of the file
export {};
