export { knownEvent, maskedRecord, type LogRow } from './describe';
export { logPage, type LogPage, type LogStart } from './logPage';
export { maskedData, SEALED } from './masked';
export type { LogPlace } from './merge';
export { oneRecord } from './oneRecord';
export { InspectionError, readThread, type ThreadName, type ThreadStream } from './readThread';
export { openFields } from './sealedFields';
export type { InspectedLog } from './stretch';
export { threadAt } from './threadAt';
