import type { CommandAccepted } from '@threadlog/commands';
import { presentDeletion, presentExport, presentHold, presentRetention } from '@threadlog/read-models';
import type { DecisionContext } from '../decider';
import type { Resource } from './resources';

type PrivacyResource = Extract<Resource, { kind: 'export' | 'deletion' | 'hold' | 'retention' }>;

/** Privacy requests, holds and retention as their commands answer them; there is no text in them to open. */
export function presentPrivacy(
  resource: PrivacyResource,
  { retentionDays }: DecisionContext['limits'],
): Pick<CommandAccepted, 'resource' | 'location'> {
  switch (resource.kind) {
    case 'export':
      return requestAt(resource.row.request_id, presentExport(resource.row));
    case 'deletion':
      return requestAt(resource.row.request_id, presentDeletion(resource.row));
    case 'hold':
      return { resource: resource.hold ? presentHold(resource.hold) : null };
    case 'retention':
      return { resource: presentRetention(resource.row, retentionDays) };
  }
}

function requestAt(id: string, resource: unknown) {
  return { resource, location: `/privacy/requests/${id}` };
}
