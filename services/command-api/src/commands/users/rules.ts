import { hasPermission } from '@threadlog/auth';
import { refuse, type DecisionContext, type Check } from '../decision';

export function mayKeepProfiles({ actor }: DecisionContext): Check {
  return hasPermission(actor, 'chat:admin') ? undefined : refuse('forbidden', 'profiles are kept by the internal API');
}
