// Takes the private file system from a thread, by the thread's name: `none` has no getDirectory, `refused`
// one that rejects, as in private windows. Must be imported before any module that looks for it.
const getDirectory =
  self.name === 'none'
    ? undefined
    : () => Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));
Object.defineProperty(navigator.storage, 'getDirectory', {
  value: getDirectory,
});
