import { hasPermission } from '@threadlog/auth';
import { refuse, type DecisionContext, type Passed, type Refusal } from '../decision';

export function mayKeepProfiles({ actor }: DecisionContext): Refusal | Passed {
  return hasPermission(actor, 'chat:admin') ? undefined : refuse('forbidden', 'profiles are kept by the internal API');
}
