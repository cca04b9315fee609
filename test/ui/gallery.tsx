// Every state of the page, by address: gallery.html#training,dark; names that begin with `generate` or
// `pictures` open that view. For looking and for tests; never shipped.
import { signal } from '@preact/signals';
import { mount } from '../../src/ui/mount.tsx';
import type { View } from '../../src/ui/page-state/view.ts';
import { galleryCommands, galleryState } from './gallery-state.ts';

const words = location.hash.slice(1).split(',');
const name = words[0] || 'idle';
const theme = words[1];
addEventListener('hashchange', () => location.reload());
if (theme) localStorage.setItem('perennial.theme', theme);
localStorage.setItem('perennial.view', words.includes('run') ? 'run' : 'setup');

const root = document.getElementById('app');
if (!root) throw new Error('gallery.html has no #app');
const state = galleryState(name);
Object.assign(globalThis, { galleryState: state });
const view = (['generate', 'pictures'] as const).find((one) => name.startsWith(one)) ?? 'train';
mount(root, state, galleryCommands(state, name), signal<View>(view));
