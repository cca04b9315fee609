// A thread without a private file system, by its name: `none` has no such function, `refused` has one that rejects, as in
// private windows. Imported before anything that looks.
const getDirectory =
  self.name === 'none'
    ? undefined
    : () => Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));
Object.defineProperty(navigator.storage, 'getDirectory', {
  value: getDirectory,
});
