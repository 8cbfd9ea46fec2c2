import type { Claims } from './tokens';

/**
 * The cast: everybody plays the same part in every case. Where a case says nothing else, `ann` owns the room, `mo`
 * moderates it, `bob` is a member, and `lena` is the learner of a room that has one.
 */
export const CAST = {
  ann: {},
  mo: {},
  bob: {},
  cyd: {},
  /** Takes part in nothing. */
  eve: {},
  lena: { role: 'learner' },
  tess: { role: 'teacher', learnerIds: ['lena'] },
  gus: { role: 'guardian', learnerIds: ['lena'] },
  bot: { role: 'agent' },
  root: { role: 'admin' },
  aud: { role: 'auditor' },
} as const satisfies Record<string, { role?: string; learnerIds?: string[] }>;

export type Name = keyof typeof CAST;

/** What differs from the cast's own. */
export type Guise = Partial<Omit<Claims, 'id'>>;

export function claimsOf(name: Name, tenant: string, guise: Guise = {}): Claims {
  const { role = 'user', learnerIds = [] } = CAST[name] as { role?: string; learnerIds?: string[] };
  return { id: name, tenant, role, learnerIds: [...learnerIds], ...guise };
}
