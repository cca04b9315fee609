// One turn of the event loop, so that messages and events get in between. Not a pause: no timers, which hidden tabs slow down.

/** Resolves in a new task: whatever the event loop had queued before runs first. */
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
