// The entry: makes the state, mounts the screen at once, then opens the session. Nothing else.
import './trusted-types.ts';
import { effect } from '@preact/signals';
import { Session } from './app/session.ts';
import { createState } from './app/state.ts';
import { pageTitle } from './app/title.ts';
import { mount } from './ui/mount.tsx';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app');

const state = createState();
const session = new Session(state, new URLSearchParams(location.search));
mount(root, state, session.commands);
effect(() => {
  document.title = pageTitle(
    state.runState.value,
    state.numbers.value.globalStep,
    state.run.value?.lastStep ?? 0,
  );
});
void session.open();
