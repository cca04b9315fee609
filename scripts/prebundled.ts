// Packages that workers and lazy chunks import. The dev server and the browser tests bundle these packages at
// the start; otherwise Vite finds each one at its first import and reloads the page in the middle of a test.

export const PREBUNDLED = [
  'client-zip',
  'comlink',
  'idb',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-backend-webgl',
  '@tensorflow/tfjs-backend-cpu',
];
