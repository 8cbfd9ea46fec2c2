import type { CommandAccepted } from '@threadlog/commands';
import { presentDeletion, presentExport, presentHold, presentRetention } from '@threadlog/read-models';
import type { Limits } from '../commands/decision';
import type { Shown } from '../commands/define';

type PrivacyShown = Extract<Shown, { kind: 'export' | 'deletion' | 'hold' | 'retention' }>;

/** Privacy requests, holds and retention as their commands answer them; there is no text in them to open. */
export function presentPrivacy(
  shown: PrivacyShown,
  { retentionDays }: Limits,
): Pick<CommandAccepted, 'resource' | 'location'> {
  switch (shown.kind) {
    case 'export':
      return requestAt(shown.row.request_id, presentExport(shown.row));
    case 'deletion':
      return requestAt(shown.row.request_id, presentDeletion(shown.row));
    case 'hold':
      return { resource: shown.hold ? presentHold(shown.hold) : null };
    case 'retention':
      return { resource: presentRetention(shown.row, retentionDays) };
  }
}

function requestAt(id: string, resource: unknown) {
  return { resource, location: `/privacy/requests/${id}` };
}
