export { ROLE_PERMISSIONS, hasPermission } from './permissions';
export {
  canSee,
  inScope,
  seesSubThread,
  shownPosition,
  visibleFromIndex,
  visibleFromSeq,
  type Membership,
  type ThreadAccess,
} from './access';
export { explainAccess } from './explain';
export { ACTIONS, may, type Action, type ActionSubject } from './actions';
export { mayHandleSubject, mayManageAgents, mayManageWebhooks, mayReadLogs } from './subjects';
