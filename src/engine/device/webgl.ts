// The webgl backend on a canvas of our own, in page or worker. A fallback: slower than webgpu, faster than
// cpu. Not here: choosing it (device.ts).
import { env } from '@tensorflow/tfjs-core';
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { FaultError } from '../../fault.ts';
import { isSoftwareGpu, registerUnderNewName, removeBackend, type StartedBackend } from './backend.ts';

/** Throws FaultError (kind `gpu`) if there is no WebGL 2 with float32 textures. */
export async function startWebgl(): Promise<StartedBackend> {
  const canvas = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1);
  // TensorFlow.js refuses software WebGL unless told; we say "slow" ourselves. Must be set before it probes
  // WebGL.
  env().set('SOFTWARE_WEBGL_ENABLED', true);
  const gl = canvas?.getContext('webgl2', { failIfMajorPerformanceCaveat: false });
  if (!canvas || !gl) throw noWebgl('no WebGL 2 context');
  if (!gl.getExtension('EXT_color_buffer_float')) throw noWebgl('WebGL 2 without float32 textures');
  const lost = new Promise<string>((resolve) => {
    canvas.addEventListener('webglcontextlost', () => resolve('the WebGL context was lost'));
  });
  setFlags();
  const gpu = rendererOf(gl);
  const maxTextureSize = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  const name = registerUnderNewName('webgl', new MathBackendWebGL(canvas));
  return {
    name,
    backend: 'webgl',
    gpu,
    webgpu: null,
    software: isSoftwareGpu(gpu),
    maxTensorBytes: maxTextureSize ** 2 * Float32Array.BYTES_PER_ELEMENT,
    adapterKey: `webgl/${gpu}`,
    lost,
    dispose: () => {
      removeBackend(name);
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** Flags for the same bits every time: no tensor is computed on the CPU for being small or just read. */
function setFlags(): void {
  env().set('WEBGL_CPU_FORWARD', false);
}

function rendererOf(gl: WebGL2RenderingContext): string {
  const debug = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(debug ? debug.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

function noWebgl(got: string): FaultError {
  return new FaultError({
    kind: 'gpu',
    title: 'This browser has no usable WebGL',
    what: 'The webgl backend needs WebGL 2 that can compute in float32.',
    expected: 'WebGL 2 with EXT_color_buffer_float',
    got,
    todo: ["Turn on graphics acceleration in the browser's settings.", 'Or choose the backend auto.'],
  });
}
