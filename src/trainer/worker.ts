// The trainer's worker entry, nothing else. Not here: its commands (api.ts), its answers (desk.ts).
import '../trusted-types.ts';
import { expose } from 'comlink';
import { createDesk } from './desk.ts';

expose(createDesk());
