import type { PrivacyRequestResource } from '@threadlog/events';
import { privacyQueryRoutes } from '@threadlog/query-api';
import type { Route } from '@threadlog/service';
import type { ConsoleDeps } from '../deps';
import { forOperators } from './forOperators';
import { eachShown } from './shown';

/** The file of an export is for its tenant: operators get no link to it. */
function withoutLink(one: object): object {
  if (!('download' in one)) return one;
  return { ...(one as PrivacyRequestResource), download: null } satisfies PrivacyRequestResource;
}

/** Requests of tenants to export or erase somebody, receipts, holds and retention: for operators to look at alone. */
export const tenantPrivacyRoutes: readonly Route<ConsoleDeps>[] = forOperators(privacyQueryRoutes, {
  depsOf: ({ reads }) => reads(),
  shown: (answer) => eachShown(answer, withoutLink),
});
