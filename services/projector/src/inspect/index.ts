export { knownEvent, maskedRecord, type LogRow } from './describe';
export { logPage, type LogPage, type LogStart } from './logPage';
export { SEALED } from './masked';
export type { LogPlace } from './merge';
export { oneRecord } from './oneRecord';
export {
  InspectionError,
  openThread,
  readThread,
  type ThreadName,
  type ThreadReading,
  type ThreadStream,
} from './readThread';
export { threadEvents } from './threadEvents';
export { openFields } from './sealedFields';
export type { InspectedLog } from './stretch';
export { threadAt } from './threadAt';
