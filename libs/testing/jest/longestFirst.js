const { default: Sequencer } = require('@jest/test-sequencer');

/** Kinds of files from those that take minutes to those that take seconds. */
const KINDS = [/\.e2e\.test\.ts$/, /\.int\.test\.ts$/];

function rank({ path }) {
  const kind = KINDS.findIndex((pattern) => pattern.test(path));
  return kind === -1 ? KINDS.length : kind;
}

/**
 * What takes longest begins first, so that no worker is left with it when all others have ended. Jest itself knows how
 * long files took only where they ran before, which on a new machine is none.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
};
