// A worker as a process of its own, from the built sources, that stops dead at one point of an erasure and says so on
// standard output, for the test to kill it there. HANG_AT names the point; without one it carries on to the end.
import { createRemoteCommands, createRuntime, createSignals, runRoles } from '@threadlog/runtime';
import { loadWorkerConfig } from '../../dist/config.js';
import { receiptSigner } from '../../dist/erasure/sign.js';
import { createErasureKeys, createWorker } from '../../dist/index.js';

const hangAt = process.env.HANG_AT ?? '';
const never = new Promise(() => undefined);

async function point(name) {
  if (name !== hangAt) return;
  process.stdout.write(`hanging at ${name}\n`);
  await never;
}

/** Hangs after the work was done and before anybody could note it. */
function after(name, work) {
  return async (...given) => {
    const result = await work(...given);
    await point(name);
    return result;
  };
}

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
const config = loadWorkerConfig();
const runtime = await createRuntime(config, { service: 'worker', signal: stopping.signal });
const keys = createErasureKeys(runtime);
const { router, close } = createRemoteCommands(runtime, config);
/** Commands by what they report, so that each of them can be the last one. */
const nameOf = ({ type, input }) => (type === 'privacy.report' ? input.outcome.type : type);
const role = createWorker({
  ...runtime,
  config,
  router: {
    async execute(request) {
      const result = await router.execute(request);
      await point(nameOf(request.command));
      return result;
    },
  },
  erasure: {
    keys: {
      ...keys,
      close: after('close', keys.close),
      destroy: after('destroy', keys.destroy),
      unlisted: after('unlisted', keys.unlisted),
    },
    files: {
      dropFor: after('dropFor', () => Promise.resolve(0)),
      countFor: after('countFor', () => Promise.resolve(0)),
    },
    signReceipt: after('signReceipt', receiptSigner(config)),
  },
});
const signals = createSignals({ ...runtime, keysOnly: true });
await runRoles(runtime, [signals, { ...role, run: (stop) => role.run(stop).finally(close) }], {
  signal: stopping.signal,
});
