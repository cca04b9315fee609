// A result that may never come: the browser's decoders are waited for so long and no longer.

/** The result, or null after `limitMs` milliseconds. Rejects as `work`; `drop` is given what comes late. */
export async function inTime<T>(
  work: Promise<T>,
  limitMs: number,
  drop?: (late: T) => void,
): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      isLate = true;
      resolve(null);
    }, limitMs);
  });
  void work.then(
    (result) => isLate && drop?.(result),
    () => undefined,
  );
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
