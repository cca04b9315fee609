// Packages that workers and lazy chunks import: the dev server and the browser tests bundle them at the start, else they
// would find them one by one and reload in the middle.

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
