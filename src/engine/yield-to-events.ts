// Gives the event loop one turn, so that messages and events are handled. Not a pause: hidden tabs slow
// timers down, so there is no timer here.

/** Resolves in a new task, after everything the event loop had queued before. */
export function yieldToEvents(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
