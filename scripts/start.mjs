// `npm start`: builds the app and serves it at its one address. The port is tried before the build: a build
// would overwrite the files of a server that is running. Not here: what is built and which headers are sent
// (vite.config.ts).
import { connect } from 'node:net';
import { build, preview } from 'vite';

const PORT = 4173;

/** Does something answer at localhost:PORT? */
const isTaken = () =>
  new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port: PORT, autoSelectFamily: true });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

function stop(why) {
  console.error(why);
  process.exit(1);
}

const taken =
  `Port ${PORT} is taken: another program answers at http://localhost:${PORT}/.\n` +
  'Perennial is always served there: at another port the browser would show another, empty store.\n' +
  'Stop the other program (another `npm start`?) and try again.';

if (await isTaken()) stop(taken);
await build({ logLevel: 'warn' }).catch((error) => stop(error.message));
const server = await preview({ logLevel: 'warn' }).catch((error) =>
  stop(/in use/.test(error.message) ? taken : error.message),
);
console.log(`Perennial is running. Open this address, Ctrl+C stops:\n${server.resolvedUrls?.local[0] ?? ''}`);
