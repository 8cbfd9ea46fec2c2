export { brokenOff, orAborted, RunAborted, STOPPED, type Ended, type EndReason } from './aborted';
export { createDraft, silentDraft, type Draft } from './draft';
export type { RunOfDraft } from './draftSignals';
export { enter, type Entering, type Outcome } from './enter';
export { createAgentObserver, timed, type AgentObserver } from './observe';
export { endedPeople, learnerOf } from './people';
export { said, type Fault, type Heard, type Progress, type Said } from './said';
export { collect, mediaTypeOf, STREAMS, type Listening, type ReadStream } from './streams';
export { MAX_RUNS_OF_AGENT, MAX_RUNS_OF_TENANT } from './turns';
