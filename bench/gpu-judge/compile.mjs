// Compiles WGSL by Dawn (Chromium's WebGPU) and the Vulkan driver that the environment names; judge-layer.c
// writes down what the driver made of it. Arguments: the folder with Dawn, a list of { hash, source }. Not
// here: which driver (drivers.ts).
import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [home, list] = process.argv.slice(2);
const { create, globals } = await import(pathToFileURL(createRequire(`${home}/`).resolve('webgpu')).href);
Object.assign(globalThis, globals);
// Kept: what was made through it does not outlive it.
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('Dawn found no adapter');
const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
const device = await adapter.requestDevice({
  requiredFeatures: ['subgroups', 'subgroup-size-control'].filter((name) => adapter.features.has(name)),
  requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
});
const write = (line) => appendFileSync(process.env.JUDGE_OUT, `${line}\n`);
for (const { hash, source } of JSON.parse(readFileSync(list, 'utf8'))) {
  write(`@source ${hash}`);
  try {
    const module = device.createShaderModule({ code: source });
    await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  } catch (error) {
    write(`@error ${String(error).replaceAll('\n', ' | ').slice(0, 1000)}`);
  }
  write(`@compiled ${hash}`);
}
// A device without hardware cannot be taken down in good order.
process.reallyExit(0);
