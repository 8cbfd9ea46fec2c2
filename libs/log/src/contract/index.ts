import type { EventLog } from '../port';
import { appendContract } from './appendContract';
import { fencingContract } from './fencingContract';
import { followContract } from './followContract';
import type { LogHarness } from './harness';
import { readContract } from './readContract';

/** The contract of the EventLog port, for the tests of every driver. */
export function logContract(name: string, harness: LogHarness): void {
  describe(`${name}: the contract of the event log`, () => {
    let log: EventLog;
    beforeEach(async () => {
      log = await harness.open();
    });
    afterEach(() => log.close());

    const open = () => log;
    appendContract(open);
    readContract(open);
    fencingContract(open, (one, timestamp) => harness.appendForeign(log, one, timestamp));
    followContract(open);
  });
}
