import { sign } from 'jsonwebtoken';

const validDays = 30;

interface DemoUser {
  role: 'learner' | 'teacher' | 'admin';
  userId: string;
  learnerIds: string[] | '*';
}

export interface DemoToken extends DemoUser {
  tenantId: string;
  token: string;
}

const users: DemoUser[] = [
  { role: 'learner', userId: 'mia', learnerIds: [] },
  { role: 'teacher', userId: 'mr-okafor', learnerIds: ['mia', 'noah'] },
  { role: 'admin', userId: 'principal', learnerIds: '*' },
];

export const demoTenants = ['riverside-school', 'lakeview-academy'];

/** Tokens for two tenants with the same three users each: whoever mixes tenants up shows at once. */
export const demoTokens = (secret: string, issuer: string): DemoToken[] =>
  demoTenants.flatMap((tenantId) =>
    users.map((user) => {
      const claims = { sub: user.userId, tenant_id: tenantId, role: user.role, learner_ids: user.learnerIds };
      const token = sign(claims, secret, { algorithm: 'HS256', issuer, expiresIn: `${validDays}d` });
      return { ...user, tenantId, token };
    }),
  );
