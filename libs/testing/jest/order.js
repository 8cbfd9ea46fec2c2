const { default: Sequencer } = require('@jest/test-sequencer');
const { spread } = require('./spread');

const KEEPS_A_CORE_BUSY = /\.e2e\.test\.ts$/;
const WAITS_FOR_SERVERS = /\.int\.test\.ts$/;

/**
 * Long ones begin first, so that no worker is left with one when all others have ended: Jest knows how long files took where
 * they ran before, and goes by their size on a new machine. Those that keep a core busy with processes of ours are spread
 * among those that mostly wait; unit tests come last.
 */
module.exports = class Order extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const only = (pattern) => sorted.filter(({ path }) => pattern.test(path));
    const [busy, waiting] = [only(KEEPS_A_CORE_BUSY), only(WAITS_FOR_SERVERS)];
    const rest = sorted.filter((test) => !busy.includes(test) && !waiting.includes(test));
    return [...spread(busy, waiting), ...rest];
  }
};
