// Hears that the page was hidden: from then on the browser may close it without another word. Not here: what
// is done then (session.ts).

/**
 * Calls `hidden` when another tab or window covers the page, when the user leaves it, and when it is closed:
 * then often twice.
 */
export function onPageHidden(hidden: () => void): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') hidden();
  });
  addEventListener('pagehide', hidden);
}
