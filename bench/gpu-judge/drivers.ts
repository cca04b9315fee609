// Has kernels compiled by the driver of a GPU that is not there: a process of its own runs compile.mjs with
// the C library, loader, driver and layer that set-up.sh unpacked. What was compiled is kept. Not here: what
// the compiler said (compiled.ts).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Compiled, hashOf, readCompiled } from './compiled.ts';

/** Where set-up.sh put the drivers: outside the project. */
const HOME = process.env.PERENNIAL_JUDGE ?? join(homedir(), '.cache/perennial-judge');
const COMPILE = fileURLToPath(new URL('./compile.mjs', import.meta.url));
const SET_UP = `bench/gpu-judge/set-up.sh ${HOME}`;

/** Sources that one process compiles: a device without hardware keeps the memory of each. */
const AT_ONCE = 200;

/** What the GPU's compiler makes of `sources`, by `hashOf`. Throws where the drivers are missing or fail. */
export function compileOn(gpu: string, sources: readonly string[]): Map<string, Compiled> {
  const out = join(HOME, 'out');
  mkdirSync(out, { recursive: true });
  const file = join(out, `${gpu}.txt`);
  for (;;) {
    const known = readCompiled(file);
    const missing = [...new Set(sources)].filter((source) => !known.has(hashOf(source)));
    if (missing.length === 0) return known;
    console.error(`${gpu}: ${missing.length} kernels to compile`);
    const list = join(out, `${gpu}.json`);
    writeFileSync(
      list,
      JSON.stringify(missing.slice(0, AT_ONCE).map((source) => ({ hash: hashOf(source), source }))),
    );
    runOn(gpu, [COMPILE, HOME, list], { JUDGE_OUT: file });
    if (readCompiled(file).size === known.size) throw new Error(`${gpu}: its driver compiled nothing`);
  }
}

function runOn(gpu: string, args: readonly string[], more: NodeJS.ProcessEnv): void {
  const { driver, loader, library, shim, variables } = driverOf(gpu);
  const machine = readdirSync(join(HOME, 'root/usr/lib')).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const path = [library, `/usr/lib/${machine}`, `/lib/${machine}`].join(':');
  const env = {
    ...process.env,
    ...{ VK_LAYER_PATH: join(HOME, 'layer'), VK_INSTANCE_LAYERS: 'VK_LAYER_PERENNIAL_judge' },
    ...{ MESA_SHADER_CACHE_DISABLE: 'true', VK_DRIVER_FILES: driver, JUDGE_TEXT: 'Assembly' },
    ...variables,
    ...more,
  };
  const preload = shim === null ? [] : ['--preload', shim];
  spawnSync(loader, [...preload, '--library-path', path, process.execPath, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function driverOf(gpu: string) {
  const lib = join(HOME, 'root/usr/lib');
  const machine = existsSync(lib) ? readdirSync(lib).find((name) => name.endsWith('-linux-gnu')) : undefined;
  if (machine === undefined) throw new Error(`no drivers in ${HOME}: run ${SET_UP}`);
  const library = join(lib, machine);
  const loader = readdirSync(library).find((name) => name.startsWith('ld-linux'));
  if (loader === undefined) throw new Error(`no C library in ${library}: run ${SET_UP}`);
  const common = { library, loader: join(library, loader) };
  if (!gpu.startsWith('intel-')) {
    return {
      ...common,
      driver: join(HOME, 'icd/radeon.json'),
      shim: null,
      variables: { RADV_FORCE_FAMILY: gpu },
    };
  }
  const shim = join(HOME, 'shim/libintel_noop_drm_shim.so');
  if (!existsSync(shim))
    throw new Error(`${gpu}: no stand-in for Intel's kernel driver: run ${SET_UP} --intel`);
  const variables = { INTEL_STUB_GPU_PLATFORM: gpu.replace('intel-', '') };
  return { ...common, driver: join(HOME, 'icd/intel.json'), shim, variables };
}
