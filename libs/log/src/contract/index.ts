import type { OutgoingRecord } from '@threadlog/events';
import type { EventLog } from '../port';
import { appendContract } from './appendContract';
import { fencingContract } from './fencingContract';
import { followContract } from './followContract';
import { handlerContract } from './handlerContract';
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
    const appendForeign = (one: OutgoingRecord, timestamp: number) => harness.appendForeign(log, one, timestamp);
    appendContract(open);
    readContract(open);
    fencingContract(open, appendForeign);
    followContract(open, appendForeign);
    handlerContract(open);
  });
}
